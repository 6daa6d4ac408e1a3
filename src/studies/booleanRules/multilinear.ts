/*
 * A Boolean function of n variables as its 2^n values: entry v is the value where exactly the variables of v's bits are 1.
 */
import { ArgumentError } from '../../argumentError.ts';
import type { ThresholdUnit } from './thresholdUnit.ts';

/** Beyond this a table and a walk over it take too long: 2^20 is a million entries. */
export const mostTableVariables = 20;

/**
 * The Boolean function of a unit, a row for each choice of 0s and 1s: 1 where the weighted sum is at least 0.
 * @throws ArgumentError for more than 20 variables.
 */
export function truthTable({ weights, bias }: ThresholdUnit): Uint8Array {
  return tableOf(preActivations({ weights, bias }), (sum) => sum >= 0);
}

/** A unit's pre-activation at every vertex. */
export function preActivations({ weights, bias }: ThresholdUnit): Float64Array {
  const n = weights.length;
  if (n > mostTableVariables) {
    throw new ArgumentError(`A truth table has at most ${mostTableVariables} variables, not ${n}.`);
  }
  const sums = new Float64Array(2 ** n);
  // Summed in the order of the variables, as everywhere else: the same roundings give the same answer at the threshold.
  sums[0] = bias;
  for (let i = 0; i < n; i++) {
    const size = 2 ** i;
    for (let vertex = 0; vertex < size; vertex++) sums[size + vertex] = (sums[vertex] ?? 0) + (weights[i] ?? 0);
  }
  return sums;
}

export function tableOf(values: Float64Array, holds: (value: number) => boolean): Uint8Array {
  return Uint8Array.from(values, (value) => (holds(value) ? 1 : 0));
}

/**
 * The multilinear extension of a truth table at x in [0, 1]^n: sum over the vertices v of f(v) times the product of x_i
 * (v_i = 1) or 1 - x_i (v_i = 0). It is the one polynomial without squares that agrees with f at the vertices, and the
 * probability of f where variable i is 1 with probability x_i, independently. 2^n products.
 */
export function multilinear(table: ArrayLike<number>, x: ArrayLike<number>): number {
  const values = Float64Array.from(table);
  for (let i = x.length - 1; i >= 0; i--) {
    const size = 2 ** i;
    const share = x[i] ?? 0;
    for (let vertex = 0; vertex < size; vertex++) {
      const without = values[vertex] ?? 0;
      values[vertex] = without + share * ((values[size + vertex] ?? 0) - without);
    }
  }
  return values[0] ?? 0;
}
