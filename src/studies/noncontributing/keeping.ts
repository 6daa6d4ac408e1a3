import { type Decision, leadFrom } from '../../model/decision.ts';
import type { Scores } from '../../model/findScores.ts';

/** What has to stay as it is in the scores. */
export interface Keeping {
  /** How far a row of scores is from losing it, score units; below 0 where it is lost. */
  readonly slack: (row: Float32Array) => number;
  /** The slack of the image itself. */
  readonly clean: number;
}

/** The decision: its lead. */
export function keepingDecision(decision: Decision, scores: Scores): Keeping {
  return { slack: (row) => leadFrom(decision, row, scores), clean: decision.margin };
}

/** The order of all scores: the smallest step from one to the next lower one. */
export function keepingOrder(clean: Float32Array): Keeping {
  const order = Array.from(clean.keys()).sort((a, b) => (clean[b] ?? 0) - (clean[a] ?? 0));
  const slack = (row: Float32Array) => {
    let least = Number.POSITIVE_INFINITY;
    for (let k = 1; k < order.length; k++) {
      least = Math.min(least, (row[order[k - 1] ?? 0] ?? 0) - (row[order[k] ?? 0] ?? 0));
    }
    return least;
  };
  return { slack, clean: slack(clean) };
}
