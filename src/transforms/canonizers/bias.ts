import { floatOf } from '../../onnx/attributes.ts';
import type { Node } from '../../onnx/graph.ts';
import { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { inputOf, optionalInputOf, outputOf } from '../../onnx/graphView.ts';
import { float32, type Tensor } from '../../onnx/tensor.ts';
import { type Canonizer, type Surroundings, surroundings } from './canonizer.ts';

/** An addition of constants that a layer can take as its bias. */
interface Placed {
  readonly add: Node;
  readonly layer: Node;
  readonly bias: Tensor<'float32'>;
}

/**
 * Puts an Add of constants into the convolution or dense layer before it, as its bias; a matrix product of rank 2 becomes Gemm.
 * A product of higher rank has nowhere to put a bias and keeps its Add.
 */
export const mergeBias: Canonizer = (graph, facts, keep) => {
  const around = surroundings(graph, facts, keep);
  const found = graph.nodes.flatMap((node) => biasOf(node, around) ?? []);
  if (found.length === 0) return graph;
  const byLayer = new Map(found.map((placed) => [placed.layer, placed]));
  const removed = new Set(found.map(({ add }) => add));
  const builder = new GraphBuilder({ ...graph, nodes: [] }, 'bias');
  for (const node of graph.nodes) {
    const placed = byLayer.get(node);
    if (placed) {
      const [data, weights] = [inputOf(node, 0), inputOf(node, 1)];
      const bias = builder.constant(placed.bias, 'bias');
      const op = node.op === 'MatMul' ? 'Gemm' : node.op;
      builder.append({ ...node, op, inputs: [data, weights, bias], outputs: placed.add.outputs });
    } else if (!removed.has(node)) builder.append(node);
  }
  return builder.build();
};

function biasOf(node: Node, around: Surroundings): Placed | undefined {
  if (node.op !== 'Add' || node.domain !== '') return undefined;
  const [left, right] = [inputOf(node, 0), inputOf(node, 1)];
  for (const [data, other] of [[left, right] as const, [right, left] as const]) {
    const constant = around.constant(other);
    const layer = constant && around.onlyUse(data);
    const output = around.facts(outputOf(node))?.dims ?? [];
    const bias = layer && takesBias(layer, around) ? channelValues(constant, layer, output, around) : undefined;
    if (layer && bias && `${output}` === `${around.facts(data)?.dims}`) return { add: node, layer, bias };
  }
  return undefined;
}

function takesBias(layer: Node, { facts, constant }: Surroundings): boolean {
  if (layer.domain !== '') return false;
  const bias = optionalInputOf(layer, 2);
  const free = bias === undefined || constant(bias) !== undefined;
  if (layer.op === 'Conv' || layer.op === 'ConvTranspose') return free;
  if (layer.op === 'Gemm') return free && floatOf(layer, 'beta', 1) === 1;
  return layer.op === 'MatMul' && layer.inputs.every((name) => facts(name)?.dims.length === 2);
}

/** One number for each output channel, the layer's own bias added; undefined where the constant varies otherwise. */
function channelValues(
  added: Tensor<'float32'>,
  layer: Node,
  output: readonly number[],
  { constant }: Surroundings,
): Tensor<'float32'> | undefined {
  const axis = 1;
  const channels = output[axis] ?? 1;
  const from = output.length - added.dims.length;
  if (from < 0 || added.dims.some((dim, i) => dim !== 1 && i + from !== axis)) return undefined;
  const own = constant(layer.inputs[2]);
  if (own && own.data.length !== 1 && (own.data.length !== channels || (own.dims.length > 1 && own.dims[0] !== 1)))
    return undefined;
  const at = (t: Tensor<'float32'> | undefined, i: number) => t?.data[t.data.length === 1 ? 0 : i] ?? 0;
  return float32(
    [channels],
    Array.from({ length: channels }, (_, i) => at(added, i) + at(own, i)),
  );
}
