import { graphOf } from './attributes.ts';
import type { Facts } from './facts.ts';
import { type Graph, type Node, subgraphs } from './graph.ts';
import { GraphBuilder } from './graphBuilder.ts';
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
  const known = facts.get(node.inputs[0] ?? '');
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
  for (const inner of branch.nodes) builder.append(rename(inner, named));
  branch.outputs.forEach(({ name }, i) => {
    const output = node.outputs[i];
    if (output) {
      builder.append({
        op: 'Identity',
        domain: '',
        name: output,
        inputs: [named(name)],
        outputs: [output],
        attributes: {},
      });
    }
  });
}

function rename(node: Node, named: (name: string) => string): Node {
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
  const own = new Set([
    ...graph.inputs.map(({ name }) => name),
    ...graph.initializers.keys(),
    ...graph.nodes.flatMap(({ outputs }) => outputs),
  ]);
  const outer = (name: string) => (own.has(name) ? name : named(name));
  return {
    ...graph,
    nodes: graph.nodes.map((node) => ({ ...rename(node, outer), outputs: node.outputs })),
    outputs: graph.outputs.map((output) => ({ ...output, name: outer(output.name) })),
  };
}
