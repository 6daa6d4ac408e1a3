import { firstLargest } from '../model/decision.ts';
import { findImageInput } from '../model/imageInput.ts';
import { findOutput } from '../model/modelOutputs.ts';
import type { Model } from '../onnx/graph.ts';
import { runOnce } from '../runtime/program.ts';
import { floatOutputOf, type Runtime } from '../runtime/runtime.ts';
import type { TrainingImages } from './trainingImages.ts';

/** Large enough that the cost of a call does not count, small enough for any memory. */
const batchSize = 250;

/**
 * The share of images whose largest score is that of their label (of equal scores the first counts).
 * @param model its weights are initializers, which ONNX Runtime arranges for speed.
 */
export async function accuracyOf(runtime: Runtime, model: Model, data: TrainingImages): Promise<number> {
  const { graph } = model;
  const output = findOutput(graph, undefined);
  const input = findImageInput(graph).name;
  const scores = await runOnce(runtime, model, { outputs: [output], batchSize }, { [input]: data.images });
  return countRight(floatOutputOf(scores, output).data, data.labels) / data.count;
}

function countRight(scores: Float32Array, labels: Int32Array): number {
  const classes = scores.length / labels.length;
  return labels.filter((label, i) => firstLargest(scores.subarray(i * classes, (i + 1) * classes)) === label).length;
}
