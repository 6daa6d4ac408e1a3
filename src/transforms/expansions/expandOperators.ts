import { stringOf } from '../../onnx/attributes.ts';
import type { Facts } from '../../onnx/facts.ts';
import type { Graph, Node } from '../../onnx/graph.ts';
import { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { inputOf, optionalInputOf, outputOf, viewOf } from '../../onnx/graphView.ts';
import { toNumbers } from '../../onnx/tensor.ts';
import { explicitWindows } from './explicitWindows.ts';
import { unrollRecurrent } from './recurrent/unroll.ts';

/**
 * The same computation with everything written out that gradients and relevance could not pass through otherwise, or not
 * rightly: where windows lie, and recurrent layers step by step; and what ONNX Runtime's optimisation would get wrong without a word. That it is the same has to be proved by running it.
 * @param facts of every value that was in the model, from a probe.
 */
export function expandOperators(graph: Graph, facts: Facts): Graph {
  return padBeforeMaxPool(unrollRecurrent(explicitWindows(graph, facts), facts), facts);
}

/**
 * The same computation, whose zeros in front of a max pooling stay zeros: ONNX Runtime 1.30, when it optimises, makes them the
 * pooling's own padding, which never wins, so that windows of negative numbers give another maximum. It does so where a
 * pooling reads a Pad; here it reads the largest of one value, the Pad's, which ONNX Runtime leaves as it is.
 */
function padBeforeMaxPool(graph: Graph, facts: Facts): Graph {
  const { maker, readers } = viewOf(graph);
  const isJoined = (node: Node) =>
    node.op === 'Pad' &&
    node.domain === '' &&
    readers(outputOf(node)).some(isMaxPool) &&
    // No number is below the zeros there.
    maker(inputOf(node, 0))?.op !== 'Relu' &&
    padsWithZeros(node, facts);
  if (!graph.nodes.some(isJoined)) return graph;
  const builder = new GraphBuilder({ ...graph, nodes: [] }, 'pad');
  const apart = new Map<string, string>();
  for (const node of graph.nodes) {
    const inputs = isMaxPool(node) ? node.inputs.map((name) => apart.get(name) ?? name) : node.inputs;
    builder.append({ ...node, inputs });
    if (isJoined(node)) apart.set(outputOf(node), builder.add('Max', [outputOf(node)]));
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
