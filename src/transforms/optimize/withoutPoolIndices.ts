import { intOf, intsOf, stringOf } from '../../onnx/attributes.ts';
import { elementTypeCode } from '../../onnx/elementType.ts';
import type { Node } from '../../onnx/graph.ts';
import type { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { type GraphView, inputOf, nodesView, outputOf } from '../../onnx/graphView.ts';
import { float32, int64, sizeOf } from '../../onnx/tensor.ts';
import { kernelExtent, type Window, windowOf } from '../gradient/window.ts';
import { putBackOf } from './putBack.ts';
import { madeBy } from './rewrite.ts';

/*
 * Max pooling whose second output, where each window's maximum lies, is found by comparison. With P planes (images times
 * channels) and K elements in a window, a convolution by the K kernels of a single one lays the windows side by side,
 * [P, K, o...]: the first of them that equals their maximum has won. The convolution's adjoint puts what belongs to the
 * winners back into the planes, and adds up where windows overlap. Both only copy: each sum has one term that is not 0.
 */

/** A max pooling with Indices, and its windows' winners. */
interface Pool {
  readonly node: Node;
  readonly window: Window;
  /** The name of 1 where an element is its window's first maximum and 0 elsewhere, [P, K, o...]. */
  readonly first: string;
}

/**
 * Max poolings without Indices. What puts gradients back by them does so by the winners themselves; for other readers the
 * Indices are counted. Of an infinite element its window's neighbours become NaN.
 */
export function withoutPoolIndices(builder: GraphBuilder, nodes: readonly Node[]): void {
  const view = nodesView(nodes);
  const pools = new Map<string, Pool>();
  for (const node of nodes) {
    const indices = poolingIndices(node);
    const pool = poolBehind(node, view, pools);
    if (indices) {
      builder.append({ ...node, outputs: [outputOf(node)] });
      const found = addWinners(builder, node);
      pools.set(indices, found);
      builder.rename(addIndices(builder, found), indices);
    } else if (pool) {
      builder.rename(addPutBack(builder, pool.pool, pool.gradient), outputOf(node));
    } else {
      builder.append(node);
    }
  }
}

/** The name of a max pooling's Indices where they are asked for, and its windows are spelled out in it. */
function poolingIndices(node: Node): string | undefined {
  if (node.op !== 'MaxPool' || node.domain !== '' || intOf(node, 'storage_order', 0) !== 0) return undefined;
  return stringOf(node, 'auto_pad', 'NOTSET') === 'NOTSET' ? node.outputs[1] : undefined;
}

/** The pooling by whose Indices this node, the last of several, puts a gradient back; undefined for other nodes. */
function poolBehind(node: Node, view: GraphView, pools: ReadonlyMap<string, Pool>) {
  const found = ['MaxUnpool', 'Reshape'].includes(node.op) ? putBackOf(outputOf(node), view) : undefined;
  const pool = found && pools.get(found.indices);
  if (!pool || madeBy(view, found.shape, 'Shape')?.inputs[0] !== inputOf(pool.node, 0)) return undefined;
  const scatter = found.nodes.find(({ op }) => op === 'ScatterElements');
  const overlapping = kernelExtent(pool.window).some((extent, i) => extent > (pool.window.strides[i] ?? 1));
  // Scattered without a sum, a later window takes the place of an earlier one.
  if (overlapping && !(scatter && stringOf(scatter, 'reduction', 'none') === 'add')) return undefined;
  return { pool, gradient: found.gradient };
}

/** What is smaller than all that is pooled, and still a number when it is multiplied by 0. */
const lowest = -3.4e38;

function addWinners(builder: GraphBuilder, node: Node): Pool {
  const { ops } = builder;
  const kernel = intsOf(node, 'kernel_shape', []);
  const window = windowOf(node, [], kernel);
  const { strides, dilations, padsBegin, padsEnd } = window;
  // A last window that is only begun in the input may end behind the padding.
  const ends = padsEnd.map((pad, i) => pad + (intOf(node, 'ceil_mode', 0) === 1 ? (strides[i] ?? 1) - 1 : 0));
  const planes = asPlanes(builder, inputOf(node, 0));
  const pads = builder.ints([0, 0, ...padsBegin, 0, 0, ...ends]);
  const isPadded = [...padsBegin, ...ends].some((pad) => pad > 0);
  const padded = isPadded ? builder.add('Pad', [planes, pads, builder.scalar(lowest)]) : planes;
  const all = builder.add('Conv', [padded, oneByOne(builder, kernel)], { kernel_shape: kernel, strides, dilations });
  const axes = kernel.map((_, i) => i + 2);
  const pooled = builder.add('Shape', [outputOf(node)], { start: 2 });
  const laidOut = ends.some((end, i) => end !== padsEnd[i])
    ? builder.add('Slice', [all, builder.ints(axes.map(() => 0)), pooled, builder.ints(axes)])
    : all;
  const most = (values: string) => builder.add('ReduceMax', [values, builder.ints([1])], { keepdims: 1 });
  // Earlier ones count more.
  const rank = perElement(builder, kernel, (k, count) => count - k);
  const ranks = ops.Where(ops.Equal(laidOut, most(laidOut)), rank, builder.scalar(0));
  const first = builder.add('Cast', [ops.Equal(ranks, most(ranks))], { to: elementTypeCode('float32') });
  return { node, window, first };
}

/** The gradient of the pooled values, [n, c, o...], where the winners are: [n, c, s...]. */
function addPutBack(builder: GraphBuilder, { node, window, first }: Pool, gradient: string): string {
  const { ops } = builder;
  const { kernel, strides, dilations, padsBegin } = window;
  const shape = builder.add('Shape', [inputOf(node, 0)]);
  const won = ops.Mul(first, asPlanes(builder, gradient));
  const planes = builder.add('ConvTranspose', [won, oneByOne(builder, kernel)], {
    kernel_shape: kernel,
    strides,
    dilations,
    // Rows that no window covers.
    output_padding: strides.map((stride) => stride - 1),
  });
  const axes = builder.ints(kernel.map((_, i) => i + 2));
  const begin = builder.ints(padsBegin);
  const end = ops.Add(builder.add('Shape', [inputOf(node, 0)], { start: 2 }), begin);
  return ops.Reshape(builder.add('Slice', [planes, begin, end, axes]), shape);
}

/** Where the winners lie, counted flat and row by row over the whole input as ONNX does: int64 [n, c, o...]. */
function addIndices(builder: GraphBuilder, { node, window, first }: Pool): string {
  const { ops } = builder;
  const { kernel, strides, dilations, padsBegin } = window;
  const number = perElement(builder, kernel, (k) => k);
  const winner = builder.add('ReduceSum', [ops.Mul(first, number), builder.ints([1])], { keepdims: 1 });
  const chosen = builder.add('Cast', [winner], { to: elementTypeCode('int64') });
  const along = (value: string, axis: number) => {
    const count = ops.Reshape(builder.add('Shape', [value], { start: axis, end: axis + 1 }), builder.ints([]));
    const dims = [1, 1, ...kernel.map(() => 1)].map((size, i) => (i === axis ? -1 : size));
    return ops.Reshape(ops.Range(builder.int(0), count, builder.int(1)), builder.ints(dims));
  };
  const flat = kernel.reduce(
    (index, size, i) => {
      const after = sizeOf(kernel.slice(i + 1));
      const offsets = Array.from({ length: sizeOf(kernel) }, (_, k) => Math.floor(k / after) % size);
      const inWindow = builder.constant(int64(offsets.map((at) => at * (dilations[i] ?? 1) - (padsBegin[i] ?? 0))));
      const from = ops.Mul(along(first, i + 2), builder.int(strides[i] ?? 1));
      const position = ops.Add(from, builder.add('Gather', [inWindow, chosen]));
      const length = builder.add('Shape', [inputOf(node, 0)], { start: i + 2, end: i + 3 });
      return ops.Add(ops.Mul(index, length), position);
    },
    along(first, 0),
  );
  return ops.Reshape(flat, builder.add('Shape', [outputOf(node)]));
}

/** [n, c, s...] as [n c, 1, s...] */
function asPlanes(builder: GraphBuilder, value: string): string {
  const spatial = builder.add('Shape', [value], { start: 2 });
  return builder.ops.Reshape(value, builder.add('Concat', [builder.ints([-1, 1]), spatial], { axis: 0 }));
}

/** For each element of a window the kernel that has 1 there and 0 elsewhere: [K, 1, k...]. */
function oneByOne(builder: GraphBuilder, kernel: readonly number[]): string {
  const count = sizeOf(kernel);
  const kernels = Array.from({ length: count * count }, (_, i) => (i % (count + 1) === 0 ? 1 : 0));
  return builder.constant(float32([count, 1, ...kernel], kernels), 'kernels');
}

/** A number for each element of a window, [1, K, 1...]. */
function perElement(
  builder: GraphBuilder,
  kernel: readonly number[],
  numberOf: (k: number, count: number) => number,
): string {
  const count = sizeOf(kernel);
  const numbers = Array.from({ length: count }, (_, k) => numberOf(k, count));
  return builder.constant(float32([1, count, ...kernel.map(() => 1)], numbers), 'numbers');
}
