import type { CellMap } from '../pixelMap.ts';
import { MetricSettingsError } from './errors.ts';
import type { PixelLayout } from './perturbed.ts';
import { checkWhole, type RemovalOrder, ranked } from './ranking.ts';

/** Pixels, counted row by row, that are taken together. */
export type Patch = Int32Array;

/**
 * An image cut into squares from its upper left corner, row by row; those at the right and lower edge may be smaller.
 * @throws MetricSettingsError where there would be fewer than two.
 */
export function patches({ height, width }: Pick<PixelLayout, 'height' | 'width'>, side: number): Patch[] {
  checkWhole('The side of a patch', side, 1, Math.max(height, width));
  const [down, across] = [Math.ceil(height / side), Math.ceil(width / side)];
  if (down * across < 2) {
    throw new MetricSettingsError(`One patch of ${side} x ${side} pixels is the whole image: choose a smaller side.`);
  }
  return Array.from({ length: down * across }, (_, patch) =>
    square({ height, width }, Math.floor(patch / across) * side, (patch % across) * side, side),
  );
}

/** The pixels of a square that lie in the image. */
export function square(
  { height, width }: Pick<PixelLayout, 'height' | 'width'>,
  top: number,
  left: number,
  side: number,
): Patch {
  const [rows, columns] = [Math.min(side, height - top), Math.min(side, width - left)];
  return Int32Array.from(
    { length: rows * columns },
    (_, i) => (top + Math.floor(i / columns)) * width + left + (i % columns),
  );
}

/** Patches by the sum of a map over them; of equal ones the one given first. */
export function rankedPatches(all: readonly Patch[], { values }: CellMap, order: RemovalOrder = 'morf'): Patch[] {
  return Array.from(
    ranked(
      all.map((patch) => sumOver(values, patch)),
      order,
    ),
    (k) => all[k] ?? new Int32Array(),
  );
}

/** The sum of the values at some places. */
export function sumOver(values: Float32Array, places: Int32Array): number {
  let sum = 0;
  for (const place of places) sum += values[place] ?? 0;
  return sum;
}
