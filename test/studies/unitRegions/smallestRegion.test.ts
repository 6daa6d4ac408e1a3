import { describe, expect, it } from 'vitest';
import { random } from '../../../src/random/random.ts';
import {
  bestCells,
  type CellGrid,
  explainedBy,
  neighboursOf,
  smallestRegion,
} from '../../../src/studies/unitRegions/smallestRegion.ts';

/** The covariance of shares that follow a few common causes, neighbours alike: what pixels times weights look like. */
function covarianceOf(cells: number, seed: number): Float64Array {
  const source = random(seed);
  const rows = Array.from({ length: 40 }, () => {
    const own = Array.from({ length: cells }, () => source.uniform() - 0.5);
    return own.map((value, i) => (value + (own[i - 1] ?? 0)) * (i % 3 === 0 ? 2 : 0.7));
  });
  const result = new Float64Array(cells * cells);
  for (let p = 0; p < cells; p++) {
    for (let q = 0; q < cells; q++) {
      result[p * cells + q] = rows.reduce((sum, row) => sum + row[p]! * row[q]!, 0) / rows.length;
    }
  }
  return result;
}

function connected(cells: readonly number[], grid: CellGrid): boolean {
  const inside = new Set(cells);
  const reached = new Set(cells.slice(0, 1));
  for (const cell of reached) for (const near of neighboursOf(cell, grid)) if (inside.has(near)) reached.add(near);
  return reached.size === inside.size;
}

/** The size of the smallest connected set that explains enough, by looking at all of them. */
function smallestByBruteForce(covariance: Float64Array, grid: CellGrid, enough: number): number {
  const count = grid.height * grid.width;
  let best = count;
  for (let code = 1; code < 2 ** count; code++) {
    const cells = Array.from({ length: count }, (_, cell) => cell).filter((cell) => (code >> cell) & 1);
    if (cells.length < best && explainedBy(covariance, cells) >= enough && connected(cells, grid)) best = cells.length;
  }
  return best;
}

describe('the smallest region that tells a unit’s sum', () => {
  it.each([4, 8] as const)(
    'hangs together, explains enough, and is about as small as any (%i neighbours)',
    (neighbourhood) => {
      const grid = { height: 3, width: 4, neighbourhood };
      const beyond = Array.from({ length: 12 }, (_, seed) => {
        const covariance = covarianceOf(12, seed + 1);
        const { cells, explained } = smallestRegion(covariance, grid, 0.8);
        expect(connected(cells, grid)).toBe(true);
        expect(explained).toBeGreaterThanOrEqual(0.8);
        expect(explained).toBeCloseTo(explainedBy(covariance, cells), 9);
        return cells.length - smallestByBruteForce(covariance, grid, 0.8);
      });
      expect(Math.min(...beyond)).toBe(0);
      expect(Math.max(...beyond)).toBeLessThanOrEqual(1);
    },
  );

  it('is the cells that the unit reads, worked by hand', () => {
    // Independent shares on a row of five; the second and third have 9 and 16 of 27 of the variance.
    const covariance = new Float64Array(25);
    [1, 9, 16, 1, 0].forEach((variance, cell) => {
      covariance[cell * 6] = variance;
    });
    const grid = { height: 1, width: 5, neighbourhood: 4 } as const;
    const { cells, explained } = smallestRegion(covariance, grid, 0.9);
    expect(cells).toEqual([1, 2]);
    expect(explained).toBeCloseTo(25 / 27, 12);
    const single = bestCells(covariance, [1], 0.9);
    expect(single).toMatchObject({ cells: [2], fewest: 2 });
    expect(single.explained).toBeCloseTo(16 / 27, 12);
  });

  it('crosses what says nothing to be one piece, where single cells need not', () => {
    const covariance = new Float64Array(25);
    covariance[0] = covariance[24] = 1;
    const grid = { height: 1, width: 5, neighbourhood: 8 } as const;
    expect(smallestRegion(covariance, grid, 0.9).cells).toEqual([0, 1, 2, 3, 4]);
    expect(bestCells(covariance, [0, 1, 2, 3, 4], 0.9).fewest).toBe(2);
  });
});
