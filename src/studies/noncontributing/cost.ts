import type { Classifier } from '../../model/classifier.ts';
import type { Decision } from '../../model/decision.ts';
import type { Keeping } from './keeping.ts';
import type { Tolerance } from './tolerance.ts';

/**
 * What changes cost in the search: how far scores stray beyond a tolerance, as in the paper, or how far the lead of the decided
 * class over any other falls below what is to be left of it. The second lets scores go where they do no harm.
 */
export type Cost = 'scores' | 'lead';

/**
 * This share of the clean margin has to be left in every draw: where the smallest of some thousand leads is above it, a lead
 * below 0 is far rarer than one in as many draws. Ample, for every factor tried is another chance to pass by luck.
 */
const noiseReserve = 0.1;

/**
 * Where the cost is of the lead, this share of what was to be left of it: maps that are to hold for more than noise have to hold for
 * changes that were not tried, too.
 */
const leadReserve = 0.75;

/** The cost that fits, where none is asked for. The lead of a single score is that score, and so is its order. */
export function costFor(
  asked: { readonly cost?: Cost; readonly tolerance?: Tolerance },
  isNoiseAlone: boolean,
  { scores }: Classifier,
): Cost {
  if (scores.width === 1 || asked.tolerance === 'order') return 'scores';
  return asked.cost ?? (isNoiseAlone ? 'scores' : 'lead');
}

/** What E punishes in one row of scores. @param limit the tolerance, score units. */
export function rowCost(
  cost: Cost,
  { clean, decision, limit }: { readonly clean: Float32Array; readonly decision: Decision; readonly limit: number },
): (row: Float32Array) => number {
  return cost === 'lead'
    ? (row) => leadLost(row, decision.chosen, decision.margin - limit)
    : (row) => strayingIn(row, clean, limit);
}

/** The slack that has to be left in every change that is tried, score units. */
export function reserveFor(cost: Cost, keeping: Keeping, limit: number): number {
  return cost === 'lead' ? leadReserve * (keeping.clean - limit) : noiseReserve * keeping.clean;
}

/** How far scores stray beyond the tolerance, summed over the classes. */
export function strayingIn(row: Float32Array, clean: Float32Array, tolerance: number): number {
  let sum = 0;
  for (let k = 0; k < row.length; k++) sum += Math.max(Math.abs((row[k] ?? 0) - (clean[k] ?? 0)) - tolerance, 0);
  return sum;
}

/** By how much other classes come nearer to the decided one than `left`, summed over them. */
function leadLost(row: Float32Array, decided: number, left: number): number {
  let sum = 0;
  for (let k = 0; k < row.length; k++) {
    if (k !== decided) sum += Math.max(left - ((row[decided] ?? 0) - (row[k] ?? 0)), 0);
  }
  return sum;
}
