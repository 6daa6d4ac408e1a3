import { describe, expect, it } from 'vitest';
import { transportCost } from '../../../src/faithfulness/knownTruth/earthMoversDistance.ts';
import { earthMoverScore, massOnTruth, precision } from '../../../src/faithfulness/knownTruth/maskScores.ts';
import { random } from '../../../src/random/random.ts';

/**
 * The slow version: some flow that fits (north-west corner), then mass is sent round every circle of sources and sinks that
 * lowers the cost until there is none left, which is when it is least (Klein 1967).
 */
function slowTransportCost(
  supplies: readonly number[],
  demands: readonly number[],
  cost: (i: number, j: number) => number,
) {
  const [m, n] = [supplies.length, demands.length];
  const flow = supplies.map(() => demands.map(() => 0));
  const [left, open] = [[...supplies], [...demands]];
  for (let i = 0, j = 0; i < m && j < n; ) {
    const amount = Math.min(left[i]!, open[j]!);
    flow[i]![j]! += amount;
    left[i]! -= amount;
    open[j]! -= amount;
    if (left[i]! <= 1e-13) i += 1;
    else j += 1;
  }
  for (;;) {
    // Nodes 0..m-1 are sources, m..m+n-1 sinks; back along a flow, its cost is saved.
    const distance = new Array<number>(m + n).fill(0);
    const before = new Array<number>(m + n).fill(-1);
    let last = -1;
    for (let round = 0; round < m + n && (round === 0 || last >= 0); round++) {
      last = -1;
      const relax = (from: number, to: number, by: number) => {
        if (distance[from]! + by >= distance[to]! - 1e-11) return;
        distance[to] = distance[from]! + by;
        before[to] = from;
        last = to;
      };
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          relax(i, m + j, cost(i, j));
          if (flow[i]![j]! > 1e-13) relax(m + j, i, -cost(i, j));
        }
      }
    }
    if (last < 0) break;
    let on = last;
    for (let step = 0; step < m + n; step++) on = before[on]!;
    const circle = [on];
    for (let node = before[on]!; node !== on; node = before[node]!) circle.unshift(node);
    const edges = circle.map((to, k) => [circle.at(k - 1)!, to] as const);
    const back = edges.filter(([from]) => from >= m).map(([from, to]) => [to, from - m] as const);
    const amount = Math.min(...back.map(([i, j]) => flow[i]![j]!));
    for (const [from, to] of edges) {
      if (from < m) flow[from]![to - m]! += amount;
      else flow[to]![from - m]! -= amount;
    }
  }
  return flow.reduce((sum, row, i) => sum + row.reduce((part, f, j) => part + f * cost(i, j), 0), 0);
}

const ones = (n: number) => Array.from({ length: n }, () => 1);

describe("the earth mover's distance", () => {
  it('of a hand case: mass moves on where a later source is nearer', () => {
    // On a line: sources at 0 and 1, sinks at 1 and 5, one unit each. First 0 -> 1; then 1 comes, and 0's mass goes on to 5 or
    // 1's does: |0-1| + |1-5| = 5 = |0-5| + |1-1|.
    const cost = (i: number, j: number) => Math.abs([0, 1][i]! - [1, 5][j]!);
    expect(transportCost([1, 1], [1, 1], cost)).toBe(5);
    // Squares of distances are not indifferent: 1 + 16 < 25 + 0.
    expect(transportCost([1, 1], [1, 1], (i, j) => cost(i, j) ** 2)).toBe(17);
    expect(transportCost([0.25, 0.75], [1], (i) => [4, 2][i]!)).toBe(2.5);
  });

  it('is the area between the cumulative sums on a line', () => {
    const source = random(1);
    const draw = (n: number) => {
      const values = Array.from({ length: n }, () => source.uniform());
      const total = values.reduce((a, b) => a + b);
      return values.map((value) => value / total);
    };
    const [a, b] = [draw(12), draw(12)];
    let [gap, area] = [0, 0];
    a.forEach((value, i) => {
      gap += value - b[i]!;
      area += Math.abs(gap);
    });
    expect(transportCost(a, b, (i, j) => Math.abs(i - j))).toBeCloseTo(area, 12);
  });

  it.each([1, 2, 3])('agrees with cancelling circles for maps of 8x8 and eight true pixels (%i)', (seed) => {
    const source = random(seed);
    const raw = Array.from({ length: 64 }, () => source.uniform() ** 4);
    const total = raw.reduce((a, b) => a + b);
    const map = raw.map((value) => value / total);
    const sinks = Array.from({ length: seed === 1 ? 4 : 8 }, () => [source.index(8), source.index(8)] as const);
    const demands = ones(sinks.length).map((one) => one / sinks.length);
    const cost = (i: number, j: number) => Math.hypot((i >> 3) - sinks[j]![0], (i % 8) - sinks[j]![1]);
    expect(transportCost(map, demands, cost)).toBeCloseTo(slowTransportCost(map, demands, cost), 9);
  });
});

describe('scores against a mask', () => {
  const grid = (...values: number[]) => ({ height: 2, width: 2, values: Float32Array.from(values) });
  const mask = Uint8Array.of(1, 0, 0, 1);

  it('precision counts the strongest of either sign, and ties by halves', () => {
    expect(precision(grid(-5, 1, 2, 4), mask)).toBe(1);
    expect(precision(grid(-5, 1, 6, 4), mask)).toBe(0.5);
    // The second place is shared by one true and two other pixels.
    expect(precision(grid(5, 1, 1, 1), mask)).toBeCloseTo((1 + 1 / 3) / 2, 12);
    expect(precision(grid(0, 0, 0, 0), mask)).toBe(0.5);
  });

  it('the earth mover finds the way from map to mask', () => {
    const most = Math.sqrt(8);
    expect(earthMoverScore(grid(3, 0, 0, -3), mask)).toBe(1);
    // Half of all goes along the diagonal.
    expect(earthMoverScore(grid(7, 0, 0, 0), mask)).toBeCloseTo(1 - Math.SQRT2 / 2 / most, 12);
    // Each of the other corners is one pixel from either true one.
    expect(earthMoverScore(grid(0, 2, 6, 0), mask)).toBeCloseTo(1 - 1 / most, 12);
    // Zeros are even: half of all goes by one.
    expect(earthMoverScore(grid(0, 0, 0, 0), mask)).toBeCloseTo(1 - 1 / 2 / most, 12);
  });

  it('mass is the share on true pixels', () => {
    expect(massOnTruth(grid(-1, 2, 0, 1), mask)).toBe(0.5);
    expect(massOnTruth(grid(0, 0, 0, 0), mask)).toBe(0.5);
  });

  it('counts what is no number as nothing', () => {
    expect(precision(grid(Number.NaN, 1, 2, 4), mask)).toBe(0.5);
    expect(massOnTruth(grid(Number.NaN, 1, 2, 1), mask)).toBe(0.25);
    expect(earthMoverScore(grid(Number.NaN, 0, 0, 1), mask)).toBeCloseTo(1 - Math.SQRT2 / 2 / Math.sqrt(8), 12);
  });
});
