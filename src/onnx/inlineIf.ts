import { graphOf } from './attributes.ts';
import type { Facts } from './facts.ts';
import type { Graph, Node } from './graph.ts';
import { GraphBuilder } from './graphBuilder.ts';
import { inputOf } from './graphView.ts';
import { renameValues } from './renameValues.ts';
import type { Tensor } from './tensor.ts';

/**
 * Puts the branch that is taken in the place of each If whose condition the facts know: exporters write such conditions
 * on shapes, which are the same for every image. Ifs inside of branches that are put in are not looked into again.
 * @returns the same graph where there is no such If.
 */
export function inlineKnownIfs(graph: Graph, facts: Facts): Graph {
  const taken = new Map(graph.nodes.flatMap((node) => branchTaken(node, facts)));
  if (taken.size === 0) return graph;
  const builder = new GraphBuilder({ ...graph, nodes: [] }, 'if');
  for (const node of graph.nodes) {
    const branch = taken.get(node);
    if (branch) putInPlace(builder, node, branch);
    else builder.append(node);
  }
  return builder.build();
}

function branchTaken(node: Node, facts: Facts): [Node, Graph][] {
  if (node.op !== 'If' || node.domain !== '') return [];
  const known = facts.get(inputOf(node, 0));
  const condition = known?.constant ?? known?.ofShapes;
  const branch = condition && graphOf(node, isTrue(condition) ? 'then_branch' : 'else_branch');
  return branch ? [[node, branch]] : [];
}

function isTrue({ data }: Tensor): boolean {
  return Number(data[0]) !== 0;
}

/** Adds a branch's nodes and initializers under new names, and its results under the If's output names. */
function putInPlace(builder: GraphBuilder, node: Node, branch: Graph): void {
  const local = [...branch.initializers.keys(), ...branch.nodes.flatMap(({ outputs }) => outputs)];
  const renamed = new Map(local.filter((name) => name !== '').map((name) => [name, builder.fresh(name)]));
  const named = (name: string) => renamed.get(name) ?? name;
  for (const [name, value] of branch.initializers) renamed.set(name, builder.constant(value, name));
  for (const inner of branch.nodes) builder.append(renameValues(inner, named));
  branch.outputs.forEach(({ name }, i) => {
    const output = node.outputs[i];
    if (output) builder.rename(named(name), output);
  });
}
