/*
 * Arithmetic rounded outward. A float64 operation is off by at most half a unit in the last place of its result, which is at most
 * 2^-53 of it, or by half of the smallest number there is; one step of 2^-52 and that number covers both.
 */

const step = 2 ** -52;
const tiny = Number.MIN_VALUE;

/** A number at or below the exact result that `x` was rounded from. */
export function down(x: number): number {
  return x - (Math.abs(x) * step + tiny);
}

/** A number at or above it. */
export function up(x: number): number {
  return x + (Math.abs(x) * step + tiny);
}

/** All real numbers from low to high. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

export function plus(a: Range, b: Range): Range {
  return { low: down(a.low + b.low), high: up(a.high + b.high) };
}

export function times(a: Range, b: Range): Range {
  const products = [a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high];
  return { low: down(Math.min(...products)), high: up(Math.max(...products)) };
}

/** A range times a number that is exact. */
export function scaled({ low, high }: Range, by: number): Range {
  return by >= 0 ? { low: down(low * by), high: up(high * by) } : { low: down(high * by), high: up(low * by) };
}

export const zero: Range = { low: 0, high: 0 };
