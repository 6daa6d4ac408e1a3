import type { CellMap } from '../pixelMap.ts';
import type { Definition } from './definition.ts';
import { MetricSettingsError, UnmeasurableMapError } from './errors.ts';

/**
 * Sparseness, Chalasani, Chen, Chowdhury, Wu & Jha 2020: the Gini index of the values' sizes v, sorted upward.
 *
 *     G = 1 - 2 sum_k  v_k / sum(v)  (n - k + 1/2) / n,   k = 1..n
 *
 * 0 (all pixels alike) to 1 - 1/n (one pixel has all), larger is sparser.
 * @param definition 'quantus' adds 1e-7 to every value's size, which makes maps of very small values less sparse.
 * @throws UnmeasurableMapError for values that are not finite, or all 0.
 */
export function sparseness(map: CellMap, definition: Definition = 'paper'): number {
  const { sizes, total } = massOf(map, definition === 'quantus' ? 1e-7 : 0);
  const n = sizes.length;
  return 1 - 2 * sizes.sort().reduce((sum, size, i) => sum + (size / total) * ((n - i - 0.5) / n), 0);
}

/**
 * Complexity, Bhatt, Weller & Moura 2020: the entropy of the pixels' shares p in the sum of the values' sizes.
 *
 *     C = - sum_i p_i ln p_i
 *
 * Nats, 0 (one pixel has all) to ln n (all pixels alike), smaller is simpler.
 * @throws UnmeasurableMapError for values that are not finite, or all 0.
 */
export function complexity(map: CellMap): number {
  const { sizes, total } = massOf(map);
  return sizes.reduce((sum, size) => (size === 0 ? sum : sum - (size / total) * Math.log(size / total)), 0);
}

/**
 * What Quantus calls effective complexity, after Nguyen & Martínez 2020: how many pixels have a value larger than
 * `threshold` in size. 0 to n, smaller is simpler. It depends on the map's scale; the paper's own is
 * `effectiveComplexity`.
 * @param threshold units of the map.
 * @throws UnmeasurableMapError for values that are not finite; MetricSettingsError for a negative threshold.
 */
export function valuesAbove({ values }: CellMap, threshold: number): number {
  if (!(threshold >= 0)) throw new MetricSettingsError(`The threshold is ${threshold}: give 0 or more.`);
  checkFinite(values);
  return values.reduce((count, value) => count + (Math.abs(value) > threshold ? 1 : 0), 0);
}

function massOf({ values }: CellMap, added = 0): { readonly sizes: Float64Array; readonly total: number } {
  checkFinite(values);
  const sizes = Float64Array.from(values, (value) => Math.abs(value) + added);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total === 0)
    throw new UnmeasurableMapError('The map is 0 everywhere: it has nothing to share out. Leave it out.');
  return { sizes, total };
}

function checkFinite(values: Float32Array): void {
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new UnmeasurableMapError(
      `The map's value ${values[bad]} at pixel ${bad} is not a finite number: leave it out.`,
    );
  }
}
