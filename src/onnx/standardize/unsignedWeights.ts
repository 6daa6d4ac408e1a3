import type { Facts } from '../facts.ts';
import { type Graph, type Node, qualifiedOp } from '../graph.ts';
import { GraphBuilder } from '../graphBuilder.ts';
import { inputOf, optionalInputOf } from '../graphView.ts';
import { isTensorOf, type Tensor, tensor } from '../tensor.ts';

/** Where integer operators have their weights and the weights' zero point. */
const weightsAt: Readonly<Record<string, readonly [weights: number, zero: number]>> = {
  MatMulInteger: [1, 3],
  ConvInteger: [1, 3],
  QLinearConv: [3, 5],
  QLinearMatMul: [3, 5],
  'com.microsoft::QLinearConv': [3, 5],
  'com.microsoft::QGemm': [3, 5],
  'com.microsoft::DynamicQuantizeMatMul': [1, 3],
  'com.microsoft::MatMulIntegerToFloat': [1, 5],
};

/**
 * The same computation with every constant weight of int8 as uint8, 128 more, and its zero point too. On processors without
 * VNNI ONNX Runtime's products of uint8 and int8 saturate at 16 bits and so are wrong; those of uint8 and uint8 are exact
 * on all. Products of two int8 do not saturate, and stay.
 * @param facts of a run of the graph.
 * @returns the same graph where there are no such weights.
 */
export function withUnsignedWeights(graph: Graph, facts: Facts): Graph {
  const builder = new GraphBuilder({ ...graph, nodes: [] }, 'unsigned');
  const nodes = graph.nodes.map((node) => (isInt8(node, facts) ? node : unsignedWeights(node, graph, builder)));
  if (nodes.every((node, i) => node === graph.nodes[i])) return graph;
  return { ...builder.build(), nodes };
}

function isInt8(node: Node, facts: Facts): boolean {
  const data = optionalInputOf(node, 0);
  return data !== undefined && facts.get(data)?.type === 'int8';
}

function unsignedWeights(node: Node, { initializers }: Graph, builder: GraphBuilder): Node {
  const op = qualifiedOp(node);
  const places = Object.hasOwn(weightsAt, op) ? weightsAt[op] : undefined;
  if (!places) return node;
  const [at, zeroAt] = places;
  const weights = initializers.get(inputOf(node, at));
  if (!weights || !isTensorOf(weights, 'int8')) return node;
  const zeroName = optionalInputOf(node, zeroAt);
  const zero = zeroName === undefined ? tensor('int8', [], Int8Array.of(0)) : initializers.get(zeroName);
  if (!zero || !isTensorOf(zero, 'int8')) return node;
  const inputs = Array.from({ length: Math.max(node.inputs.length, zeroAt + 1) }, (_, i) => node.inputs[i] ?? '');
  inputs[at] = builder.constant(shifted(weights), 'weights');
  inputs[zeroAt] = builder.constant(shifted(zero), 'zero');
  return { ...node, inputs };
}

function shifted({ dims, data }: Tensor<'int8'>): Tensor<'uint8'> {
  return tensor(
    'uint8',
    dims,
    Uint8Array.from(data, (value) => value + 128),
  );
}
