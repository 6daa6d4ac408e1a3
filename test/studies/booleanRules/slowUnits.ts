import { type BitSet, hasMember } from '../../../src/studies/booleanRules/bitSet.ts';
import type { Term } from '../../../src/studies/booleanRules/term.ts';
import { type ThresholdUnit, worstCase } from '../../../src/studies/booleanRules/thresholdUnit.ts';

/** Whether a unit fires at a vertex of the cube, added up weight by weight. */
export function firesAt({ weights, bias }: ThresholdUnit, vertex: BitSet): boolean {
  let sum = bias;
  for (let i = 0; i < weights.length; i++) if (hasMember(vertex, i)) sum += weights[i] ?? 0;
  return sum >= 0;
}

/** An implicant that is none any more whichever literal is dropped. */
export function isPrime(unit: ThresholdUnit, { on, off }: Pick<Term, 'on' | 'off'>): boolean {
  const slack = worstCase(unit, { on, off });
  if (slack < 0) return false;
  return Array.from(unit.weights).every((weight, i) => {
    if (hasMember(on, i)) return slack - Math.max(weight, 0) < 0;
    if (hasMember(off, i)) return slack + Math.min(weight, 0) < 0;
    return true;
  });
}
