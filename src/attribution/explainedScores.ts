import type { Classifier } from '../classifier/classifier.ts';
import type { Target } from '../classifier/target.ts';
import { concatRows, type Tensor } from '../onnx/tensor.ts';
import { type Completeness, completeness } from './method.ts';

/** The explained quantity of one row of scores: the sum of weights times class scores. */
export function explained(weights: Float32Array, scores: Float32Array | Float64Array): number {
  let sum = 0;
  for (let k = 0; k < weights.length; k++) sum += (weights[k] ?? 0) * (scores[k] ?? 0);
  return sum;
}

/** The explained score of each image. @param weights [n, K], see targetWeights. */
export async function explainedScores(
  classifier: Classifier,
  images: Tensor<'float32'>,
  weights: Tensor<'float32'>,
): Promise<Float32Array> {
  const { data } = await classifier.scoresOf(images);
  const { width } = classifier.scores;
  const row = (values: Float32Array, i: number) => values.subarray(i * width, (i + 1) * width);
  return Float32Array.from({ length: images.dims[0] ?? 0 }, (_, i) => explained(row(weights.data, i), row(data, i)));
}

/** The explained score of each image, and by how much it is above the baselines' mean score for the same target. */
export async function scoresAboveBaselines(
  classifier: Classifier,
  images: Tensor<'float32'>,
  baselines: Tensor<'float32'>,
  weights: Tensor<'float32'>,
): Promise<{ readonly scores: Float32Array; readonly above: readonly number[] }> {
  const { data } = await classifier.scoresOf(concatRows([images, baselines]));
  const { width } = classifier.scores;
  const [count, baselineCount] = [images.dims[0] ?? 0, baselines.dims[0] ?? 0];
  const score = (image: number, row: number) =>
    explained(weights.data.subarray(image * width, (image + 1) * width), data.subarray(row * width, (row + 1) * width));
  const scores = Float32Array.from({ length: count }, (_, i) => score(i, i));
  const above = Array.from(scores, (own, i) => {
    let sum = 0;
    for (let b = 0; b < baselineCount; b++) sum += score(i, count + b);
    return own - sum / baselineCount;
  });
  return { scores, above };
}

/** Whether each map sums to what it should. */
export function completenessOf(
  values: Tensor<'float32'>,
  expected: readonly number[],
  targets: readonly Target[],
): Completeness[] {
  const size = values.data.length / targets.length;
  return expected.map((difference, i) => {
    let sum = 0;
    for (const value of values.data.subarray(i * size, (i + 1) * size)) sum += value;
    return completeness(sum, difference);
  });
}
