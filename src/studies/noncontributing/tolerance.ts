import { ToleranceError } from './errors.ts';
import { keepingOrder } from './keeping.ts';

/**
 * By how much each score may change without cost: a share of the margin between the two best, a number of score units, or so
 * little that all scores keep their order (the paper's wording: half the smallest step between two of them).
 */
export type Tolerance = { readonly ofMargin: number } | { readonly scores: number } | 'order';

/** At half the margin, the largest score can fall and the second rise by as much without passing each other. */
export const halfMargin: Tolerance = { ofMargin: 0.5 };

/** Where the cost is of the lead: by how much it may fall. */
export const leadTolerance: Tolerance = { ofMargin: 0.4 };

/**
 * a, in score units.
 * @param scores those of the image.
 * @throws ToleranceError unless it is above 0 and at most the margin; for the order of scores two of which are equal, or of one.
 */
export function toleranceOf(tolerance: Tolerance, margin: number, scores: Float32Array): number {
  if (tolerance === 'order') return halfStep(scores);
  const value = 'scores' in tolerance ? tolerance.scores : tolerance.ofMargin * margin;
  if (!(value > 0)) throw new ToleranceError(`The tolerance is ${value}: it must be above 0.`);
  if (value <= margin) return value;
  throw new ToleranceError(
    `The tolerance ${short(value)} is larger than the margin ${short(margin)} between the two best scores: the decision could change without cost. Give at most ${short(margin)}, or a share such as 50%.`,
  );
}

function halfStep(scores: Float32Array): number {
  const { clean } = keepingOrder(scores);
  if (clean > 0 && scores.length > 1) return clean / 2;
  const why = scores.length > 1 ? 'Two classes have exactly the same score' : 'The model has a single score';
  throw new ToleranceError(`${why}: there is no order to keep. Give a share of the margin, such as 50%.`);
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
