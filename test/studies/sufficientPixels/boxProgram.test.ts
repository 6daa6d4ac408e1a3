import { expect, it } from 'vitest';
import { random } from '../../../src/random/random.ts';
import { type BoxProgram, solveBox } from '../../../src/studies/sufficientPixels/boxProgram.ts';

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0);

/** What multipliers y >= 0 prove of the minimum, by the definition of the Lagrangian. */
function lagrangian({ cost, conditions, low, high }: BoxProgram, y: ArrayLike<number>, share = 1): number {
  const fixed = conditions.reduce((sum, { atLeast }, r) => sum + y[r]! * atLeast, 0);
  return cost.reduce((sum, c, i) => {
    const left = share * c - conditions.reduce((all, { row }, r) => all + y[r]! * row[i]!, 0);
    return sum + Math.min(left * low[i]!, left * high[i]!);
  }, fixed);
}

it('solves one by hand: the cheap variable gives way until the condition holds', () => {
  // min x + 2y, x + y >= 1.5, both in [0, 1]: x = 1, y = 0.5.
  const found = solveBox({
    cost: Float64Array.of(1, 2),
    conditions: [{ row: Float64Array.of(1, 1), atLeast: 1.5 }],
    low: Float64Array.of(0, 0),
    high: Float64Array.of(1, 1),
  })!;
  expect([...found.x]).toEqual([1, 0.5]);
  expect([...found.y]).toEqual([2]);
});

it('meets its conditions at a cost that its multipliers prove to be the least, or proves that nothing meets them', () => {
  const source = random(5);
  const number = () => 2 * source.uniform() - 1;
  let empty = 0;
  for (let k = 0; k < 120; k++) {
    const [n, m] = [3 + (k % 20), 1 + (k % 7)];
    const vector = () => Float64Array.from({ length: n }, number);
    const program: BoxProgram = {
      cost: vector(),
      conditions: Array.from({ length: m }, () => ({ row: vector(), atLeast: (k % 3) * number() })),
      low: vector().map((value) => -Math.abs(value)),
      high: vector().map(Math.abs),
    };
    const { isEmpty, x, y } = solveBox(program)!;
    expect(Math.min(...y)).toBeGreaterThanOrEqual(0);
    if (isEmpty) {
      empty += 1;
      expect(lagrangian(program, y, 0)).toBeGreaterThan(0);
      continue;
    }
    for (const [i, value] of x.entries()) {
      expect(value).toBeGreaterThanOrEqual(program.low[i]! - 1e-9);
      expect(value).toBeLessThanOrEqual(program.high[i]! + 1e-9);
    }
    for (const { row, atLeast } of program.conditions) expect(dot(row, x)).toBeGreaterThan(atLeast - 1e-9);
    expect(lagrangian(program, y)).toBeCloseTo(dot(program.cost, x), 8);
  }
  expect(empty).toBeGreaterThan(5);
});
