import { stringOf } from '../../onnx/attributes.ts';
import type { Facts } from '../../onnx/facts.ts';
import type { Graph, Node } from '../../onnx/graph.ts';
import { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { inputOf, optionalInputOf, viewOf } from '../../onnx/graphView.ts';
import { scalar, toNumbers } from '../../onnx/tensor.ts';

/** float32's smallest number above 0. */
const hardlyAnything = 2 ** -149;

/**
 * The same computation, whose zeros in front of a max pooling stay zeros: ONNX Runtime 1.30, when it optimises, makes them the
 * pooling's own padding, which never wins, so that windows of negative numbers give another maximum. It does so for zeros only;
 * here they become the smallest number above 0.
 */
export function padBeforeMaxPool(graph: Graph, facts: Facts): Graph {
  const { maker, readers } = viewOf(graph);
  const isJoined = (node: Node) =>
    node.op === 'Pad' &&
    node.domain === '' &&
    node.outputs.some((name) => readers(name).some(isMaxPool)) &&
    // No number is below the zeros there.
    maker(inputOf(node, 0))?.op !== 'Relu' &&
    padsWithZeros(node, facts);
  if (!graph.nodes.some(isJoined)) return graph;
  const builder = new GraphBuilder({ ...graph, nodes: [] }, 'pad');
  const value = builder.constant(scalar(hardlyAnything), 'value');
  for (const node of graph.nodes) {
    const inputs = [...node.inputs.slice(0, 2), value, ...node.inputs.slice(3)];
    builder.append(isJoined(node) ? { ...node, inputs } : node);
  }
  return builder.build();
}

function isMaxPool({ op, domain }: Node): boolean {
  return op === 'MaxPool' && domain === '';
}

function padsWithZeros(node: Node, facts: Facts): boolean {
  if (stringOf(node, 'mode', 'constant') !== 'constant') return false;
  if (facts.get(inputOf(node, 0))?.type !== 'float32') return false;
  const value = optionalInputOf(node, 2);
  const given = value === undefined ? undefined : facts.get(value)?.constant;
  return value === undefined || (given !== undefined && toNumbers(given)[0] === 0);
}
