import type { BooleanNetwork } from './booleanNetwork.ts';
import { literalsOf, type Term } from './term.ts';
import { worstCase } from './thresholdUnit.ts';

/** What a rule has that the function of its class does not ask for; for networks of one dense layer. */
export interface Superfluous {
  /** So many literals can be left out together, the term still being an implicant; undefined where it is none. */
  readonly spare?: number;
  /** Literals that speak against the class: x where its weight is negative, not x where it is positive. */
  readonly opposed?: number;
}

/**
 * A literal brings its unit |w| over the worst case where it speaks for the class, and nothing else. So those that bring least are let go
 * first, as long as the worst case stays at 0 or more: no larger number of literals can be.
 */
export function superfluous([layer, hidden]: BooleanNetwork, k: number, term: Term): Superfluous {
  const unit = layer?.[k];
  if (hidden || !unit) return {};
  const brought = literalsOf(term).map(({ variable, negated }) => (unit.weights[variable] ?? 0) * (negated ? -1 : 1));
  const opposed = brought.filter((amount) => amount < 0).length;
  let slack = worstCase(unit, term);
  if (slack < 0) return { opposed };
  let spare = 0;
  for (const amount of brought.map((value) => Math.max(0, value)).sort((a, b) => a - b)) {
    slack -= amount;
    if (slack < 0) break;
    spare++;
  }
  return { spare, opposed };
}
