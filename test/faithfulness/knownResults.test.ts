import { beforeAll, describe, expect, it } from 'vitest';
import { explain } from '../../src/attribution/explain.ts';
import { loadDigits } from '../../src/datasets/digits.ts';
import { imageAt } from '../../src/datasets/labelledImages.ts';
import { type CheckedExplanation, checkMaps } from '../../src/faithfulness/checkMaps.ts';
import { methodKind } from '../../src/methods.ts';
import { loadClassifier } from '../../src/model/loadClassifier.ts';
import { toInput } from '../../src/model/pixels.ts';
import { concatRows } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { architectures } from '../../src/training/architectures.ts';
import { adam } from '../../src/training/optimizers.ts';
import { cosine } from '../../src/training/schedules.ts';
import { trainModel } from '../../src/training/train.ts';
import { cpu } from '../runtimes.ts';

/* Short version of scripts/sanity.ts, whose figures are in docs/faithfulness.md. */

const ids = ['saliency', 'integrated-gradients', 'deep-lift', 'guided-backprop', 'deconvolution'] as const;
type Id = (typeof ids)[number];
let checked: readonly CheckedExplanation[] = [];

beforeAll(async () => {
  const { train, test } = await loadDigits();
  const updates = 250;
  const { model } = await trainModel(cpu, architectures.c.build(0), {
    optimizer: adam(),
    learningRate: cosine(0.005, updates),
    length: { updates },
    batchSize: 100,
    images: train,
    seed: 0,
  });
  const classifier = await loadClassifier(writeModel(model), { runtime: cpu });
  const images = Array.from({ length: 12 }, (_, i) => {
    const { data, height, width } = imageAt(test, i);
    return toInput({ data, height, width, channels: 1 }, classifier.input);
  });
  const methods = ids.map((id) => methodKind(id).create({}));
  checked = await checkMaps(classifier, images, await explain(classifier, concatRows(images), methods), { seed: 1 });
  await classifier.release();
});

const checksOf = (id: Id) => checked.flatMap(({ maps }) => maps.find(({ method }) => method.id === id)?.checks ?? []);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('known results on a network trained on digits', () => {
  it('a random map has the worst deletion area', () => {
    const random = mean(checksOf('saliency').map((checks) => checks['deletion-insertion']!.random.deletion.area));
    for (const id of ids) {
      expect(mean(checksOf(id).map((checks) => checks['deletion-insertion']!.curves.deletion.area))).toBeLessThan(
        random - 0.1,
      );
    }
  });

  it('guided backpropagation and deconvolution keep much of their order under parameter randomisation, the others none', () => {
    const correlation = (id: Id) => mean(checksOf(id).map((checks) => checks['parameter-randomisation']!));
    for (const id of ['guided-backprop', 'deconvolution'] as const) expect(correlation(id)).toBeGreaterThan(0.3);
    for (const id of ['saliency', 'integrated-gradients', 'deep-lift'] as const) {
      expect(Math.abs(correlation(id))).toBeLessThan(0.1);
    }
  });
});
