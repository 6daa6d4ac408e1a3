import { random } from '../random/random.ts';

/** The mean of a list; NaN of an empty one. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] ?? 0;
  return sum / values.length;
}

/** A mean over images with the interval that 95 in 100 resamples of them fall into. */
export interface MeanWithInterval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

const resamples = 2000;

/**
 * Efron's percentile bootstrap of a mean. Of differences between two treatments of the same images it is the paired bootstrap.
 */
export function bootstrapMean(values: ArrayLike<number>, seed: number): MeanWithInterval {
  const n = values.length;
  if (n === 0) return { mean: Number.NaN, low: Number.NaN, high: Number.NaN };
  const source = random(seed);
  const meanOf = (at: (i: number) => number) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += values[at(i)] ?? 0;
    return sum / n;
  };
  // 32 random bits as a share of n: plain, and quick for the millions that are drawn.
  const draw = () => Math.floor(((source.generator.next() >>> 0) / 2 ** 32) * n);
  const means = Float64Array.from({ length: resamples }, () => meanOf(draw)).sort();
  const quantile = (share: number) => means[Math.min(resamples - 1, Math.floor(share * resamples))] ?? Number.NaN;
  return { mean: meanOf((i) => i), low: quantile(0.025), high: quantile(0.975) };
}
