import type { Classifier } from '../model/classifier.ts';
import type { Target } from '../model/target.ts';
import type { Tensor } from '../onnx/tensor.ts';
import { type Completeness, completeness } from './explainer.ts';

/** The explained quantity of one row of scores: the sum of weights times class scores. A class without weight may be at -Infinity. */
export function explained(weights: Float32Array, scores: Float32Array | Float64Array): number {
  let sum = 0;
  for (let k = 0; k < weights.length; k++) {
    const weight = weights[k] ?? 0;
    if (weight !== 0) sum += weight * (scores[k] ?? 0);
  }
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

/**
 * By how much each image's explained score is above the baselines' mean score for the same target.
 * @param scores the explained scores, [n].
 * @param weights [n, K]
 * @param ofBaselines the baselines' class scores, [b, K].
 */
export function aboveBaselines(
  scores: Float32Array,
  { data: weights }: Tensor<'float32'>,
  { dims, data }: Tensor<'float32'>,
): number[] {
  const [count = 0, width = 0] = dims;
  return Array.from(scores, (own, i) => {
    const target = weights.subarray(i * width, (i + 1) * width);
    let sum = 0;
    for (let b = 0; b < count; b++) sum += explained(target, data.subarray(b * width, (b + 1) * width));
    return own - sum / count;
  });
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
