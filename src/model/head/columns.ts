/*
 * What a model's last steps make of its scores, as far as it can be written as
 *
 *   value_k = scale * log(sum_p weight_p P_p + offset)    or    sum_p weight_p P_p + offset
 *
 * for each of an image's numbers (its columns), where each P_p is an element of a softmax or a sigmoid. This form is closed
 * under what people put at the end of a classifier: 1 - p, means of several models, constants, Concat, Clip, Log.
 */

/** A row of numbers that a softmax or sigmoid is taken of: the sum of values of the graph, each times a factor. */
export type Logits = readonly { readonly value: string; readonly factor: number }[];

/** The function that makes probabilities of a row of logits. */
export interface Squashing {
  /** Equal for two nodes that compute the same. */
  readonly key: string;
  /** HardSigmoid is clip(slope z + 1/2, 0, 1). */
  readonly kind: 'Softmax' | 'Sigmoid' | 'HardSigmoid';
  readonly slope?: number;
  readonly logits: Logits;
  /** Logits an image. */
  readonly width: number;
}

/** An element of a row of probabilities, times a weight. */
export interface Part {
  readonly of: Squashing;
  readonly element: number;
  readonly weight: number;
}

export interface Column {
  readonly offset: number;
  readonly parts: readonly Part[];
}

/** The numbers of one image. */
export interface Columns {
  readonly columns: readonly Column[];
  /** Where they are logarithms: what the logarithm is multiplied by. */
  readonly log?: number;
}

/** The elements of a softmax or sigmoid as they are. */
export function squashed(kind: Squashing['kind'], logits: Logits, width: number, slope?: number): Columns {
  const of: Squashing = {
    key: `${kind} ${slope ?? ''} ${JSON.stringify(logits)}`,
    kind,
    logits,
    width,
    slope,
  };
  return {
    columns: Array.from({ length: width }, (_, element) => ({ offset: 0, parts: [{ of, element, weight: 1 }] })),
  };
}

/** Numbers that no pixel changes. */
export function constantColumns(values: readonly number[]): Columns {
  return { columns: values.map((offset) => ({ offset, parts: [] })) };
}

/** factor * column + offset */
export function scaled({ offset, parts }: Column, factor: number): Column {
  return { offset: factor * offset, parts: parts.map((part) => ({ ...part, weight: factor * part.weight })) };
}

/** The sum of columns, with each element of a row of probabilities once. */
export function summed(columns: readonly Column[]): Column {
  const parts = new Map<string, Part>();
  for (const part of columns.flatMap((column) => column.parts)) {
    const key = `${part.element} ${part.of.key}`;
    const weight = part.weight + (parts.get(key)?.weight ?? 0);
    parts.set(key, { ...part, weight });
  }
  return {
    offset: columns.reduce((sum, { offset }) => sum + offset, 0),
    parts: [...parts.values()].filter(({ weight }) => weight !== 0),
  };
}

/** Column k of a row of `width`: a single column stands for all. */
function columnAt(columns: readonly Column[], k: number): Column | undefined {
  return columns.length === 1 ? columns[0] : columns[k];
}

/** The columns added up one by one, a single one broadcast to the others; undefined where widths do not fit or one is a logarithm. */
export function addedUp(all: readonly Columns[]): Columns | undefined {
  const width = Math.max(...all.map(({ columns }) => columns.length));
  const fits = all.every(({ columns, log }) => log === undefined && (columns.length === width || columns.length === 1));
  if (!fits) return undefined;
  return {
    columns: Array.from({ length: width }, (_, k) => summed(all.flatMap(({ columns }) => columnAt(columns, k) ?? []))),
  };
}

/** Each column times a factor of its own; a logarithm takes one factor for all. */
export function multiplied({ columns, log }: Columns, factors: readonly number[]): Columns | undefined {
  const width = Math.max(columns.length, factors.length);
  const factorAt = (k: number) => (factors.length === 1 ? factors[0] : factors[k]) ?? Number.NaN;
  const fits = [columns.length, factors.length].every((length) => length === width || length === 1);
  if (!fits || !factors.every(Number.isFinite)) return undefined;
  if (log !== undefined) {
    const [factor = 0] = factors;
    return factor !== 0 && factors.every((other) => other === factor) ? { columns, log: log * factor } : undefined;
  }
  return {
    columns: Array.from({ length: width }, (_, k) =>
      scaled(columnAt(columns, k) ?? { offset: Number.NaN, parts: [] }, factorAt(k)),
    ),
  };
}

/** The softmax whose elements these columns are, in their order and as they are; undefined where they are something else. */
export function wholeSoftmax({ columns }: Columns): Squashing | undefined {
  const of = columns[0]?.parts[0]?.of;
  const whole = columns.every(
    ({ offset, parts: [part, more] }, k) =>
      offset === 0 && !more && part?.of.key === of?.key && part?.element === k && part.weight === 1,
  );
  return whole && of?.kind === 'Softmax' && of.width === columns.length ? of : undefined;
}

/**
 * The sum of logarithms of softmaxes, each with a factor. But for one number an image, which a softmax does not see, it is
 * the logarithm of the softmax of the logits' sum.
 */
export function logsAdded(all: readonly Columns[]): Columns | undefined {
  const terms: { value: string; factor: number }[] = [];
  for (const one of all) {
    const softmax = wholeSoftmax(one);
    if (!softmax || one.log === undefined) return undefined;
    for (const { value, factor } of softmax.logits) terms.push({ value, factor: factor * one.log });
  }
  const width = all[0]?.columns.length ?? 0;
  if (all.some(({ columns }) => columns.length !== width)) return undefined;
  return { ...squashed('Softmax', terms, width), log: 1 };
}

/** 1 - p */
export function complement(found: Columns): Columns | undefined {
  const negative = multiplied(found, [-1]);
  return negative && addedUp([constantColumns([1]), negative]);
}
