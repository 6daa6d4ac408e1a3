import { floatOf, intOf } from '../../onnx/attributes.ts';
import type { ValueFacts } from '../../onnx/facts.ts';
import type { Node } from '../../onnx/graph.ts';
import { inputOf, optionalInputOf } from '../../onnx/graphView.ts';
import { is } from '../../onnx/operators.ts';
import { isTensorOf, sizeOf, type Tensor } from '../../onnx/tensor.ts';

/** What is known of a graph's values: facts, and whether they depend on the pixels. */
export interface Known {
  readonly facts: (name: string) => ValueFacts;
  readonly isData: (name: string) => boolean;
}

/** The inputs of a node that depend on the pixels, by position. */
export function dataInputs(node: Node, { isData }: Pick<Known, 'isData'>): number[] {
  return node.inputs.flatMap((name, i) => (isData(name) ? [i] : []));
}

/**
 * Whether a convolution or matrix product only scales channels (columns) and puts them in another order: of its weights one
 * is not 0 for each channel it makes, and for each that it is made of. What is added to each is its bias.
 */
export function isPermutation(node: Node, { facts, isData }: Known): boolean {
  const [data, bias] = [inputOf(node, 0), optionalInputOf(node, 2)];
  const weights = facts(inputOf(node, 1)).constant;
  if (!isData(data) || (bias !== undefined && isData(bias)) || !weights || !isTensorOf(weights, 'float32'))
    return false;
  if (is(node, 'convolution')) return permutesChannels(node, weights, facts(data).dims[1] ?? 0);
  if (node.op === 'Gemm' && (floatOf(node, 'alpha', 1) !== 1 || floatOf(node, 'beta', 1) !== 1)) return false;
  if (node.op === 'Gemm' && intOf(node, 'transA', 0) !== 0) return false;
  const [height = 0, width, more] = weights.dims;
  return node.op !== 'Einsum' && more === undefined && height === width && isOneToOne(weights, height);
}

/** A convolution's weights, [O, I/g, ...kernel], or a transposed one's, [I, O/g, ...kernel], as one matrix a group. */
function permutesChannels(node: Node, weights: Tensor<'float32'>, channels: number): boolean {
  const [first = 0, second = 0, ...kernel] = weights.dims;
  const groups = intOf(node, 'group', 1);
  if (first !== channels || second * groups !== channels) return false;
  const size = second * second * sizeOf(kernel);
  return Array.from({ length: groups }, (_, group) =>
    isOneToOne({ ...weights, data: weights.data.subarray(group * size, (group + 1) * size) }, second),
  ).every(Boolean);
}

/** Whether of [size, size, ...] numbers one is not 0 for each of the first axis, and for each of the second. */
function isOneToOne({ data }: Tensor<'float32'>, size: number): boolean {
  const each = data.length / size / size;
  const used = new Set<number>();
  for (let row = 0; row < size; row++) {
    const places: number[] = [];
    for (let at = 0; at < size * each && places.length < 2; at++) {
      if (data[row * size * each + at] !== 0) places.push(Math.floor(at / each));
    }
    const [only, another] = places;
    if (only === undefined || another !== undefined || used.has(only)) return false;
    used.add(only);
  }
  return true;
}
