import { elementTypeCode } from '../../onnx/elementType.ts';
import { NotANumberError } from '../../onnx/errors.ts';
import type { Additions } from '../../onnx/graphBuilder.ts';

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

/** Zeros in the shape of another value. */
export function zerosLike(builder: Additions, value: string): string {
  return builder.add('ConstantOfShape', [builder.add('Shape', [value])]);
}

/** How many elements of one value there are for each of another, counted when the graph runs: a float32 scalar. */
export function elementsPerElement(builder: Additions, many: string, few: string): string {
  const count = (value: string) => builder.add('Cast', [builder.ops.Size(value)], { to: elementTypeCode('float32') });
  return builder.ops.Div(count(many), count(few));
}
