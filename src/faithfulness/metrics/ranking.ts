import { MetricSettingsError } from './errors.ts';

/** Which come first: most relevant (MoRF), or least relevant (LeRF), Samek et al. 2017. */
export type RemovalOrder = 'morf' | 'lerf';

/** The places of the values from the largest down (or the smallest up), of equal ones the lower place first. */
export function ranked(values: ArrayLike<number>, order: RemovalOrder = 'morf'): Int32Array {
  const sign = order === 'morf' ? 1 : -1;
  // The sort of a typed array is stable (ECMAScript 2019), so that ties stay as they are counted.
  return Int32Array.from({ length: values.length }, (_, i) => i).sort(
    (a, b) => sign * ((values[b] ?? 0) - (values[a] ?? 0)),
  );
}

/** @throws MetricSettingsError for what is not a whole number from `least` to `most`. */
export function checkWhole(what: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new MetricSettingsError(`${what} is ${value}: give a whole number from ${least} to ${most}.`);
  }
}
