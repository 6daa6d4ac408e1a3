import { literalTotal, logProducts, logsOf, type Signs } from './conjunctions.ts';
import type { LiteralLogs } from './featureTable.ts';

/** Which conjunctions a class may have: implicants of the unit it stands for, say. */
export type Admits = (classIndex: number, signs: Signs) => boolean;

export interface AscentSettings {
  /** What a literal costs, as a share of images classified rightly. */
  readonly price: number;
  /** Literals changed at once: 1, or 2 for pairs as well. */
  readonly depth: 1 | 2;
  readonly admits: Admits;
}

/**
 * Improves one conjunction a class, all classes together: class after class takes the change of one or two literals that
 * gains most of (images whose label's product is largest) - price * (literals), the other classes as they are, until no
 * class can gain. What a class's change does to all other classes is counted, which choosing class by class would miss.
 */
export function jointAscent(logs: LiteralLogs, start: readonly Signs[], settings: AscentSettings): Signs[] {
  const rules: Signs[] = start.map((signs) => Int8Array.from(signs));
  const products = rules.map((signs) => logProducts(logs, signs));
  const order = rules.map((_, k) => k);
  // A class is looked at again only when another has changed since.
  let unchanged = 0;
  for (let turn = 0; unchanged < order.length; turn++) {
    const k = turn % order.length;
    const better = bestChange(logs, rules, products, k, settings);
    unchanged = better ? 0 : unchanged + 1;
    if (!better) continue;
    rules[k] = better;
    products[k] = logProducts(logs, better);
    // The class's own best change may have opened another one.
    turn--;
  }
  return rules;
}

export function objective(accuracy: number, rules: readonly Signs[], price: number): number {
  return accuracy - price * literalTotal(rules);
}

interface Change {
  readonly variable: number;
  readonly sign: number;
  readonly literals: number;
  /** By how much it changes the log product of each image that counts. */
  readonly columns: Float32Array;
}

/** Two log products closer than this count as equal: sums in another order differ by rounding. */
const tie = 1e-5;

/**
 * The images a class's conjunction decides about. `need` is how much its log product must grow for it to win: right for its
 * own images (+1), wrong for those of other classes that are right without it (-1); others do not count.
 */
interface Stakes {
  readonly rows: Int32Array;
  readonly need: Float32Array;
  readonly worth: Int8Array;
}

function stakesOf(logs: LiteralLogs, products: readonly Float32Array[], k: number): Stakes {
  const { count, labels } = logs;
  const own = products[k] ?? new Float32Array();
  const rivals = products.flatMap((column, j) => (j === k ? [] : [{ column, j }]));
  const rows = new Int32Array(count);
  const need = new Float32Array(count);
  const worth = new Int8Array(count);
  let found = 0;
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
    rows[found] = row;
    // A tie is counted against the rule, whichever class it would go to.
    need[found] = best - (own[row] ?? 0) + (label === k ? tie : -tie);
    worth[found] = label === k ? 1 : -1;
    found += 1;
  }
  return { rows: rows.slice(0, found), need: need.slice(0, found), worth: worth.slice(0, found) };
}

function bestChange(
  logs: LiteralLogs,
  rules: readonly Signs[],
  products: readonly Float32Array[],
  k: number,
  { price, depth, admits }: AscentSettings,
): Signs | undefined {
  const signs = rules[k] ?? new Int8Array();
  const { rows, need, worth } = stakesOf(logs, products, k);
  const changes = singleChanges(logs, signs, rows);
  const now = won(new Float32Array(rows.length), need, worth);
  let most = 1e-9;
  let best: Signs | undefined;
  const consider = (gained: number, parts: readonly Change[]) => {
    const literals = parts.reduce((sum, part) => sum + part.literals, 0);
    const gain = (gained - now) / logs.count - price * literals;
    if (gain <= most) return;
    const candidate = Int8Array.from(signs);
    for (const { variable, sign } of parts) candidate[variable] = sign;
    if (!admits(k, candidate)) return;
    most = gain;
    best = candidate;
  };
  const left = new Float32Array(rows.length);
  for (const [i, first] of changes.entries()) {
    consider(won(first.columns, need, worth), [first]);
    if (depth === 1) continue;
    subtract(need, first.columns, left);
    for (const second of changes.slice(i + 1)) {
      if (second.variable !== first.variable) consider(won(second.columns, left, worth), [first, second]);
    }
  }
  return best;
}

function subtract(from: Float32Array, what: Float32Array, into: Float32Array): void {
  for (let row = 0; row < into.length; row++) into[row] = (from[row] ?? 0) - (what[row] ?? 0);
}

/** What the images in which the class wins are worth together. */
function won(columns: Float32Array, need: Float32Array, worth: Int8Array): number {
  let total = 0;
  // A product and no condition: which images win is as good as random, and a processor that guesses wrong takes twice as long.
  for (let row = 0; row < need.length; row++) {
    total += Number((columns[row] ?? 0) > (need[row] ?? 0)) * (worth[row] ?? 0);
  }
  return total;
}

function singleChanges(logs: LiteralLogs, signs: Signs, rows: Int32Array): Change[] {
  return [...signs].flatMap((current, variable) =>
    [-1, 0, 1]
      .filter((sign) => sign !== current)
      .map((sign) => ({
        variable,
        sign,
        literals: Math.abs(sign) - Math.abs(current),
        columns: differences(logsOf(logs, variable, sign), logsOf(logs, variable, current), rows),
      })),
  );
}

function differences(
  after: Float32Array | undefined,
  before: Float32Array | undefined,
  rows: Int32Array,
): Float32Array {
  const columns = new Float32Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] ?? 0;
    columns[i] = (after === undefined ? 0 : (after[row] ?? 0)) - (before === undefined ? 0 : (before[row] ?? 0));
  }
  return columns;
}
