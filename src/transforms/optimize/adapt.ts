import { type Attribute, type Graph, type Node, subgraphs } from '../../onnx/graph.ts';
import { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { prune } from '../../onnx/prune.ts';
import { withoutPoolIndices } from './withoutPoolIndices.ts';
import { withoutSum } from './withoutSum.ts';

/** Adds the nodes of a graph to a builder that has none yet, some of them another way. */
export type Adaptation = (builder: GraphBuilder, nodes: readonly Node[]) => void;

/** What a runtime may lack though it knows the operator, and how the same is computed without it. */
const adaptations = {
  /** MaxPool's second output. */
  'MaxPool.Indices': withoutPoolIndices,
  Sum: withoutSum,
} as const satisfies Readonly<Record<string, Adaptation>>;

/** Something that a runtime may lack. */
export type Lack = keyof typeof adaptations;

/** The same computation without what a runtime lacks, under the same names; bodies of loops and branches too. */
export function adapt(graph: Graph, lacks: readonly Lack[]): Graph {
  return lacks.reduce((adapted, lack) => without(adapted, adaptations[lack], 0), graph);
}

/** @param depth of the graph among those it lies in: names that are added must not be those of a graph around it. */
function without(graph: Graph, adaptation: Adaptation, depth: number): Graph {
  const nodes = graph.nodes.map((node) => withBodies(node, (body) => without(body, adaptation, depth + 1)));
  const builder = new GraphBuilder({ ...graph, nodes: [] }, `adapted-${depth}`);
  adaptation(builder, nodes);
  const inputs = graph.inputs.map(({ name }) => name);
  return prune(builder.build(), graph.outputs, inputs);
}

function withBodies(node: Node, change: (body: Graph) => Graph): Node {
  if (subgraphs(node).length === 0) return node;
  const attributes = Object.entries(node.attributes).map(([name, value]): [string, Attribute] => [
    name,
    value.type === 'graph' ? { ...value, value: change(value.value) } : value,
  ]);
  return { ...node, attributes: Object.fromEntries(attributes) };
}
