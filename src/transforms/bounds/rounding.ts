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
