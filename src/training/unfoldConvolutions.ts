import type { Facts } from '../onnx/facts.ts';
import type { Graph, Node } from '../onnx/graph.ts';
import { GraphBuilder } from '../onnx/graphBuilder.ts';
import { sizeOf } from '../onnx/tensor.ts';
import { groupsOf, padsOf, windowOf } from '../transforms/gradient/window.ts';

/*
 * ONNX Runtime's convolution is at its best with fixed weights, which it reorders once, and with many channels. Training
 * has neither: weights change at every step, and the papers' networks have large kernels and few channels. Written as
 * matrix products, their convolutions and above all the gradients that follow from them take a half to a third of the
 * time (docs/training.md). Everything is as before but for rounding.
 */

/** Up to so many output positions, one slice of the input for each is the cheapest form. */
const fewPositions = 16;

/** The graph with its convolutions as slices and matrix products, where that is faster to train. */
export function unfoldConvolutions(graph: Graph, facts: Facts): Graph {
  const builder = new GraphBuilder({ ...graph, nodes: [] }, 'unfold');
  for (const node of graph.nodes) {
    const shape = node.op === 'Conv' && node.domain === '' ? unfoldable(node, facts) : undefined;
    if (!shape) builder.append(node);
    else builder.from({ node: node.name, rule: 'unfold' }, () => unfold(builder, node, shape));
  }
  return builder.build();
}

/** Two spatial dimensions, stride 1, no padding. */
interface Shape {
  readonly channels: number;
  readonly filters: number;
  readonly kernel: readonly [number, number];
  readonly output: readonly [number, number];
  readonly inputHeight: number;
}

function unfoldable(node: Node, facts: Facts): Shape | undefined {
  const dims = (name: string | undefined) => facts.get(name ?? '')?.dims ?? [];
  const [, channels = 0, inputHeight = 0, inputWidth = 0, ...more] = dims(node.inputs[0]);
  const [filters = 0, , kernelHeight = 0, kernelWidth = 0] = dims(node.inputs[1]);
  const [, , height = 0, width = 0] = dims(node.outputs[0]);
  if (more.length > 0 || width === 0 || groupsOf(node) !== 1) return undefined;
  const window = windowOf(node, [inputHeight, inputWidth], [height, width], [kernelHeight, kernelWidth]);
  const plain = [...window.strides, ...window.dilations].every((step) => step === 1);
  if (!plain || padsOf(window).some((pad) => pad !== 0)) return undefined;
  return { channels, filters, kernel: [kernelHeight, kernelWidth], output: [height, width], inputHeight };
}

function unfold(builder: GraphBuilder, node: Node, shape: Shape): void {
  const form = sizeOf(shape.output) <= fewPositions ? byPosition : byColumn;
  const value = form(builder, node.inputs, shape);
  builder.append({ op: 'Identity', domain: '', name: node.name, inputs: [value], outputs: node.outputs, attributes: {} });
}

/** y[n, :, p] = W x[n, window p]: [N P, C k k] times [C k k, M]. */
function byPosition(builder: GraphBuilder, [x = '', w = '', bias = '']: readonly string[], shape: Shape): string {
  const { ops } = builder;
  const { channels, filters, kernel, output } = shape;
  const length = channels * sizeOf(kernel);
  const windows = positions(output).map(([top, left]) => {
    const window = slice(builder, x, [2, 3], [top, left], [top + kernel[0], left + kernel[1]]);
    return ops.Reshape(window, builder.ints([-1, 1, length]));
  });
  const rows = ops.Reshape(builder.add('Concat', windows, { axis: 1 }), builder.ints([-1, length]));
  const matrix = ops.Reshape(w, builder.ints([filters, length]));
  const sums = builder.add('Gemm', [rows, matrix, ...(bias === '' ? [] : [bias])], { transB: 1 });
  const byImage = ops.Reshape(sums, builder.ints([-1, sizeOf(output), filters]));
  return ops.Reshape(builder.add('Transpose', [byImage], { perm: [0, 2, 1] }), builder.ints([-1, filters, ...output]));
}

/**
 * y[:, h, w] = sum_i sum_j W[i, j] x[:, h + i, w + j]: the sum over j as one matrix product over the input's columns
 * shifted by j, [k M, k C] times [k C, N H w]; the sum over i of its rows shifted by i.
 */
function byColumn(builder: GraphBuilder, [x = '', w = '', bias = '']: readonly string[], shape: Shape): string {
  const { ops } = builder;
  const { channels, filters, kernel, output, inputHeight } = shape;
  const [kernelHeight, kernelWidth] = kernel;
  const [height, width] = output;
  const channelsFirst = builder.add('Transpose', [x], { perm: [1, 0, 2, 3] });
  const shifted = count(kernelWidth).map((j) => slice(builder, channelsFirst, [3], [j], [j + width]));
  const columns = ops.Reshape(builder.add('Concat', shifted, { axis: 0 }), builder.ints([kernelWidth * channels, -1]));
  const matrix = ops.Reshape(
    builder.add('Transpose', [w], { perm: [2, 0, 3, 1] }),
    builder.ints([kernelHeight * filters, kernelWidth * channels]),
  );
  const parts = builder.addMany('Split', [ops.MatMul(matrix, columns)], kernelHeight, {
    axis: 0,
    num_outputs: kernelHeight,
  });
  const sums = ops.Sum(
    ...parts.map((part, i) => {
      const rows = ops.Reshape(part, builder.ints([filters, -1, inputHeight, width]));
      return slice(builder, rows, [2], [i], [i + height]);
    }),
  );
  const imagesFirst = builder.add('Transpose', [sums], { perm: [1, 0, 2, 3] });
  return bias === '' ? imagesFirst : ops.Add(imagesFirst, ops.Reshape(bias, builder.ints([filters, 1, 1])));
}

function slice(
  builder: GraphBuilder,
  value: string,
  axes: readonly number[],
  from: readonly number[],
  to: readonly number[],
): string {
  return builder.add('Slice', [value, builder.ints(from), builder.ints(to), builder.ints(axes)]);
}

function positions([height, width]: readonly [number, number]): (readonly [number, number])[] {
  return count(height).flatMap((y) => count(width).map((x) => [y, x] as const));
}

function count(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}
