import type { Signs } from './conjunctions.ts';
import type { FeatureTable } from './featureTable.ts';
import type { Admits } from './jointAscent.ts';
import { isMet } from './term.ts';

/** Rows of a table, 32 to a word. */
type RowSet = Uint32Array;

interface HoldingAscentSettings {
  /** What a literal must bring, as a share of the images. */
  readonly price: number;
  readonly admits: Admits;
}

/**
 * Changes one or two literals of a class at a time as long as that brings more images in which exactly one rule holds and is right, each
 * literal at a price: as `jointAscent`, for rules read as logic in place of products.
 */
export function holdingAscent(table: FeatureTable, start: readonly Signs[], settings: HoldingAscentSettings): Signs[] {
  const literals = literalRows(table);
  const own = start.map((_, k) => rowsWhere(table.count, (row) => table.labels[row] === k));
  const rules: Signs[] = start.map((signs) => Int8Array.from(signs));
  const held = rules.map((signs) => heldRows(literals, signs, table.count));
  for (let turn = 0, unchanged = 0; unchanged < rules.length; turn++) {
    const k = turn % rules.length;
    const better = bestChange(literals, own, rules, held, k, table.count, settings);
    unchanged = better ? 0 : unchanged + 1;
    if (!better) continue;
    rules[k] = better;
    held[k] = heldRows(literals, better, table.count);
    turn--;
  }
  return rules;
}

function bestChange(
  literals: readonly LiteralRows[],
  own: readonly RowSet[],
  rules: readonly Signs[],
  held: readonly RowSet[],
  k: number,
  count: number,
  { price, admits }: HoldingAscentSettings,
): Signs | undefined {
  const stakes = stakesOf(own, held, k);
  const now = rules[k] ?? new Int8Array();
  const worth = (signs: Signs) => gained(heldRows(literals, signs, count), stakes) / count - price * lengthOf(signs);
  let most = worth(now) + 1e-9;
  let best: Signs | undefined;
  const consider = (signs: Signs) => {
    const value = worth(signs);
    if (value <= most || !admits(k, signs)) return;
    most = value;
    best = signs;
  };
  const changes = now.length * 3;
  for (let first = 0; first < changes; first++) {
    const one = changed(now, first);
    if (!one) continue;
    consider(one);
    for (let second = first + 3 - (first % 3); second < changes; second++) {
      const two = changed(one, second);
      if (two) consider(two);
    }
  }
  return best;
}

/** Change 3i + s makes the sign of variable i s - 1; undefined where it is that already. */
function changed(signs: Signs, change: number): Signs | undefined {
  const [variable, sign] = [Math.floor(change / 3), (change % 3) - 1];
  if (signs[variable] === sign) return undefined;
  const after = Int8Array.from(signs);
  after[variable] = sign;
  return after;
}

/** Rows in which class k's rule decides whether exactly one holds and is right. */
interface Stakes {
  /** Its own, in which no other rule holds: right if it holds. */
  readonly toGain: RowSet;
  /** In which exactly one other holds, rightly: right unless it holds. */
  readonly toLose: RowSet;
}

function stakesOf(own: readonly RowSet[], held: readonly RowSet[], k: number): Stakes {
  const words = own[k]?.length ?? 0;
  const [toGain, toLose] = [new Uint32Array(words), new Uint32Array(words)];
  for (let word = 0; word < words; word++) {
    let [once, twice, rightly] = [0, 0, 0];
    held.forEach((rows, j) => {
      if (j === k) return;
      const bits = rows[word] ?? 0;
      twice |= once & bits;
      once |= bits;
      rightly |= bits & (own[j]?.[word] ?? 0);
    });
    toGain[word] = (own[k]?.[word] ?? 0) & ~once;
    toLose[word] = rightly & ~twice;
  }
  return { toGain, toLose };
}

function gained(held: RowSet, { toGain, toLose }: Stakes): number {
  let total = 0;
  for (let word = 0; word < held.length; word++) {
    const bits = held[word] ?? 0;
    total += ones(bits & (toGain[word] ?? 0)) - ones(bits & (toLose[word] ?? 0));
  }
  return total;
}

/** The number of 1s among 32 bits. */
function ones(bits: number): number {
  const pairs = bits - ((bits >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** In which rows a feature is met, and in which its negation is. */
interface LiteralRows {
  readonly on: RowSet;
  readonly off: RowSet;
}

function literalRows({ columns, count }: FeatureTable): LiteralRows[] {
  return columns.map((column) => ({
    on: rowsWhere(count, (row) => isMet(column[row] ?? 0)),
    off: rowsWhere(count, (row) => isMet(1 - (column[row] ?? 0))),
  }));
}

function heldRows(literals: readonly LiteralRows[], signs: Signs, count: number): RowSet {
  const held = new Uint32Array(Math.ceil(count / 32)).fill(0xffffffff);
  signs.forEach((sign, i) => {
    const rows = sign === 0 ? undefined : sign > 0 ? literals[i]?.on : literals[i]?.off;
    if (rows) for (let word = 0; word < held.length; word++) held[word] = (held[word] ?? 0) & (rows[word] ?? 0);
  });
  return held;
}

function rowsWhere(count: number, holds: (row: number) => boolean): RowSet {
  const rows = new Uint32Array(Math.ceil(count / 32));
  for (let row = 0; row < count; row++) {
    if (holds(row)) rows[row >>> 5] = (rows[row >>> 5] ?? 0) | (1 << (row & 31));
  }
  return rows;
}

function lengthOf(signs: Signs): number {
  return signs.reduce((count, sign) => count + Math.abs(sign), 0);
}
