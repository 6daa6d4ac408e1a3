import { type Graph, reads } from '../onnx/graph.ts';
import type { GraphBuilder } from '../onnx/graphBuilder.ts';

/**
 * Adds the graph's computation once more, for another input: every node that depends on the input is copied, constants
 * are shared.
 * @param graph the graph the builder started from.
 * @param value takes the place of the graph input `input` in the copy, in the same shape.
 * @returns what a value is called in the copy: a name of its own if it depends on the input, else the same.
 */
export function addForwardCopy(
  builder: GraphBuilder,
  graph: Graph,
  input: string,
  value: string,
): (name: string) => string {
  const copies = new Map([[input, value]]);
  const inCopy = (name: string) => copies.get(name) ?? name;
  for (const node of graph.nodes) {
    if (!reads(node).some((name) => copies.has(name))) continue;
    const outputs = node.outputs.map((name) => (name === '' ? '' : builder.fresh(node.op)));
    builder.append({ ...node, name: builder.fresh(node.op), inputs: node.inputs.map(inCopy), outputs });
    node.outputs.forEach((name, i) => {
      if (name !== '') copies.set(name, outputs[i] ?? '');
    });
  }
  return inCopy;
}
