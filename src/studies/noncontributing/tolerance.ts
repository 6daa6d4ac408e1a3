import { ToleranceError } from './errors.ts';

/** By how much each score may change without cost: a share of the margin between the two best, or a number of score units. */
export type Tolerance = { readonly ofMargin: number } | { readonly scores: number };

/** At half the margin, the largest score can fall and the second rise by as much without passing each other. */
export const halfMargin: Tolerance = { ofMargin: 0.5 };

/**
 * a, in score units.
 * @throws ToleranceError unless it is above 0 and at most the margin.
 */
export function toleranceOf(tolerance: Tolerance, margin: number): number {
  const value = 'scores' in tolerance ? tolerance.scores : tolerance.ofMargin * margin;
  if (!(value > 0)) throw new ToleranceError(`The tolerance is ${value}: it must be above 0.`);
  if (value <= margin) return value;
  throw new ToleranceError(
    `The tolerance ${short(value)} is larger than the margin ${short(margin)} between the two best scores: the decision could change without cost. Give at most ${short(margin)}, or a share such as 50%.`,
  );
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
