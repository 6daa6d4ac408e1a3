import { stringOf } from '../../onnx/attributes.ts';
import type { Facts } from '../../onnx/facts.ts';
import type { Graph, Node } from '../../onnx/graph.ts';
import { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { scalar, toNumbers } from '../../onnx/tensor.ts';

/** float32's smallest number above 0. */
const hardlyAnything = 2 ** -149;

/**
 * The same computation, whose zeros in front of a max pooling stay zeros: ONNX Runtime 1.30, when it optimises, makes them the
 * pooling's own padding, which never wins, so that windows of negative numbers give another maximum. It does so for zeros only;
 * here they become the smallest number above 0.
 */
export function padBeforeMaxPool(graph: Graph, facts: Facts): Graph {
  const pooled = new Set(graph.nodes.flatMap((node) => (isMaxPool(node) ? (node.inputs[0] ?? []) : [])));
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const isJoined = (node: Node) =>
    node.op === 'Pad' &&
    node.domain === '' &&
    node.outputs.some((name) => pooled.has(name)) &&
    // After a ReLU zeros lose against nothing.
    makers.get(node.inputs[0] ?? '')?.op !== 'Relu' &&
    padsWithZeros(node, facts);
  if (!graph.nodes.some(isJoined)) return graph;
  const builder = new GraphBuilder({ ...graph, nodes: [] }, 'pad');
  const value = builder.constant(scalar(hardlyAnything), 'value');
  for (const node of graph.nodes) {
    const [data = '', pads = '', , ...axes] = node.inputs;
    builder.append(isJoined(node) ? { ...node, inputs: [data, pads, value, ...axes] } : node);
  }
  return builder.build();
}

function isMaxPool({ op, domain }: Node): boolean {
  return op === 'MaxPool' && domain === '';
}

function padsWithZeros(node: Node, facts: Facts): boolean {
  if (stringOf(node, 'mode', 'constant') !== 'constant') return false;
  const [data = '', , value = ''] = node.inputs;
  if (facts.get(data)?.type !== 'float32') return false;
  const given = value === '' ? undefined : facts.get(value)?.constant;
  return value === '' || (given !== undefined && toNumbers(given)[0] === 0);
}
