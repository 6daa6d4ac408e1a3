import { type Attribute, type Graph, type Node, subgraphs } from '../../onnx/graph.ts';
import { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { prune } from '../../onnx/prune.ts';
import { foreignFloats, graphToFloat32 } from '../../onnx/toFloat32.ts';
import { withoutPoolIndices } from './withoutPoolIndices.ts';
import { withoutSpaceToDepth } from './withoutSpaceToDepth.ts';
import { withoutSum } from './withoutSum.ts';

/** Adds the nodes of a graph to a builder that has none yet, some of them another way. */
type Adaptation = (builder: GraphBuilder, nodes: readonly Node[]) => void;

/** What a runtime may lack though it knows the operator, and how the same is computed without it: a whole graph another way. */
const adaptations = {
  /** Numbers in double precision. They hold sums over samples, which lose digits: parts of a sum are then added in float32. */
  float64: (graph) => (foreignFloats(graph).includes('float64') ? graphToFloat32(graph) : graph),
  /** MaxPool's second output. */
  'MaxPool.Indices': (graph) => without(graph, withoutPoolIndices, 'pooled'),
  SpaceToDepth: (graph) => without(graph, withoutSpaceToDepth, 'blocks'),
  Sum: (graph) => without(graph, withoutSum, 'sums'),
} as const satisfies Readonly<Record<string, (graph: Graph) => Graph>>;

/** Something that a runtime may lack. */
export type Lack = keyof typeof adaptations;

/** The same computation without what a runtime lacks, under the same names; bodies of loops and branches too. */
export function adapt(graph: Graph, lacks: readonly Lack[]): Graph {
  return lacks.reduce((adapted, lack) => adaptations[lack](adapted), graph);
}

/**
 * @param stage part of the names that are added, which must not be those of another adaptation.
 * @param depth of the graph among those it lies in: nor may they be those of a graph around it.
 */
function without(graph: Graph, adaptation: Adaptation, stage: string, depth = 0): Graph {
  const nodes = graph.nodes.map((node) => withBodies(node, (body) => without(body, adaptation, stage, depth + 1)));
  const builder = new GraphBuilder({ ...graph, nodes: [] }, `${stage}-${depth}`);
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
