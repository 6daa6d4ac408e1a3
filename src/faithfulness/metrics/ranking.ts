import { MetricSettingsError } from './errors.ts';

/** Which come first: most relevant (MoRF), or least relevant (LeRF), Samek et al. 2017. */
export type RemovalOrder = 'morf' | 'lerf';

/** The places of the values from the largest down (or the smallest up), of equal ones the lower place first. */
export function ranked(values: ArrayLike<number>, order: RemovalOrder = 'morf'): Int32Array {
  if (values instanceof Float32Array && values.length <= mostKeyed) return rankedByKeys(values, order);
  const sign = order === 'morf' ? 1 : -1;
  // The sort of a typed array is stable (ECMAScript 2019), so that ties stay as they are counted.
  return Int32Array.from({ length: values.length }, (_, i) => i).sort(
    (a, b) => sign * ((values[b] ?? 0) - (values[a] ?? 0)),
  );
}

/** So many places fit into a float64 beside the 32 bits of a value. */
const mostKeyed = 2 ** 21;

/**
 * The same, several times as fast: each value's bits, read as a whole number that grows with the value, and its place make one number,
 * which typed arrays sort without being asked.
 */
function rankedByKeys(values: Float32Array, order: RemovalOrder): Int32Array {
  // Adding 0 makes one zero of both.
  const bits = new Uint32Array(values.map((value) => value + 0).buffer);
  const keys = Float64Array.from(bits, (word, place) => {
    const rising = word >>> 31 === 1 ? ~word >>> 0 : (word | 0x80000000) >>> 0;
    return (order === 'morf' ? 0xffffffff - rising : rising) * mostKeyed + place;
  }).sort();
  return Int32Array.from(keys, (key) => key % mostKeyed);
}

/** @throws MetricSettingsError for what is not a whole number from `least` to `most`. */
export function checkWhole(what: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new MetricSettingsError(`${what} is ${value}: give a whole number from ${least} to ${most}.`);
  }
}
