import { RuleDataError } from './errors.ts';
import type { ThresholdUnit } from './thresholdUnit.ts';

/** A feature brought to [0, 1]: x = (value - low) / (high - low), cut off at 0 and 1. */
export interface FeatureScale {
  readonly low: number;
  readonly high: number;
}

export const unitScale: FeatureScale = { low: 0, high: 1 };

/** Of the values of a feature that is no sigmoid, this share at either end is cut off: outliers would crowd all others together. */
const cutOff = 0.01;

/**
 * So much of the range is added at either end. A ReLU is exactly 0 most of the time; were that x = 0, a single literal on it
 * would settle every product, and rules over hundreds of features could not weigh one against another.
 */
const margin = 0.1;

/**
 * Scales for features that are not in [0, 1] by themselves, from data: the range without the outermost hundredth on either
 * side, or the whole range where that is a point, a tenth wider at both ends. A feature with one value only has `low` and
 * `high` equal.
 * @throws RuleDataError when all features are constant.
 */
export function scalesFrom(columns: readonly Float32Array[]): FeatureScale[] {
  const scales = columns.map((column): FeatureScale => {
    const sorted = Float32Array.from(column).sort();
    const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
    const [low, high] = at(cutOff) < at(1 - cutOff) ? [at(cutOff), at(1 - cutOff)] : [at(0), at(1)];
    const more = margin * (high - low);
    return { low: low - more, high: high + more };
  });
  checkVaries(scales.filter(isConstant).length, scales.length);
  return scales;
}

/** @throws RuleDataError when all of so many features are constant. */
export function checkVaries(constant: number, features: number): void {
  if (constant < features) return;
  throw new RuleDataError(
    `All ${features} features have the same value for every image, so no rule can tell the classes apart. Check the model, how pixels are scaled (--scale, --mean, --std), and the layer (--features).`,
  );
}

export function isConstant({ low, high }: FeatureScale): boolean {
  return !(low < high);
}

/** A constant feature is 0. */
export function scaledColumn(column: Float32Array, scale: FeatureScale | undefined): Float32Array {
  const { low, high } = scale ?? unitScale;
  if (low === 0 && high === 1) return column;
  if (!(low < high)) return new Float32Array(column.length);
  return column.map((value) => Math.min(1, Math.max(0, (value - low) / (high - low))));
}

/** The same weighted sum over scaled features: w.v + b = sum w_i (high_i - low_i) x_i + (b + sum w_i low_i). */
export function scaledUnit({ weights, bias }: ThresholdUnit, scales: readonly FeatureScale[]): ThresholdUnit {
  const scaleOf = (i: number) => scales[i] ?? unitScale;
  return {
    weights: Float64Array.from(weights, (weight, i) => weight * (scaleOf(i).high - scaleOf(i).low)),
    bias: Array.from(weights).reduce((sum, weight, i) => sum + weight * scaleOf(i).low, bias),
  };
}
