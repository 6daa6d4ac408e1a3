import type { PixelSize } from './box.ts';

/** A cell of one of the grids that lie over an image: its column and row, and its side in pixels. */
interface Cell {
  readonly column: number;
  readonly row: number;
  readonly stride: number;
}

/** The sides of the cells of the grids that such detectors have, the finest first. */
const strides = [8, 16, 32] as const;

/** The cells of all grids, the finest grid first, each row by row. */
export function gridCells({ height, width }: PixelSize): readonly Cell[] {
  return strides.flatMap((stride) => {
    const [rows, columns] = [Math.floor(height / stride), Math.floor(width / stride)];
    return Array.from({ length: rows * columns }, (_, i) => ({
      column: i % columns,
      row: Math.floor(i / columns),
      stride,
    }));
  });
}
