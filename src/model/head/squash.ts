import { type Columns, complement, constantColumns, multiplied, squashed, wholeSoftmax } from './columns.ts';
import { mirroredPair, multipleOf, negationOf, onePlusPowerOf, type Tail, withoutLargest } from './tail.ts';

/* What makes probabilities of scores, each in the spelling that scores are found before. */

/** What a value is, as columns; undefined where it cannot be read. */
export type Reader = (name: string) => Columns | undefined;

export const softmax = (tail: Tail, read: Reader, input: string): Columns | undefined => {
  const inner = read(input);
  if (inner?.log === 1 && wholeSoftmax(inner)) return { columns: inner.columns };
  const width = tail.widthOf(input);
  const logits = [{ value: withoutLargest(tail, input), factor: 1 }];
  return width === 1 ? constantColumns([1]) : squashed('Softmax', logits, width);
};

export const sigmoid = (tail: Tail, input: string): Columns | undefined => {
  const pair = mirroredPair(tail, input)?.flatMap((half) => sigmoid(tail, half)?.columns ?? []);
  if (pair) return { columns: pair };
  const negated = negationOf(tail, input);
  const positive = squashed('Sigmoid', [{ value: negated ?? input, factor: 1 }], tail.widthOf(input));
  return negated === undefined ? positive : complement(positive);
};

/** clip(s x + high / 2, 0, high): a sigmoid of straight lines, times `high`. */
export function straightSigmoid(tail: Tail, input: string, high: number): Columns | undefined {
  const [a = '', b = ''] = tail.makerOf(input, 'Add')?.inputs ?? [];
  const [left, right] = [tail.single(a), tail.single(b)];
  const bias = right ?? left;
  if (bias === undefined || bias <= 0 || bias * 2 !== high) return undefined;
  const { value, factor: slope } = multipleOf(tail, right === undefined ? b : a, 1 / high);
  const straight = squashed('HardSigmoid', [{ value, factor: 1 }], tail.widthOf(input), slope);
  return slope > 0 ? multiplied(straight, [high]) : undefined;
}

/** 1 / (1 + e^x) */
export const inverse = (tail: Tail, name: string): Columns | undefined => {
  // 1 / (1 + e^x) = 1 - sigmoid(x)
  const exponent = onePlusPowerOf(tail, name);
  const found = exponent === undefined ? undefined : sigmoid(tail, exponent);
  return found && complement(found);
};
