import type { Neighbourhood } from '../regionPruning/labelling.ts';
import { type ExplainedRegion, RegionSearch } from './regionSearch.ts';

/** Cells in rows, some of which touch. */
export interface CellGrid {
  readonly height: number;
  readonly width: number;
  readonly neighbourhood: Neighbourhood;
}

/** How many places the search grows a region from. */
const starts = 6;

/**
 * The smallest region of touching cells of which a unit's sum can be told. The sum is one of shares, a cell each; with C their
 * covariance and R the cells outside, what the region leaves unexplained is 1ᵀ C(R, R) 1 of 1ᵀ C 1.
 *
 * No search of all regions is possible, so it grows one from each of several places, always by the neighbour that explains most;
 * lets go of cells that it can do without; and exchanges cells as long as that explains more, until one can go.
 * @param covariance [cells, cells]
 * @returns the smallest found, of two as small the one that explains more; all cells where even they do not explain enough.
 */
export function smallestRegion(covariance: Float64Array, grid: CellGrid, enough: number): ExplainedRegion {
  const cells = grid.height * grid.width;
  const neighbours = Array.from({ length: cells }, (_, cell) => neighboursOf(cell, grid));
  let best: ExplainedRegion = { cells: Array.from({ length: cells }, (_, cell) => cell), explained: 1 };
  for (const start of startingCells(covariance, neighbours)) {
    const search = new RegionSearch(covariance, neighbours);
    search.add(start);
    if (!search.grow(enough, best.cells.length * 1.25)) continue;
    search.settle(enough);
    const found = search.region();
    const smaller = found.cells.length - best.cells.length;
    if (smaller < 0 || (smaller === 0 && found.explained > best.explained)) best = found;
  }
  return best;
}

/** Single cells, wherever they lie: the control of a region. */
export interface SingleCells {
  /** R² of as many cells as were asked for. */
  readonly explained: number;
  readonly cells: readonly number[];
  /** How few cells explain enough. */
  readonly fewest: number;
}

/**
 * The best cells found without regard to where they lie: as many as a region has, and as many as explain enough. Two searches, one
 * that begins with nothing and one with the region, so that they are never worse than it.
 */
export function bestCells(covariance: Float64Array, region: readonly number[], enough: number): SingleCells {
  const anew = (search: RegionSearch) => search.grow(Number.POSITIVE_INFINITY, region.length);
  const from = (begin: (search: RegionSearch) => unknown, end: (search: RegionSearch) => void) => {
    const search = new RegionSearch(covariance);
    begin(search);
    end(search);
    return search;
  };
  const fromRegion = (search: RegionSearch) => {
    for (const cell of region) search.add(cell);
  };
  const many = [anew, fromRegion].map((begin) => from(begin, (search) => search.improve()).region());
  const few = [() => undefined, fromRegion].map(
    (begin) =>
      from(begin, (search) => {
        search.grow(enough, Number.POSITIVE_INFINITY);
        search.settle(enough);
      }).size,
  );
  const [best = { cells: region, explained: 0 }] = many.sort((a, b) => b.explained - a.explained);
  return { ...best, fewest: Math.min(...few) };
}

/**
 * R² of some cells, straight from its formula: 1 - (mean square of what the others' shares add up to) / (variance of the sum).
 * @param moments [cells, cells]: means of share(p) share(q). @param variance of the sum; by default all moments together.
 */
export function explainedBy(moments: Float64Array, cells: readonly number[], variance?: number): number {
  const count = Math.sqrt(moments.length);
  const outside = new Uint8Array(count).fill(1);
  for (const cell of cells) outside[cell] = 0;
  let [all, unexplained] = [0, 0];
  for (let p = 0; p < count; p++) {
    for (let q = 0; q < count; q++) {
      const moment = moments[p * count + q] ?? 0;
      all += moment;
      if (outside[p] === 1 && outside[q] === 1) unexplained += moment;
    }
  }
  const total = variance ?? all;
  return total <= 0 ? 0 : 1 - unexplained / total;
}

/** The cells that touch a cell. */
export function neighboursOf(cell: number, { height, width, neighbourhood }: CellGrid): readonly number[] {
  const [y, x] = [Math.floor(cell / width), cell % width];
  const found: number[] = [];
  for (let dy = -1; dy <= 1; dy++) {
    for (let dx = -1; dx <= 1; dx++) {
      if ((dy === 0 && dx === 0) || (neighbourhood === 4 && dy !== 0 && dx !== 0)) continue;
      const [toY, toX] = [y + dy, x + dx];
      if (toY >= 0 && toY < height && toX >= 0 && toX < width) found.push(toY * width + toX);
    }
  }
  return found;
}

/** The cells that explain most with those around them, no two of them neighbours. */
function startingCells(covariance: Float64Array, neighbours: readonly (readonly number[])[]): number[] {
  const count = neighbours.length;
  const rowSums = neighbours.map((_, p) => covariance.subarray(p * count, (p + 1) * count).reduce((a, b) => a + b, 0));
  const worth = neighbours.map((around, cell) => {
    const patch = [cell, ...around];
    const gain = patch.reduce((sum, p) => sum + 2 * (rowSums[p] ?? 0), 0);
    return patch.reduce((sum, p) => patch.reduce((part, q) => part - (covariance[p * count + q] ?? 0), sum), gain);
  });
  const order = neighbours.map((_, cell) => cell).sort((a, b) => (worth[b] ?? 0) - (worth[a] ?? 0) || a - b);
  const chosen: number[] = [];
  const taken = new Set<number>();
  for (const cell of order) {
    if (chosen.length === starts) break;
    if (taken.has(cell)) continue;
    chosen.push(cell);
    for (const near of neighbours[cell] ?? []) taken.add(near);
  }
  return chosen;
}
