import type { Call } from '../gradient/rule.ts';

/** An image's values beside those of what it is compared with, in one graph. */
export interface Comparison {
  /** The name of a value in the forward copy for the baseline, see addForwardCopy. */
  readonly inCopy: (name: string) => string;
  /** Whether a value changes with the pixels. */
  readonly isData: (name: string) => boolean;
  /** Whether a multiplier can be passed back through it to the pixels. */
  readonly carries: (name: string) => boolean;
}

/**
 * Differences up to this share of the values are float32's rounding, and so would be their quotients. Taking none of them
 * for a difference costs a sum of values no more than that share.
 */
const rounding = 1e-6;
/** And below this all count as none: Captum's bound. */
const negligible = 1e-10;

/** Adds where x and x' are the same number but for rounding. */
export function sameBut({ ops, builder }: Call, x: string, reference: string): string {
  const size = ops.Max(ops.Abs(x), ops.Abs(reference));
  const bound = ops.Max(ops.Mul(size, builder.scalar(rounding)), builder.scalar(negligible));
  return ops.LessOrEqual(ops.Abs(ops.Sub(x, reference)), bound);
}

/**
 * Adds value / (x - x'), and where x is x' the gradient there: nothing is to be shared out, and any finite number does. An
 * infinite slope (of a root at 0) would make 0 times infinity of it further down.
 */
export function perDifference(call: Call, value: string, x: string, reference: string, gradient: string): string {
  const { ops, builder } = call;
  const none = sameBut(call, x, reference);
  const finite = ops.Less(ops.Abs(gradient), builder.scalar(Number.POSITIVE_INFINITY));
  const difference = ops.Where(none, builder.scalar(1), ops.Sub(x, reference));
  return ops.Where(none, ops.Where(finite, gradient, builder.scalar(0)), ops.Div(value, difference));
}
