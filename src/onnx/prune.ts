import { type Graph, type Node, reads, type ValueInfo } from './graph.ts';

/** The graph with only what the given outputs need: nodes, initializers, and of the inputs those that are read or listed. */
export function prune(
  graph: Graph,
  outputs: readonly ValueInfo[] = graph.outputs,
  keepInputs: readonly string[] = [],
): Graph {
  const needed = new Set(outputs.map((output) => output.name));
  const nodes: Node[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((output) => needed.has(output))) continue;
    nodes.push(node);
    for (const name of reads(node)) needed.add(name);
  }
  return {
    ...graph,
    outputs,
    nodes: nodes.reverse(),
    inputs: graph.inputs.filter(({ name }) => needed.has(name) || keepInputs.includes(name)),
    initializers: new Map([...graph.initializers].filter(([name]) => needed.has(name))),
  };
}
