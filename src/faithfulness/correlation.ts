import { InvalidInputError } from '../model/errors.ts';
import { mean } from './mean.ts';

/**
 * Spearman's rank correlation of two lists of equal length, equal values sharing their mean rank: 1 for the same order, -1
 * for the opposite, 0 where the one says nothing of the other. NaN where one of them is all equal, or holds a NaN: they have no
 * order.
 * @throws InvalidInputError for lists of different lengths.
 */
export function rankCorrelation(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) {
    throw new InvalidInputError(`The lists have ${a.length} and ${b.length} values: give maps of one shape.`);
  }
  if (a.some(Number.isNaN) || b.some(Number.isNaN)) return Number.NaN;
  return pearson(ranks(a), ranks(b));
}

function ranks(values: Float32Array): Float64Array {
  const order = Array.from(values.keys()).sort((i, j) => (values[i] ?? 0) - (values[j] ?? 0));
  const result = new Float64Array(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end] ?? 0] === values[order[start] ?? 0]) end++;
    for (let k = start; k < end; k++) result[order[k] ?? 0] = (start + end - 1) / 2;
    start = end;
  }
  return result;
}

/** Pearson's correlation of two lists of equal length, -1 to 1; NaN where one of them is all equal or holds a NaN. */
export function pearson(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [da, db] = [(a[i] ?? 0) - meanA, (b[i] ?? 0) - meanB];
    ab += da * db;
    aa += da * da;
    bb += db * db;
  }
  return aa === 0 || bb === 0 ? Number.NaN : ab / Math.sqrt(aa * bb);
}
