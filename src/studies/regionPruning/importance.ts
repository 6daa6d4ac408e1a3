import type { InputStatistics } from './inputStatistics.ts';

/**
 * What a weight is worth:
 * - magnitude: |w|, as in the paper
 * - weight-x-input: |w| times the mean |x| of its input
 * - weight-x-deviation: |w| times the standard deviation of its input: how much it moves the unit from image to image
 * - taylor: mean over batches of |w dL/dw|: how much the loss changes without it, to first order (Molchanov et al. 2017)
 */
export const criteria = ['magnitude', 'weight-x-input', 'weight-x-deviation', 'taylor'] as const;
export type Criterion = (typeof criteria)[number];

/** The importance of every weight by each criterion but `taylor`, which needs gradients. @param weights [units, inputs] */
export function weightImportance(
  criterion: Exclude<Criterion, 'taylor'>,
  weights: Float32Array,
  { magnitude, deviation }: InputStatistics,
): Float32Array {
  const inputs = magnitude.length;
  const scale = { magnitude: undefined, 'weight-x-input': magnitude, 'weight-x-deviation': deviation }[criterion];
  return weights.map((weight, i) => Math.abs(weight) * (scale?.[i % inputs] ?? 1));
}
