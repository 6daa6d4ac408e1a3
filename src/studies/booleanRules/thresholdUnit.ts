import { hasMember } from './bitSet.ts';
import type { Term } from './term.ts';

/**
 * S(w.x + bias) with S monotone, 0.5 at 0, and x in [0, 1]^n, read as a Boolean function: it is true where
 * w.x + bias >= 0, the "approximation method" of Tsukimoto (2000), section 3 of paper A.
 */
export interface ThresholdUnit {
  readonly weights: ArrayLike<number>;
  readonly bias: number;
}

/**
 * The smallest pre-activation while the term holds: p0 + sum of p_i for its asserted variables + sum of the negative p_j
 * of the free ones. The term is an implicant of the unit exactly if this is not negative (paper A, section 3).
 */
export function worstCase({ weights, bias }: ThresholdUnit, { on, off }: Pick<Term, 'on' | 'off'>): number {
  let sum = bias;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i] ?? 0;
    if (hasMember(on, i)) sum += weight;
    else if (weight < 0 && !hasMember(off, i)) sum += weight;
  }
  return sum;
}

/** Whether the unit is true whenever the term is: even the worst case of the free variables keeps the sum at 0 or more. */
export function isImplicant(unit: ThresholdUnit, term: Pick<Term, 'on' | 'off'>): boolean {
  return worstCase(unit, term) >= 0;
}
