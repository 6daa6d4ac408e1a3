import type { LiteralLogs } from './featureTable.ts';

/** Two log products closer than this count as equal: sums in another order differ by rounding. */
const tie = 1e-5;

/**
 * The images a class's conjunction decides about: first its own, which are right if it wins, then those of other classes that are
 * right without it, and wrong if it wins. Others do not count.
 */
export interface Stakes {
  readonly rows: Int32Array;
  /** How much its log product must grow for it to win. */
  readonly need: Float32Array;
  /** How many are its own. */
  readonly own: number;
}

export function stakesOf(logs: LiteralLogs, products: readonly Float32Array[], k: number): Stakes {
  const { count, labels } = logs;
  const product = products[k] ?? new Float32Array();
  const rivals = products.flatMap((column, j) => (j === k ? [] : [{ column, j }]));
  const rows = new Int32Array(count);
  const needs = new Float32Array(count);
  let own = 0;
  let others = count;
  for (let row = 0; row < count; row++) {
    let best = Number.NEGATIVE_INFINITY;
    let winner = -1;
    for (const { column, j } of rivals) {
      const value = column[row] ?? 0;
      if (value > best) {
        best = value;
        winner = j;
      }
    }
    const label = labels[row];
    if (label !== k && label !== winner) continue;
    // From both ends: its own to the front.
    const at = label === k ? own++ : --others;
    rows[at] = row;
    // A tie is counted against the rule, whichever class it would go to.
    needs[at] = best - (product[row] ?? 0) + (label === k ? tie : -tie);
  }
  const joined = <T extends Int32Array | Float32Array>(all: T): T => {
    all.copyWithin(own, others);
    return all.slice(0, own + count - others) as T;
  };
  return { rows: joined(rows), need: joined(needs), own };
}

/** Images of other classes are counted so many at a time. */
const stretch = 256;

/**
 * How many of its own images the class wins less how many of the others'; minus infinity where that is at most `least`. Its own
 * are counted first, so that the number can only fall, and counting stops in time.
 */
export function won(columns: Float32Array, need: Float32Array, own: number, least: number): number {
  let total = 0;
  // Sums and no condition: which images win is as good as random, and a processor that guesses wrong takes twice as long.
  for (let row = 0; row < own; row++) total += Number((columns[row] ?? 0) > (need[row] ?? 0));
  for (let from = own; from < need.length && total > least; from += stretch) {
    const to = Math.min(need.length, from + stretch);
    for (let row = from; row < to; row++) total -= Number((columns[row] ?? 0) > (need[row] ?? 0));
  }
  return total > least ? total : Number.NEGATIVE_INFINITY;
}
