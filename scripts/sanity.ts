// Known results on a trained network: which maps notice random weights, and which point at pixels the decision needs.
//   npx tsx scripts/sanity.ts MNIST_FOLDER [--images 100] [--updates 2400] [--seed 0] [--threads 2] [--json FILE]
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { methodKinds } from '../src/attribution/methods.ts';
import { loadClassifier } from '../src/classifier/loadClassifier.ts';
import { toInput } from '../src/classifier/pixels.ts';
import { readIdxFolder } from '../src/datasets/idxFolder.ts';
import { imageAt } from '../src/datasets/labelledImages.ts';
import { randomisationCascade } from '../src/evaluation/randomisationCascade.ts';
import { meanAreas } from '../src/evaluation/meanAreas.ts';
import { weightedLayers } from '../src/evaluation/randomWeights.ts';
import { writeModel } from '../src/onnx/writeModel.ts';
import { nodeRuntime } from '../src/runtime/node.ts';
import { accuracyOf } from '../src/training/accuracy.ts';
import { architectures } from '../src/training/architectures.ts';
import { adam } from '../src/training/optimizers.ts';
import { cosine } from '../src/training/schedules.ts';
import { trainModel } from '../src/training/train.ts';
