import type { GraphBuilder } from '../../onnx/graphBuilder.ts';

/** Sums a value of shape `from` over the axes along which shape `to` was broadcast to it. */
export function sumTo(builder: GraphBuilder, value: string, from: readonly number[], to: readonly number[]): string {
  const extra = from.length - to.length;
  const leading = Array.from({ length: extra }, (_, i) => i);
  const stretched = to.flatMap((dim, i) => (dim === 1 && from[i + extra] !== 1 ? [i + extra] : []));
  const axes = [...leading, ...stretched];
  if (axes.length === 0) return value;
  const sum = builder.add('ReduceSum', [value, builder.ints(axes)], { keepdims: 1 });
  return extra === 0 ? sum : builder.add('Squeeze', [sum, builder.ints(leading)]);
}

/** Zeros in the shape of another value. */
export function zerosLike(builder: GraphBuilder, value: string): string {
  return builder.add('ConstantOfShape', [builder.add('Shape', [value])]);
}
