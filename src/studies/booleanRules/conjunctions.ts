import type { LiteralLogs } from './featureTable.ts';
import { literalsOf, type Term, termOf } from './term.ts';

/** A term as a number for each variable: 1 for the literal, -1 for its negation, 0 for neither. Made for search. */
export type Signs = Int8Array<ArrayBufferLike>;

export function termOfSigns(signs: Signs): Term {
  return termOf(
    signs.length,
    [...signs].flatMap((sign, variable) => (sign === 0 ? [] : [{ variable, negated: sign < 0 }])),
  );
}

export function signsOf(term: Term): Signs {
  const signs = new Int8Array(term.variables);
  for (const { variable, negated } of literalsOf(term)) signs[variable] = negated ? -1 : 1;
  return signs;
}

export function literalTotal(rules: readonly Signs[]): number {
  return rules.reduce((total, signs) => total + signs.reduce((count, sign) => count + Math.abs(sign), 0), 0);
}

/** The logarithms of a literal; undefined for none, which stands for zeros. */
export function logsOf(logs: LiteralLogs, variable: number, sign: number): Float32Array | undefined {
  if (sign === 0) return undefined;
  return (sign > 0 ? logs.on : logs.off)[variable];
}

/** The logarithm of a conjunction's product for each image. */
export function logProducts(logs: LiteralLogs, signs: Signs): Float32Array {
  const sums = new Float32Array(logs.count);
  signs.forEach((sign, variable) => {
    const column = logsOf(logs, variable, sign);
    if (column) for (let row = 0; row < sums.length; row++) sums[row] = (sums[row] ?? 0) + (column[row] ?? 0);
  });
  return sums;
}

/** The class whose conjunction has the largest product, for each image; of equal ones the first. */
export function decisions(logs: LiteralLogs, rules: readonly Signs[]): Int32Array {
  return largest(rules.map((signs) => logProducts(logs, signs)));
}

/** For each row the index of the column with the largest value; of equal ones the first. */
export function largest(columns: readonly Float32Array[]): Int32Array {
  const best = Float32Array.from(columns[0] ?? []);
  const chosen = new Int32Array(best.length);
  columns.forEach((column, k) => {
    for (let row = 0; row < best.length; row++) {
      const value = column[row] ?? 0;
      if (value <= (best[row] ?? 0)) continue;
      best[row] = value;
      chosen[row] = k;
    }
  });
  return chosen;
}

export function shareOfEqual(one: Int32Array, other: Int32Array): number {
  let equal = 0;
  for (let row = 0; row < one.length; row++) if (one[row] === other[row]) equal++;
  return equal / one.length;
}

export function ruleAccuracy(logs: LiteralLogs, rules: readonly Signs[]): number {
  return shareOfEqual(decisions(logs, rules), logs.labels);
}
