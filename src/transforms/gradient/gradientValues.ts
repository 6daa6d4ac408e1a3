import { elementTypeCode } from '../../onnx/elementType.ts';
import { NotANumberError } from '../../onnx/errors.ts';
import type { Additions } from '../../onnx/graphBuilder.ts';
import type { Call } from './rule.ts';

/** Sums a value of shape `from` over the axes along which shape `to` was broadcast to it. */
export function sumTo(builder: Additions, value: string, from: readonly number[], to: readonly number[]): string {
  const extra = from.length - to.length;
  const leading = Array.from({ length: extra }, (_, i) => i);
  // A size that depends on the image is 1 for some only.
  if (to.some((dim, i) => Number.isNaN(dim) && !Number.isNaN(from[i + extra]))) {
    throw new NotANumberError('The size of a value that is broadcast');
  }
  const stretched = to.flatMap((dim, i) => (dim === 1 && from[i + extra] !== 1 ? [i + extra] : []));
  const axes = [...leading, ...stretched];
  if (axes.length === 0) return value;
  const sum = builder.add('ReduceSum', [value, builder.ints(axes)], { keepdims: 1 });
  return extra === 0 ? sum : builder.add('Squeeze', [sum, builder.ints(leading)]);
}

/** Adds the sum of values of one shape; a single one is its own sum. */
export function addUp({ ops }: Additions, values: readonly string[]): string {
  const [first, second] = values;
  if (first === undefined) throw new RangeError('There is nothing to add up.');
  return second === undefined ? first : ops.Sum(...values);
}

/** Zeros in the shape of another value. */
export function zerosLike(builder: Additions, value: string): string {
  return builder.add('ConstantOfShape', [builder.add('Shape', [value])]);
}

/** How many elements of one value there are for each of another, counted when the graph runs: a float32 scalar. */
export function elementsPerElement(builder: Additions, many: string, few: string): string {
  const count = (value: string) => builder.add('Cast', [builder.ops.Size(value)], { to: elementTypeCode('float32') });
  return builder.ops.Div(count(many), count(few));
}

/**
 * The gradient of the largest (ArgMax) or smallest element along axes: dy goes to the first of equals, counted row by
 * row over the axes. dy may have the axes as 1, or not at all.
 */
export function firstExtremeGradient(call: Call, axes: readonly number[], position: 'ArgMax' | 'ArgMin'): string {
  const { dy, dims, add, ops, builder, operand } = call;
  const input = operand(0);
  if (axes.length === 0) return dy;
  const all = dims(input).map((_, axis) => axis);
  const perm = [...all.filter((axis) => !axes.includes(axis)), ...all.filter((axis) => axes.includes(axis))];
  const ordered = add('Transpose', [input], { perm });
  const kept = perm.length - axes.length;
  const withLast = (size: number) =>
    kept === 0
      ? builder.ints([size])
      : add('Concat', [add('Shape', [ordered], { start: 0, end: kept }), builder.ints([size])], { axis: 0 });
  const lines = ops.Reshape(ordered, withLast(-1));
  const first = add(position, [lines], { axis: -1, keepdims: 1 });
  const scattered = add('ScatterElements', [zerosLike(builder, lines), first, ops.Reshape(dy, withLast(1))], {
    axis: -1,
  });
  const unfolded = ops.Reshape(scattered, add('Shape', [ordered]));
  return add('Transpose', [unfolded], { perm: perm.map((_, axis) => perm.indexOf(axis)) });
}

/**
 * The gradient of an operator that only moves elements: moving the elements' numbers tells where each came from, and dy
 * is added up there.
 * @param move adds the same operator on an int64 value of the input's shape and returns its output.
 */
export function returnToOrigin({ dy, ops, add, builder, operand }: Call, move: (numbers: string) => string): string {
  const input = operand(0);
  const count = ops.Range(builder.int(0), ops.Size(input), builder.int(1));
  const origin = move(ops.Reshape(count, add('Shape', [input])));
  const flat = (value: string) => ops.Reshape(value, builder.ints([-1]));
  const zeros = flat(zerosLike(builder, input));
  const sums = add('ScatterElements', [zeros, flat(origin), flat(dy)], { axis: 0, reduction: 'add' });
  return ops.Reshape(sums, add('Shape', [input]));
}
