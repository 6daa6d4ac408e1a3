import { type Graph, type Node, ownNames, subgraphs } from './graph.ts';

/** A node whose values have other names, in its subgraphs' references to the outside too. Its own name stays. */
export function renameValues(node: Node, named: (name: string) => string): Node {
  const attributes = Object.entries(node.attributes).map(([key, attribute]) => {
    if (attribute.type !== 'graph') return [key, attribute] as const;
    return [key, { type: 'graph', value: renameOuter(attribute.value, named) }] as const;
  });
  return {
    ...node,
    inputs: node.inputs.map(named),
    outputs: node.outputs.map(named),
    attributes: subgraphs(node).length > 0 ? Object.fromEntries(attributes) : node.attributes,
  };
}

/** A subgraph whose references to the outside follow the new names; its own names stay, and hide outer ones. */
function renameOuter(graph: Graph, named: (name: string) => string): Graph {
  const own = ownNames(graph);
  const outer = (name: string) => (own.has(name) ? name : named(name));
  return {
    ...graph,
    nodes: graph.nodes.map((node) => ({ ...renameValues(node, outer), outputs: node.outputs })),
    outputs: graph.outputs.map((output) => ({ ...output, name: outer(output.name) })),
  };
}
