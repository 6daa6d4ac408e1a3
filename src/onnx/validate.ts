import { InvalidModelError } from './errors.ts';
import { describeNode, type Graph, reads } from './graph.ts';

/**
 * Checks what every later step relies on: each value is made once, before it is read (so there are no cycles).
 * @throws InvalidModelError naming the value and the node.
 */
export function validateGraph(graph: Graph): void {
  const made = new Set<string>([...graph.inputs.map((input) => input.name), ...graph.initializers.keys()]);
  for (const node of graph.nodes) {
    const missing = reads(node).find((name) => !made.has(name));
    if (missing !== undefined) {
      throw new InvalidModelError(
        `${describeNode(node)} reads "${missing}", which nothing before it makes: the graph is damaged, cyclic or not in order.`,
      );
    }
    for (const output of node.outputs) {
      if (output === '') continue;
      if (made.has(output)) {
        throw new InvalidModelError(`"${output}" is made twice, the second time by ${describeNode(node)}.`);
      }
      made.add(output);
    }
  }
  const absent = graph.outputs.find((output) => !made.has(output.name));
  if (absent) throw new InvalidModelError(`The graph's output "${absent.name}" is made by no node.`);
  if (graph.outputs.length === 0) throw new InvalidModelError('The graph has no outputs.');
}
