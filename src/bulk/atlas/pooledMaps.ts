import type { CellMap } from '../../faithfulness/pixelMap.ts';

/** Maps of more cells to a side than this are averaged down. */
const longestSide = 16;

const factorOf = ({ height, width }: Size) => Math.max(1, Math.ceil(Math.max(height, width) / longestSide));

type Size = Pick<CellMap, 'height' | 'width'>;

/** The size that maps are brought to. */
export function pooledSize(size: Size): Size {
  const factor = factorOf(size);
  return { height: Math.ceil(size.height / factor), width: Math.ceil(size.width / factor) };
}

/**
 * Brings one map to few cells: squares of pixels are added up, and the whole is divided by its length, so that maps are compared by
 * where their evidence lies and not by how much there is (Lapuschkin et al. 2019). All 0 where it has no numbers, or none but 0.
 */
export function pooled(map: CellMap): Float32Array {
  const size = pooledSize(map);
  const factor = factorOf(map);
  const cells = new Float32Array(size.height * size.width);
  for (let y = 0; y < map.height; y++) {
    for (let x = 0; x < map.width; x++) {
      const cell = Math.floor(y / factor) * size.width + Math.floor(x / factor);
      cells[cell] = (cells[cell] ?? 0) + (map.values[y * map.width + x] ?? 0);
    }
  }
  const length = Math.hypot(...cells);
  return Number.isFinite(length) && length > 0 ? cells.map((value) => value / length) : cells.fill(0);
}
