import { literalTotal, logProducts, logsOf, type Signs } from './conjunctions.ts';
import type { LiteralLogs } from './featureTable.ts';
import { stakesOf, won } from './stakes.ts';

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

function bestChange(
  logs: LiteralLogs,
  rules: readonly Signs[],
  products: readonly Float32Array[],
  k: number,
  { price, depth, admits }: AscentSettings,
): Signs | undefined {
  const signs = rules[k] ?? new Int8Array();
  const { rows, need, own } = stakesOf(logs, products, k);
  const changes = singleChanges(logs, signs, rows);
  const now = won(new Float32Array(rows.length), need, own, Number.NEGATIVE_INFINITY);
  let most = 1e-9;
  let best: Signs | undefined;
  /** @param needed what the class must still gain once the first change, if there is one, is made. */
  const consider = (last: Change, needed: Float32Array, first?: Change) => {
    const parts = first ? [first, last] : [last];
    const literals = parts.reduce((sum, part) => sum + part.literals, 0);
    const gained = won(last.columns, needed, own, now + (most + price * literals) * logs.count);
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
    consider(first, need);
    if (depth === 1) continue;
    subtract(need, first.columns, left);
    for (const second of changes.slice(i + 1)) {
      if (second.variable !== first.variable) consider(second, left, first);
    }
  }
  return best;
}

function subtract(from: Float32Array, what: Float32Array, into: Float32Array): void {
  for (let row = 0; row < into.length; row++) into[row] = (from[row] ?? 0) - (what[row] ?? 0);
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
