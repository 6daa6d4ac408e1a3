import { type Graph, reads, type ValueInfo } from './graph.ts';
import { nodesView } from './graphView.ts';

/** The graph with only what the given outputs need: nodes, initializers, and of the inputs those that are read or listed. */
export function prune(
  graph: Graph,
  outputs: readonly ValueInfo[] = graph.outputs,
  keepInputs: readonly string[] = [],
): Graph {
  const wanted = outputs.map((output) => output.name);
  const nodes = nodesView(graph.nodes).upstream(wanted);
  const needed = new Set([...wanted, ...nodes.flatMap(reads)]);
  return {
    ...graph,
    outputs,
    nodes,
    inputs: graph.inputs.filter(({ name }) => needed.has(name) || keepInputs.includes(name)),
    initializers: new Map([...graph.initializers].filter(([name]) => needed.has(name))),
  };
}
