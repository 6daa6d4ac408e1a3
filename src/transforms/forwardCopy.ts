import type { Graph } from '../onnx/graph.ts';
import type { Additions } from '../onnx/graphBuilder.ts';
import { viewOf } from '../onnx/graphView.ts';

/**
 * Adds the graph's computation once more, for another input: every node that depends on the input is copied, constants
 * are shared.
 * @param graph the graph the builder started from.
 * @param value takes the place of the graph input `input` in the copy, in the same shape.
 * @returns what a value is called in the copy: a name of its own if it depends on the input, else the same.
 */
export function addForwardCopy(
  builder: Additions,
  graph: Graph,
  input: string,
  value: string,
): (name: string) => string {
  const copies = new Map([[input, value]]);
  const inCopy = (name: string) => copies.get(name) ?? name;
  for (const node of viewOf(graph).downstream([input]).nodes) {
    for (const name of node.outputs) if (name !== '') copies.set(name, builder.fresh(node.op));
    const { inputs, outputs } = node;
    builder.append({ ...node, name: builder.fresh(node.op), inputs: inputs.map(inCopy), outputs: outputs.map(inCopy) });
  }
  return inCopy;
}
