import { elementTypeCode } from '../../onnx/elementType.ts';
import type { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { sizeOf } from '../../onnx/tensor.ts';

/* Sums over the samples of each image, as nodes of a graph: in float64 from one part of the samples to the next. */

/**
 * Values [n, s, ...] summed over the samples, each times its weight [s]: [n, ...]. As a matrix product: ONNX Runtime's
 * ReduceSum takes ten times as long where there are few samples.
 */
export function weightedSum(
  builder: GraphBuilder,
  values: string,
  weights: string,
  imageShape: readonly number[],
): string {
  const { ops } = builder;
  const count = builder.add('Shape', [weights]);
  const flat = builder.add('Concat', [builder.ints([-1]), count, builder.ints([sizeOf(imageShape)])], { axis: 0 });
  const product = ops.MatMul(ops.Reshape(weights, builder.ints([1, -1])), ops.Reshape(values, flat));
  return ops.Reshape(product, builder.ints([-1, ...imageShape]));
}

/** Values [n, s, ...] summed over the samples: [n, ...]. */
export function sumOverSamples(builder: GraphBuilder, values: string, imageShape: readonly number[]): string {
  const count = builder.add('Shape', [values], { start: 1, end: 2 });
  return weightedSum(builder, values, builder.ops.Expand(builder.scalar(1), count), imageShape);
}

/** A state that sums up float32 values of one part after the other in float64, and what becomes of the sum at the end. */
export function runningSum(dims: readonly number[], factor = 1) {
  return {
    state: [{ type: 'float64', dims }] as const,
    add: (builder: GraphBuilder, before: string, values: string) => builder.ops.Add(before, toDouble(builder, values)),
    join: (builder: GraphBuilder, [sum = '']: readonly string[], [other = '']: readonly string[]) => [
      builder.ops.Add(sum, other),
    ],
    finish: (builder: GraphBuilder, sum: string) =>
      toSingle(builder, factor === 1 ? sum : builder.ops.Mul(sum, double(builder, factor))),
  };
}

export function toDouble(builder: GraphBuilder, value: string): string {
  return builder.add('Cast', [value], { to: elementTypeCode('float64') });
}

export function toSingle(builder: GraphBuilder, value: string): string {
  return builder.add('Cast', [value], { to: elementTypeCode('float32') });
}

export function double(builder: GraphBuilder, value: number): string {
  return builder.constant({ type: 'float64', dims: [], data: Float64Array.of(value) }, 'factor');
}
