import type { CellMap } from '../pixelMap.ts';
import { MetricSettingsError } from './errors.ts';
import { checkMap } from './judgedMap.ts';

/** An image's map and the class that the model chose. */
export interface ExplainedDecision {
  readonly map: CellMap;
  readonly chosen: number;
}

export interface SufficiencySettings {
  /**
   * Maps are alike whose distance is at most this share of the largest of all pairs' distances, 0 to 1. Default 0.6, as
   * in Quantus.
   */
  readonly threshold?: number;
}

export interface Sufficiency {
  /**
   * For each image: of the others whose maps are like its own, the share for which the model chose the same class.
   * Undefined where no map is like it; Quantus has 0 there.
   */
  readonly byImage: readonly (number | undefined)[];
  /** Over the images that have others like them; NaN where none has. */
  readonly mean: number;
}

/**
 * Sufficiency, Dasgupta, Frost & Moshkovitz 2022: a map says enough of a decision if images with the same map get the
 * same decision.
 *
 *     P( f(x') = f(x)  |  a(x') = a(x) )
 *
 * 0 to 1, larger is better. Real-valued maps are never the same: as in Quantus, those count that are near, by the
 * Euclidean distance of the values' sizes, each pixel's divided by its standard deviation over the images (pixels that
 * never change left out). A set of one decision has sufficiency 1 whatever its maps.
 * @throws UnmeasurableMapError for maps without order or of several sizes; MetricSettingsError for fewer than two
 *   images.
 */
export function sufficiency(
  decisions: readonly ExplainedDecision[],
  { threshold = 0.6 }: SufficiencySettings = {},
): Sufficiency {
  if (decisions.length < 2) throw new MetricSettingsError('Sufficiency compares images: give two or more.');
  if (!(threshold >= 0 && threshold <= 1)) {
    throw new MetricSettingsError(`The threshold is ${threshold}: give a share from 0 to 1.`);
  }
  for (const { map } of decisions) checkMap(map, decisions[0]?.map);
  const scaled = standardised(decisions.map(({ map }) => map.values.map(Math.abs)));
  const distances = scaled.map((a) => scaled.map((b) => distance(a, b)));
  const largest = distances.flat().reduce((most, value) => Math.max(most, value), 0);
  const byImage = decisions.map(({ chosen }, i) => {
    const alike = decisions.filter((_, k) => k !== i && (distances[i]?.[k] ?? 0) <= threshold * largest);
    const same = alike.filter((other) => other.chosen === chosen);
    return alike.length === 0 ? undefined : same.length / alike.length;
  });
  const defined = byImage.filter((share) => share !== undefined);
  return { byImage, mean: defined.reduce((sum, share) => sum + share, 0) / defined.length };
}

function standardised(maps: readonly Float32Array[]): Float64Array[] {
  const deviations = Float64Array.from(maps[0] ?? [], (_, pixel) => {
    const values = maps.map((map) => map[pixel] ?? 0);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  });
  return maps.map((map) =>
    Float64Array.from(map, (value, pixel) => (deviations[pixel] === 0 ? 0 : value / (deviations[pixel] ?? 1))),
  );
}

function distance(a: Float64Array, b: Float64Array): number {
  return Math.sqrt(a.reduce((sum, value, i) => sum + (value - (b[i] ?? 0)) ** 2, 0));
}
