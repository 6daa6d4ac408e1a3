import type { CellMap } from '../pixelMap.ts';
import { transportCost } from './earthMoversDistance.ts';

/*
 * How well a map points at the pixels that are known to carry the class. Signs do not count: a pixel that speaks against a
 * class carries it as well. What is not a number counts as 0.
 */

/**
 * The share of the k strongest |values| that are true pixels, with k their number (Clark, Wilming & Haufe 2023). Of equally
 * strong pixels on either side of the k-th, what a choice among them by lot gives on average.
 * @param mask 1 for true pixels; one of them at least.
 */
export function precision({ values }: Pick<CellMap, 'values'>, mask: Uint8Array): number {
  const k = countTrue(mask);
  const strengths = strengthsOf(values);
  const threshold = strengths.toSorted().at(-k) ?? 0;
  const above = { all: 0, right: 0 };
  const equal = { all: 0, right: 0 };
  strengths.forEach((strength, pixel) => {
    if (strength < threshold) return;
    const tally = strength > threshold ? above : equal;
    tally.all += 1;
    tally.right += mask[pixel] ?? 0;
  });
  return (above.right + ((k - above.all) * equal.right) / equal.all) / k;
}

/**
 * 1 - EMD / EMD_max (as there): 1 where all of |map| is spread evenly over the true pixels, 0 where it is all as far
 * from them as can be. The distance between pixels is Euclidean; EMD_max is sqrt(height^2 + width^2), 11.3 for 8x8, as in
 * the paper's code (from corner to corner there are 9.9). A map of zeros is taken as one that is even everywhere.
 * @param mask 1 for true pixels; one of them at least.
 */
export function earthMoverScore({ height, width, values }: CellMap, mask: Uint8Array): number {
  const strengths = strengthsOf(values);
  const total = strengths.reduce((sum, strength) => sum + strength, 0);
  const supplies = strengths.map((strength) => (total > 0 ? strength / total : 1 / strengths.length));
  const truePixels = [...mask.keys()].filter((pixel) => mask[pixel] === 1);
  const place = (pixel: number) => [Math.floor(pixel / width), pixel % width] as const;
  const sinks = truePixels.map(place);
  const cost = transportCost(
    supplies,
    sinks.map(() => 1 / sinks.length),
    (source, sink) => {
      const [[y, x], [toY, toX]] = [place(source), sinks[sink] ?? [0, 0]];
      return Math.hypot(y - toY, x - toX);
    },
  );
  return 1 - cost / Math.hypot(height, width);
}

/** The share of |map| on true pixels (Arras, Osman & Samek 2022: relevance mass accuracy); of a map of zeros, theirs of the area. */
export function massOnTruth({ values }: Pick<CellMap, 'values'>, mask: Uint8Array): number {
  const strengths = strengthsOf(values);
  const total = strengths.reduce((sum, strength) => sum + strength, 0);
  if (total === 0) return countTrue(mask) / mask.length;
  return strengths.reduce((sum, strength, pixel) => sum + strength * (mask[pixel] ?? 0), 0) / total;
}

function strengthsOf(values: Float32Array): Float64Array {
  return Float64Array.from(values, (value) => (Number.isFinite(value) ? Math.abs(value) : 0));
}

function countTrue(mask: Uint8Array): number {
  return mask.reduce((sum, value) => sum + value, 0);
}
