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

/** From the ends. */
export function between(builder: Additions, low: string, high: string): Interval {
  const { ops } = builder;
  const half = builder.scalar(0.5);
  const centre = once(() => ops.Mul(ops.Add(low, high), half));
  const radius = once(() => ops.Mul(ops.Sub(high, low), half));
  const magnitude = once(() => ops.Max(ops.Neg(low), high));
  return {
    low,
    high,
    get centre() {
      return centre();
    },
    get radius() {
      return radius();
    },
    get magnitude() {
      return magnitude();
    },
  };
}

/** From the centre and the radius, which is not negative. */
export function around(builder: Additions, centre: string, radius: string): Interval {
  const { ops } = builder;
  const low = once(() => ops.Sub(centre, radius));
  const high = once(() => ops.Add(centre, radius));
  const magnitude = once(() => ops.Add(ops.Abs(centre), radius));
  return {
    centre,
    radius,
    get low() {
      return low();
    },
    get high() {
      return high();
    },
    get magnitude() {
      return magnitude();
    },
  };
}

function once(make: () => string): () => string {
  let made: string | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
