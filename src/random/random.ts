import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** Where a generator stands: enough to go on with the same numbers. */
export type RandomPosition = readonly number[];

/** Seeded random numbers, the same on every machine. */
export interface Random {
  /** The next number from [0, 1). */
  uniform(): number;
  /** Where the numbers come from: `next` gives 32 random bits as a signed whole number. */
  readonly generator: { next(): number };
  /** The next whole number from 0 to `below - 1`. */
  index(below: number): number;
  position(): RandomPosition;
}

/** A generator at its start (a seed, a whole number) or where another one stood (a position). */
export function random(from: number | RandomPosition): Random {
  const generator = typeof from === 'number' ? xoroshiro128plus(from) : xoroshiro128plusFromState(from);
  return {
    uniform: () => uniformFloat64(generator),
    generator,
    index: (below) => uniformInt(generator, 0, below - 1),
    position: () => generator.getState(),
  };
}

/** The numbers from 0 to `count - 1` in random order (Fisher and Yates). */
export function shuffledIndices(count: number, source: Random): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let last = count - 1; last > 0; last--) {
    const other = source.index(last + 1);
    const moved = order[last] ?? 0;
    order[last] = order[other] ?? 0;
    order[other] = moved;
  }
  return order;
}
