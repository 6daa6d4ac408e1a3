/** What is explained and no image: a signal's values along time, or a row of a table. */
export type NumberKind = 'signal' | 'table';

/** A channel of a signal, or a feature of a table. Model input is (value - mean) / std. */
export interface Feature {
  readonly name: string;
  readonly mean: number;
  readonly std: number;
}

/** What the numbers of a signal or a table are. */
export interface NumberDescription {
  readonly kind: NumberKind;
  /** A signal's channels or a table's features, in order. */
  readonly features: readonly Feature[];
  /** Their names were said; else they are counted, and the columns of a file come in its order. */
  readonly areNamed: boolean;
  /** The range of model input that it is tried with, and noise is measured by: nobody says what it is. */
  readonly low: number;
  readonly high: number;
}

/** What the parts of a kind are called. */
export const partWords = { signal: 'channel', table: 'feature' } as const satisfies Record<NumberKind, string>;

/** Features by name; those without one are counted from 0. */
export function namedFeatures(
  kind: NumberKind,
  names: readonly string[],
  means: readonly number[],
  stds: readonly number[],
): readonly Feature[] {
  return means.map((mean, i) => ({ name: names[i] ?? `${partWords[kind]} ${i}`, mean, std: stds[i] ?? 1 }));
}

/** A value in its own unit as model input. */
export function toModelInput(value: number, { mean, std }: Feature): number {
  return (value - mean) / std;
}

/** Model input, of single precision, as a value in its own unit; 0 where nothing but rounding is left of a value and the mean. */
export function fromModelInput(value: number, { mean, std }: Feature): number {
  const own = value * std + mean;
  return Math.abs(own) <= singleRounding * Math.abs(mean) ? 0 : own;
}

/** A few units in the last place of a float32. */
const singleRounding = 5e-7;
