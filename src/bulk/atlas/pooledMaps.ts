import { ArgumentError } from '../../argumentError.ts';

/** Maps brought to few cells, one row of `cells` numbers an image. */
export interface PooledMaps {
  readonly height: number;
  readonly width: number;
  readonly count: number;
  /** [count, height * width]: signed, each row of length 1, or all 0. */
  readonly rows: Float32Array;
}

/** Maps of more cells to a side than this are averaged down. */
const longestSide = 16;

/** The size that maps are brought to. */
export function pooledSize(height: number, width: number): { readonly height: number; readonly width: number } {
  const factor = Math.max(1, Math.ceil(Math.max(height, width) / longestSide));
  return { height: Math.ceil(height / factor), width: Math.ceil(width / factor) };
}

/**
 * Brings one map to few cells: channels are added up, squares of pixels too, and the whole is divided by its length, so that maps are
 * compared by where their evidence lies and not by how much there is (Lapuschkin et al. 2019).
 * @param map [channels, height, width] or, channels last, [height, width, channels]
 */
export function pooled(
  map: Float32Array,
  { dims, channelsLast }: { readonly dims: readonly number[]; readonly channelsLast: boolean },
): Float32Array {
  const [first = 1, second = 1, third = 1] = dims;
  if (dims.length !== 3)
    throw new ArgumentError(`A map of [${dims}] has no height and width: choose a method with positions.`);
  const [channels, height, width] = channelsLast ? [third, first, second] : [first, second, third];
  const size = pooledSize(height, width);
  const factor = Math.max(1, Math.ceil(Math.max(height, width) / longestSide));
  const cells = new Float32Array(size.height * size.width);
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const at = channelsLast ? (y * width + x) * channels + c : (c * height + y) * width + x;
        const cell = Math.floor(y / factor) * size.width + Math.floor(x / factor);
        cells[cell] = (cells[cell] ?? 0) + (map[at] ?? 0);
      }
    }
  }
  const length = Math.hypot(...cells);
  return Number.isFinite(length) && length > 0 ? cells.map((value) => value / length) : cells.fill(0);
}
