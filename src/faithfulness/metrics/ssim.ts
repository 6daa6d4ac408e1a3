import { mean } from '../mean.ts';
import type { CellMap } from '../pixelMap.ts';
import { MetricSettingsError, UnmeasurableMapError } from './errors.ts';

export interface SsimSettings {
  /**
   * 'gaussian' (default): 11x11 pixels, standard deviation 1.5, as in the paper. 'uniform': 7x7, all alike, variances
   * of a sample (divided by 48): what scikit-image, and with it Quantus, has as default.
   */
  readonly window?: 'gaussian' | 'uniform';
}

const gaussian = normalised(Array.from({ length: 11 }, (_, i) => Math.exp(-((i - 5) ** 2) / (2 * 1.5 ** 2))));
const uniform = normalised(new Array(7).fill(1));

/**
 * Structural similarity (SSIM), Wang, Bovik, Sheikh & Simoncelli 2004, of two maps: for each window, from
 * the means m, variances v and the covariance c of the two,
 *
 *     (2 m_a m_b + C1) (2 c + C2) / ( (m_a^2 + m_b^2 + C1) (v_a + v_b + C2) ),   C1 = (0.01 R)^2, C2 = (0.03 R)^2
 *
 * and of this the mean over all windows that lie in the map. R, the range of values, is that of both maps together, as
 * in Quantus: a map has none of its own. 1 for equal maps, -1 to 1. For parameter randomisation (Adebayo et al. 2018)
 * and random logit (Sixt, Granz & Landgraf 2020), where the two maps should differ, smaller is better.
 * @throws UnmeasurableMapError for values that are not finite, or maps of two sizes; MetricSettingsError for maps
 *   smaller than the window.
 */
export function ssim(a: CellMap, b: CellMap, { window = 'gaussian' }: SsimSettings = {}): number {
  const kernel = window === 'gaussian' ? gaussian : uniform;
  check(a, b, kernel.length);
  const both = [...a.values, ...b.values];
  const range = both.reduce((m, v) => Math.max(m, v), -Infinity) - both.reduce((m, v) => Math.min(m, v), Infinity);
  if (range === 0) return 1;
  const [c1, c2] = [(0.01 * range) ** 2, (0.03 * range) ** 2];
  const correction = window === 'gaussian' ? 1 : kernel.length ** 2 / (kernel.length ** 2 - 1);
  const filteredOf = (value: (x: number, y: number) => number) =>
    filtered({ ...a, values: Float64Array.from(a.values, (x, i) => value(x, b.values[i] ?? 0)) }, kernel);
  const [ma, mb] = [filteredOf((x) => x), filteredOf((_, y) => y)];
  const [aa, bb, ab] = [filteredOf((x) => x * x), filteredOf((_, y) => y * y), filteredOf((x, y) => x * y)];
  return mean(
    ma.map((meanA, i) => {
      const meanB = mb[i] ?? 0;
      const covariance = correction * ((ab[i] ?? 0) - meanA * meanB);
      const variances = correction * ((aa[i] ?? 0) - meanA ** 2 + (bb[i] ?? 0) - meanB ** 2);
      return ((2 * meanA * meanB + c1) * (2 * covariance + c2)) / ((meanA ** 2 + meanB ** 2 + c1) * (variances + c2));
    }),
  );
}

interface Grid {
  readonly height: number;
  readonly width: number;
  readonly values: Float64Array;
}

/** Weighted means over all windows that lie in the map: along the rows, then along the columns. */
function filtered({ height, width, values }: Grid, kernel: readonly number[]): Float64Array {
  const [rows, columns] = [height - kernel.length + 1, width - kernel.length + 1];
  const along = Float64Array.from({ length: height * columns }, (_, i) =>
    kernel.reduce((sum, w, k) => sum + w * (values[Math.floor(i / columns) * width + (i % columns) + k] ?? 0), 0),
  );
  return Float64Array.from({ length: rows * columns }, (_, i) =>
    kernel.reduce((sum, w, k) => sum + w * (along[i + k * columns] ?? 0), 0),
  );
}

function normalised(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

function check(a: CellMap, b: CellMap, side: number): void {
  if (a.height !== b.height || a.width !== b.width) {
    throw new UnmeasurableMapError(
      `The maps are of ${a.height} x ${a.width} and ${b.height} x ${b.width} cells: compare maps of one size.`,
    );
  }
  if (![a, b].every(({ values }) => values.every(Number.isFinite))) {
    throw new UnmeasurableMapError('A map has values that are not finite numbers: leave it out.');
  }
  if (Math.min(a.height, a.width) < side) {
    throw new MetricSettingsError(
      `The maps of ${a.height} x ${a.width} cells are smaller than a window of ${side} x ${side}: use their rank correlation.`,
    );
  }
}
