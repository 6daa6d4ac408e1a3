import type { Scores } from '../../model/findScores.ts';

/** What an image's scores decide, and how far they are from deciding otherwise. */
export interface CleanDecision {
  /** Position of the largest score; of a single score, 1 for above its cut and 0 for below. */
  readonly chosen: number;
  /** The largest score less the second; of a single score, twice its distance from its cut. */
  readonly margin: number;
}

/** Where a single score changes from one class to the other: a logit at 0, a probability at a half. */
function cutOf({ probabilities }: Pick<Scores, 'probabilities'>): number {
  return probabilities ? 0.5 : 0;
}

export function decisionOf(row: Float32Array, scores: Scores): CleanDecision {
  if (scores.width === 1) {
    const distance = (row[0] ?? 0) - cutOf(scores);
    return { chosen: distance > 0 ? 1 : 0, margin: 2 * Math.abs(distance) };
  }
  const chosen = row.reduce((best, score, k) => (score > (row[best] ?? score) ? k : best), 0);
  return { chosen, margin: leadOf(row, chosen, scores) };
}

/** By how much a class leads the strongest other one; negative where it does not. */
export function leadOf(row: Float32Array, chosen: number, scores: Scores): number {
  if (scores.width === 1) return 2 * ((row[0] ?? 0) - cutOf(scores)) * (chosen === 1 ? 1 : -1);
  let strongest = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < row.length; k++) if (k !== chosen) strongest = Math.max(strongest, row[k] ?? strongest);
  return (row[chosen] ?? 0) - strongest;
}
