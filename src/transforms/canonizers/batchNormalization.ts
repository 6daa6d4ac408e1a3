import { floatOf, intOf, intsOf, stringOf } from '../../onnx/attributes.ts';
import type { Node } from '../../onnx/graph.ts';
import { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { inputOf, optionalInputOf, outputOf } from '../../onnx/graphView.ts';
import { float32, sizeOf, type Tensor } from '../../onnx/tensor.ts';
import { type Canonizer, type Surroundings, surroundings } from './canonizer.ts';

/*
 * Batch normalisation at inference is y = a x + c for each channel, a = scale / sqrt(var + eps), c = bias - a mean. A layer
 * W x + b before it becomes (a W) x + (a b + c), and a layer after it (W a) x + (W c + b).
 */

interface Affine {
  readonly scale: readonly number[];
  readonly shift: readonly number[];
}

/** The place of a layer's parameters: [rows of outputs][columns of inputs][taps]. */
interface LinearLayer {
  readonly node: Node;
  readonly weights: Tensor<'float32'>;
  readonly bias: Tensor<'float32'> | undefined;
  readonly outputs: number;
  /** Output and input channel of a weight by its index. */
  readonly channelsOf: (index: number) => { readonly output: number; readonly input: number };
}

/** Puts each batch normalisation into the convolution or dense layer before it, or after it. */
export const mergeBatchNormalization: Canonizer = (graph, facts, keep, ofPixels) => {
  // One at a time: a layer may have one on either side.
  const around = surroundings(graph, facts, keep);
  for (const node of graph.nodes) {
    if (node.op !== 'BatchNormalization' || node.domain !== '' || intOf(node, 'training_mode', 0) === 1) continue;
    const affine = affineOf(node, around);
    if (!affine || node.outputs.slice(1).some((name) => name !== '')) continue;
    // Of pixels it is their scale: in the first layer its offset would be a bias, and the map another than with it outside.
    const after = ofPixels?.(inputOf(node, 0)) ? undefined : () => intoLayerAfter(node, affine, around);
    const merged = intoLayerBefore(node, affine, around) ?? after?.();
    if (!merged) continue;
    const { layer, weights, bias } = merged;
    const builder = new GraphBuilder({ ...graph, nodes: [] }, 'batch-normalization');
    const names = [builder.constant(weights, 'weights'), builder.constant(bias, 'bias')] as const;
    for (const other of graph.nodes) {
      if (other === merged.removed) continue;
      builder.append(other === layer.node ? merged.rewrite(...names) : (merged.moved?.get(other) ?? other));
    }
    return mergeBatchNormalization(builder.build(), facts, keep, ofPixels);
  }
  return graph;
};

interface Merged {
  readonly layer: LinearLayer;
  readonly weights: Tensor<'float32'>;
  readonly bias: Tensor<'float32'>;
  readonly removed: Node;
  readonly rewrite: (weights: string, bias: string) => Node;
  /** Nodes between, as they read what the normalisation read. */
  readonly moved?: ReadonlyMap<Node, Node>;
}

function affineOf(node: Node, { constant }: Surroundings): Affine | undefined {
  const [scale, bias, mean, variance] = node.inputs.slice(1).map(constant);
  if (!scale || !bias || !mean || !variance) return undefined;
  const epsilon = floatOf(node, 'epsilon', 1e-5);
  const at = (t: Tensor<'float32'>, i: number) => t.data[i] ?? 0;
  const factors = Array.from(scale.data, (value, i) => value / Math.sqrt(at(variance, i) + epsilon));
  return { scale: factors, shift: factors.map((factor, i) => at(bias, i) - factor * at(mean, i)) };
}

function intoLayerBefore(normalization: Node, affine: Affine, around: Surroundings): Merged | undefined {
  const before = around.onlyUse(inputOf(normalization, 0));
  const layer = before && linearLayer(before, around);
  if (!layer || layer.outputs !== affine.scale.length) return undefined;
  const { scale, shift } = affine;
  const weights = layer.weights.data.map((weight, i) => weight * (scale[layer.channelsOf(i).output] ?? 1));
  const bias = shift.map((value, output) => value + (scale[output] ?? 1) * biasAt(layer, output));
  return {
    layer,
    weights: float32(layer.weights.dims, weights),
    bias: float32([layer.outputs], bias),
    removed: normalization,
    rewrite: (w, b) => withParameters(layer.node, inputOf(layer.node, 0), w, b, normalization.outputs),
  };
}

function intoLayerAfter(normalization: Node, affine: Affine, around: Surroundings): Merged | undefined {
  const [input, output] = [inputOf(normalization, 0), outputOf(normalization)];
  const next = around.onlyReader(output);
  // A Flatten between gives every channel as many columns of a dense layer as it has positions.
  const flatten = next?.op === 'Flatten' && next.domain === '' && intOf(next, 'axis', 1) === 1 ? next : undefined;
  const read = flatten ? outputOf(flatten) : output;
  const after = flatten ? around.onlyReader(read) : next;
  const layer = after && linearLayer(after, around);
  // Padding puts zeros after the normalisation; merged, they would be normalised too.
  if (!layer || layer.node.inputs[0] !== read || pads(layer.node)) return undefined;
  const positions = flatten ? sizeOf(around.facts(output)?.dims.slice(2) ?? []) : 1;
  if (sizeOfInput(layer) !== affine.scale.length * positions) return undefined;
  const { scale, shift } = affine;
  const bias = Array.from({ length: layer.outputs }, (_, i) => biasAt(layer, i));
  const weights = layer.weights.data.map((weight, i) => {
    const channels = layer.channelsOf(i);
    const channel = Math.floor(channels.input / positions);
    bias[channels.output] = (bias[channels.output] ?? 0) + weight * (shift[channel] ?? 0);
    return weight * (scale[channel] ?? 1);
  });
  return {
    layer,
    weights: float32(layer.weights.dims, weights),
    bias: float32([layer.outputs], bias),
    removed: normalization,
    rewrite: (w, b) => withParameters(layer.node, flatten ? read : input, w, b, layer.node.outputs),
    ...(flatten ? { moved: new Map([[flatten, { ...flatten, inputs: [input] }]]) } : {}),
  };
}

function withParameters(node: Node, input: string, weights: string, bias: string, outputs: readonly string[]): Node {
  return { ...node, inputs: [input, weights, bias], outputs };
}

function biasAt({ bias }: LinearLayer, output: number): number {
  return bias ? (bias.data[bias.data.length === 1 ? 0 : output] ?? 0) : 0;
}

function sizeOfInput({ weights, channelsOf }: LinearLayer): number {
  return weights.data.reduce((size, _, i) => Math.max(size, channelsOf(i).input + 1), 0);
}

function pads(node: Node): boolean {
  return stringOf(node, 'auto_pad', 'NOTSET').startsWith('SAME') || intsOf(node, 'pads', []).some((pad) => pad !== 0);
}

/** A convolution or a plain Gemm (alpha and beta 1, the data first) with constant parameters. */
function linearLayer(node: Node, { constant }: Surroundings): LinearLayer | undefined {
  const weights = constant(node.inputs[1]);
  const hasBias = optionalInputOf(node, 2) !== undefined;
  const bias = hasBias ? constant(node.inputs[2]) : undefined;
  if (node.domain !== '' || !weights || (hasBias && !bias)) return undefined;
  const [first = 1, second = 1, ...kernel] = weights.dims;
  const taps = sizeOf(kernel);
  const group = intOf(node, 'group', 1);
  const at = (index: number) => ({
    row: Math.floor(index / (second * taps)),
    column: Math.floor(index / taps) % second,
  });
  switch (node.op) {
    case 'Conv': {
      const perGroup = first / group;
      const channelsOf = (index: number) => {
        const { row, column } = at(index);
        return { output: row, input: Math.floor(row / perGroup) * second + column };
      };
      return { node, weights, bias, outputs: first, channelsOf };
    }
    case 'ConvTranspose': {
      const perGroup = first / group;
      const channelsOf = (index: number) => {
        const { row, column } = at(index);
        return { output: Math.floor(row / perGroup) * second + column, input: row };
      };
      return { node, weights, bias, outputs: second * group, channelsOf };
    }
    case 'Gemm': {
      const plain = floatOf(node, 'alpha', 1) === 1 && floatOf(node, 'beta', 1) === 1 && intOf(node, 'transA', 0) === 0;
      if (!plain || (bias && bias.dims.length > 1 && bias.dims[0] !== 1)) return undefined;
      const transposed = intOf(node, 'transB', 0) === 1;
      const channelsOf = (index: number) => {
        const { row, column } = at(index);
        return transposed ? { output: row, input: column } : { output: column, input: row };
      };
      return { node, weights, bias, outputs: transposed ? first : second, channelsOf };
    }
    default:
      return undefined;
  }
}
