import { type Box, windowFor, windowPlaces } from '../../attribution/perturbation/slidingWindow.ts';
import type { InputDescription } from '../../model/inputDescription.ts';
import { FiltersError } from '../filterPaths/errors.ts';

/** An image divided into squares side by side; those at the right and the bottom may be cut off. */
export interface RegionGrid {
  readonly rows: number;
  readonly columns: number;
  /** Row by row. */
  readonly boxes: readonly Box[];
  /** Side of a square, pixels. */
  readonly side: number;
}

/**
 * The paper divides 28x28 pixels into 14x14 regions of 2x2. By default about as many cover an image of any size.
 * @throws FiltersError for a side that leaves fewer than two regions.
 */
export function regionGrid({ height, width }: Pick<InputDescription, 'height' | 'width'>, side?: number): RegionGrid {
  const chosen = side ?? windowFor({ height, width });
  const [rows, columns] = [Math.ceil(height / chosen), Math.ceil(width / chosen)];
  if (!Number.isInteger(chosen) || chosen < 1 || rows * columns < 2 || chosen > Math.min(height, width)) {
    throw new FiltersError(
      `Regions of ${chosen} pixels do not divide an image of ${height} x ${width}: give a whole number from 1 to ${Math.floor(Math.min(height, width) / 2)}.`,
    );
  }
  return { rows, columns, side: chosen, boxes: windowPlaces([height, width], [chosen, chosen], [chosen, chosen]) };
}

/** Which region each pixel is in, [height * width]. */
export function regionOfPixels(
  grid: RegionGrid,
  { height, width }: Pick<InputDescription, 'height' | 'width'>,
): number[] {
  return Array.from({ length: height * width }, (_, pixel) => {
    const [row, column] = [Math.floor(pixel / width), pixel % width];
    return Math.floor(row / grid.side) * grid.columns + Math.floor(column / grid.side);
  });
}
