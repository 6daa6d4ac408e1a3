import { expect, it } from 'vitest';
import { ranked } from '../../../src/faithfulness/metrics/ranking.ts';
import { random } from '../../../src/random/random.ts';

const plainly = (values: Float32Array, sign: number) =>
  [...values.keys()].sort((a, b) => sign * (values[b]! - values[a]!) || a - b);

it('puts the largest first, of equal ones the lower place, whatever their signs', () => {
  const source = random(3);
  const special = [0, -0, 1e-45, -1e-45, 3e38, -3e38, 1, -1, 1, -1];
  const values = Float32Array.from({ length: 500 }, (_, i) =>
    i < 60 ? (special[i % special.length] ?? 0) : Math.round(40 * source.uniform() - 20) / 8,
  );
  expect([...ranked(values)]).toEqual(plainly(values, 1));
  expect([...ranked(values, 'lerf')]).toEqual(plainly(values, -1));
  // Numbers of double precision, which a float32 would make equal.
  expect([...ranked([1, 1 + 1e-12, 1 - 1e-12])]).toEqual([1, 0, 2]);
  expect([...ranked(new Float32Array())]).toEqual([]);
});
