/*
 * Points on the straight line from a baseline to an image, placed where they are needed. Each interval of the line has one
 * gradient, at its middle. What it should have added to the score is known, for the scores at its ends are: a forward pass each,
 * which costs a fraction of a gradient. So it is known which interval is wrong, and by how much.
 */

/** A part of the line from 0, the baseline, to 1, the image, and the point whose gradient stands for it. */
export interface Interval {
  readonly from: number;
  readonly to: number;
  /** The explained score at its ends. */
  readonly scoreFrom: number;
  readonly scoreTo: number;
  readonly point: PathPoint;
}

export interface PathPoint {
  readonly at: number;
  /** The gradient of the explained score there, by input element. */
  readonly gradient: Float32Array;
  /** By how much the score grows there for a unit of the whole line: gradient times (image - baseline). */
  readonly slope: number;
}

/** Equal intervals, as what is asked of a model: knots, where the score is wanted, and middles, where the gradient is. */
export function firstPoints(count: number): { readonly knots: readonly number[]; readonly middles: readonly number[] } {
  return {
    knots: Array.from({ length: count + 1 }, (_, i) => i / count),
    middles: Array.from({ length: count }, (_, i) => (i + 0.5) / count),
  };
}

/** What an interval adds by its gradient, less what the score does: in score units. */
export function errorOf({ from, to, scoreFrom, scoreTo, point }: Interval): number {
  return (to - from) * point.slope - (scoreTo - scoreFrom);
}

/**
 * By how much all intervals together miss the score difference, as a share of it; of a score that ends where it began, as a share
 * of all its ups and downs.
 */
export function gapOf(intervals: readonly Interval[]): number {
  const missed = Math.abs(intervals.reduce((sum, one) => sum + errorOf(one), 0));
  const changes = intervals.map(({ scoreFrom, scoreTo }) => scoreTo - scoreFrom);
  const change = Math.abs(changes.reduce((sum, one) => sum + one, 0));
  return missed === 0 ? 0 : missed / (change || changes.reduce((sum, one) => sum + Math.abs(one), 0));
}

/**
 * The interval that adds most to the gap: of those that are wrong in the direction of all together, the one that is wrong by most.
 * (The others make the gap smaller as it is.)
 */
export function worstOf(intervals: readonly Interval[]): Interval | undefined {
  const missed = intervals.reduce((sum, one) => sum + errorOf(one), 0);
  return intervals.reduce<Interval | undefined>(
    (worst, one) => (worst && errorOf(worst) * missed >= errorOf(one) * missed ? worst : one),
    undefined,
  );
}

/** Where an interval is cut in three, so that its point stays the middle one's; and the middles of the outer two. */
export function cutOf({ from, to }: Interval): {
  readonly knots: readonly [number, number];
  readonly middles: readonly [number, number];
} {
  const width = to - from;
  return {
    knots: [from + width / 3, to - width / 3],
    middles: [from + width / 6, to - width / 6],
  };
}

/** The three intervals that one is cut into. */
export function cut(
  interval: Interval,
  [scoreAtFirst, scoreAtSecond]: readonly [number, number],
  [left, right]: readonly [PathPoint, PathPoint],
): readonly [Interval, Interval, Interval] {
  const { from, to, scoreFrom, scoreTo, point } = interval;
  const [first, second] = cutOf(interval).knots;
  return [
    { from, to: first, scoreFrom, scoreTo: scoreAtFirst, point: left },
    { from: first, to: second, scoreFrom: scoreAtFirst, scoreTo: scoreAtSecond, point },
    { from: second, to, scoreFrom: scoreAtSecond, scoreTo, point: right },
  ];
}
