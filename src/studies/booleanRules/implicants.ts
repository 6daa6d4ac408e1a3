import { ArgumentError } from '../../argumentError.ts';
import { type Term, termOf } from './term.ts';
import type { ThresholdUnit } from './thresholdUnit.ts';

/*
 * In a threshold unit only the literal that helps counts: x_i where p_i > 0, not x_i where p_i < 0. It brings |p_i| over the
 * worst case; the other literal, and none, bring nothing. So a term is an implicant exactly if its helping literals bring at
 * least `need` = -(p0 + sum of negative p_j), and a prime if they are all it has and none can be spared.
 */
function needOf({ weights, bias }: ThresholdUnit): number {
  return -Array.from(weights).reduce((sum, weight) => sum + Math.min(weight, 0), bias);
}

/** More variables than this have more terms than an array should hold: 3^15 is 14 million. */
const mostCodedVariables = 15;

/**
 * All implicants of a unit with few variables, primes or not, as numbers: bit i for x_i, bit 16 + i for not x_i.
 * Ten variables have 59,049 terms, tested in about a millisecond.
 * @param most literals in a term.
 * @throws ArgumentError for more than 15 variables.
 */
export function implicantCodes(unit: ThresholdUnit, most = Number.POSITIVE_INFINITY): Int32Array {
  const { weights } = unit;
  const n = weights.length;
  if (n > mostCodedVariables) {
    throw new ArgumentError(`All implicants are listed for up to ${mostCodedVariables} variables, not ${n}.`);
  }
  // The largest weights first, so that branches that cannot reach the need end early.
  const order = orderBySize(weights);
  const sizes = Float64Array.from(order, (i) => Math.abs(weights[i] ?? 0));
  const rest = new Float64Array(n + 1);
  for (let i = n - 1; i >= 0; i--) rest[i] = (rest[i + 1] ?? 0) + (sizes[i] ?? 0);
  const helping = Int32Array.from(order, (i) => ((weights[i] ?? 0) > 0 ? 1 << i : 1 << (16 + i)));
  const other = Int32Array.from(order, (i) => ((weights[i] ?? 0) > 0 ? 1 << (16 + i) : 1 << i));
  const found = new Int32Array(3 ** n);
  let count = 0;
  const visit = (depth: number, code: number, need: number, left: number) => {
    if (need > (rest[depth] ?? 0)) return;
    if (depth === n) {
      found[count++] = code;
      return;
    }
    visit(depth + 1, code, need, left);
    if (left === 0) return;
    visit(depth + 1, code | (helping[depth] ?? 0), need - (sizes[depth] ?? 0), left - 1);
    visit(depth + 1, code | (other[depth] ?? 0), need, left - 1);
  };
  visit(0, 0, needOf(unit), most);
  return found.slice(0, count);
}

/** The term of a code, as `implicantCodes` gives them. */
export function termOfCode(variables: number, code: number): Term {
  const all = Array.from({ length: variables }, (_, variable) => variable);
  return termOf(variables, [
    ...all.filter((i) => (code >>> i) & 1).map((variable) => ({ variable, negated: false })),
    ...all.filter((i) => (code >>> (16 + i)) & 1).map((variable) => ({ variable, negated: true })),
  ]);
}

interface PrimeOptions {
  /** Stop after so many. Default 10,000. */
  readonly limit?: number;
  /** Only primes with at most so many literals (order k of the paper). */
  readonly maxLiterals?: number;
}

export interface Primes {
  /** Shortest first; among equals those with the largest weights first. */
  readonly terms: readonly Term[];
  /** Whether these are all: then they are the unit's unique irredundant DNF, as it is unate. */
  readonly complete: boolean;
}

/**
 * The prime implicants of a unit by branch and bound, shortest first. A branch is left as soon as the largest weights to
 * come cannot reach what is needed, so every visited branch holds a prime and the time goes with what is found.
 */
export function primeImplicants(unit: ThresholdUnit, options: PrimeOptions = {}): Primes {
  const { weights } = unit;
  const n = weights.length;
  const { limit = 10_000, maxLiterals = n } = options;
  const order = orderBySize(weights).filter((i) => weights[i] !== 0);
  const sizes = order.map((i) => Math.abs(weights[i] ?? 0));
  const sums = [0];
  for (const size of sizes) sums.push((sums.at(-1) ?? 0) + size);
  /** The most that `count` weights from `from` on can bring. */
  const most = (from: number, count: number) => (sums[Math.min(from + count, sizes.length)] ?? 0) - (sums[from] ?? 0);
  const found: Term[] = [];
  const chosen: number[] = [];
  const visit = (from: number, need: number, left: number): void => {
    if (left === 0) {
      // Of the literals the last is the smallest: if it cannot be spared, none can.
      if (need <= 0)
        found.push(
          termOf(
            n,
            chosen.map((i) => ({ variable: i, negated: (weights[i] ?? 0) < 0 })),
          ),
        );
      return;
    }
    for (let i = from; i < sizes.length && found.length < limit && need <= most(i, left); i++) {
      const after = need - (sizes[i] ?? 0);
      if (left > 1 && after <= 0) continue;
      chosen.push(order[i] ?? 0);
      visit(i + 1, after, left - 1);
      chosen.pop();
    }
  };
  const need = needOf(unit);
  if (need <= 0) return { terms: [termOf(n, [])], complete: true };
  const largest = Math.min(maxLiterals, sizes.length);
  for (let size = 1; size <= largest && found.length < limit; size++) visit(0, need, size);
  return { terms: found, complete: found.length < limit && largest === sizes.length };
}

/** Variables by falling size of their weight. */
function orderBySize(weights: ArrayLike<number>): number[] {
  const all = Array.from(weights, (_, i) => i);
  return all.sort((a, b) => Math.abs(weights[b] ?? 0) - Math.abs(weights[a] ?? 0) || a - b);
}
