import { smallestFactor } from './term.ts';

/** Features of labelled images, all in [0, 1]. */
export interface FeatureTable {
  readonly count: number;
  /** One for each feature: [count]. */
  readonly columns: readonly Float32Array[];
  /** [count], class numbers. */
  readonly labels: Int32Array;
}

/** Every so many-th row, at most `most` of them, spread evenly. */
export function sampleRows({ count, columns, labels }: FeatureTable, most: number): FeatureTable {
  if (count <= most) return { count, columns, labels };
  const chosen = Int32Array.from({ length: most }, (_, i) => Math.floor((i * count) / most));
  return {
    count: most,
    columns: columns.map((column) => Float32Array.from(chosen, (row) => column[row] ?? 0)),
    labels: Int32Array.from(chosen, (row) => labels[row] ?? 0),
  };
}

/**
 * The logarithms of x and 1 - x, whose sums are the logarithms of products.
 */
export interface LiteralLogs {
  readonly count: number;
  readonly labels: Int32Array;
  readonly on: readonly Float32Array[];
  readonly off: readonly Float32Array[];
}

export function literalLogs({ count, columns, labels }: FeatureTable): LiteralLogs {
  const log = (value: number) => Math.log(Math.max(value, smallestFactor));
  return {
    count,
    labels,
    on: columns.map((column) => column.map(log)),
    off: columns.map((column) => column.map((value) => log(1 - value))),
  };
}
