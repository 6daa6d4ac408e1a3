import type { BitSet } from './bitSet.ts';
import { follows, holdsAt, literalCount, literalsOf, type Term, termOf, termText } from './term.ts';

/** Terms of the same variables joined by "or". Without terms it is never true. */
export type Dnf = readonly Term[];

export function dnfHoldsAt(dnf: Dnf, vertex: BitSet): boolean {
  return dnf.some((term) => holdsAt(term, vertex));
}

/** `x0 ∧ ¬x1 ∨ x2`; `false` without terms. */
export function dnfText(dnf: Dnf): string {
  return dnf.map(termText).join(' ∨ ') || 'false';
}

/** The same function without terms from which a more general one follows, shortest first. */
export function absorbed(dnf: Dnf): Dnf {
  const kept: Term[] = [];
  for (const term of [...dnf].sort((a, b) => literalCount(a) - literalCount(b))) {
    if (!kept.some((general) => follows(general, term))) kept.push(term);
  }
  return kept;
}

/** A vertex of the 0/1 cube and what the function should be there. */
export interface Row {
  readonly vertex: BitSet;
  readonly value: boolean;
}

/**
 * A shorter DNF that says the same on the rows: literals and then terms are dropped as long as no row's answer changes.
 * What it says elsewhere may change: rows are all that is cared for.
 */
export function simplified(dnf: Dnf, rows: readonly Row[]): Dnf {
  const negatives = rows.filter(({ vertex }) => !dnfHoldsAt(dnf, vertex));
  const positives = rows.filter(({ vertex }) => dnfHoldsAt(dnf, vertex));
  const general = absorbed(dnf.map((term) => widened(term, negatives)));
  return cover(general, positives);
}

/** Without literals whose loss lets in no row that the function refuses. */
function widened(term: Term, negatives: readonly Row[]): Term {
  let wide = term;
  for (const literal of literalsOf(term)) {
    const without = termOf(
      term.variables,
      literalsOf(wide).filter(({ variable }) => variable !== literal.variable),
    );
    if (!negatives.some(({ vertex }) => holdsAt(without, vertex))) wide = without;
  }
  return wide;
}

/** Terms that together hold on all rows, chosen greedily: the one that holds on most rows not yet covered goes first. */
function cover(dnf: Dnf, rows: readonly Row[]): Dnf {
  const chosen: Term[] = [];
  let open = rows;
  let candidates = dnf;
  while (open.length > 0 && candidates.length > 0) {
    const counts = candidates.map((term) => open.filter(({ vertex }) => holdsAt(term, vertex)).length);
    const best = candidates[counts.indexOf(Math.max(...counts))];
    if (!best) break;
    chosen.push(best);
    open = open.filter(({ vertex }) => !holdsAt(best, vertex));
    candidates = candidates.filter((term) => term !== best);
  }
  return chosen;
}
