import type { Additions } from '../../onnx/graphBuilder.ts';

/**
 * The values that each element of a value can have, as names of values in its shape. Read as its ends or as its centre and
 * radius; what it was not made of is computed when first asked for.
 * Rounding: the other form is off by at most 4 roundings of the larger end, which those who read it take into account.
 */
export interface Interval {
  readonly low: string;
  readonly high: string;
  readonly centre: string;
  readonly radius: string;
  /** The largest magnitude: |centre| + radius. */
  readonly magnitude: string;
}

/** The interval with these ends. */
export function between(builder: Additions, low: string, high: string): Interval {
  const { ops } = builder;
  const half = builder.scalar(0.5);
  return onDemand({
    low: () => low,
    high: () => high,
    centre: () => ops.Mul(ops.Add(low, high), half),
    radius: () => ops.Mul(ops.Sub(high, low), half),
    magnitude: () => ops.Max(ops.Neg(low), high),
  });
}

/** The interval around a centre; its radius is not negative. */
export function around({ ops }: Additions, centre: string, radius: string): Interval {
  return onDemand({
    low: () => ops.Sub(centre, radius),
    high: () => ops.Add(centre, radius),
    centre: () => centre,
    radius: () => radius,
    magnitude: () => ops.Add(ops.Abs(centre), radius),
  });
}

/** Adds the nodes of each form when it is first asked for. */
function onDemand(make: Readonly<Record<keyof Interval, () => string>>): Interval {
  const made: { -readonly [form in keyof Interval]?: string } = {};
  const form = (name: keyof Interval) => ({ get: () => (made[name] ??= make[name]()), enumerable: true });
  return Object.defineProperties({} as Interval, {
    low: form('low'),
    high: form('high'),
    centre: form('centre'),
    radius: form('radius'),
    magnitude: form('magnitude'),
  });
}

/*
 * What rounding may account for (Higham, Accuracy and Stability of Numerical Algorithms, 2nd edition, chapters 2 to 4).
 * With the unit roundoff u of float32, a number that n roundings have gone into, in sums and products of any order, is off
 * by at most gamma_n = n u / (1 - n u) times the sum of its terms' magnitudes.
 */

/** Unit roundoff of float32. */
export const unit = 2 ** -24;

/** gamma_n */
export function gamma(roundings: number): number {
  return (roundings * unit) / (1 - roundings * unit);
}
