import type { Node } from '../../onnx/graph.ts';
import type { GraphBuilder } from '../../onnx/graphBuilder.ts';
import type { GraphView } from '../../onnx/graphView.ts';

/** What a rewrite may ask of the graph that a node stands in, and how it names what it adds. */
export type Surroundings = Pick<GraphView, 'maker' | 'readers'> &
  Pick<GraphBuilder, 'initializer' | 'constant' | 'fresh'>;

/**
 * The same values computed faster: the nodes that take a node's place, the last of which gives its output under its name;
 * undefined where the node does not stand in what the rewrite is for. What nothing reads afterwards is left to `prune`.
 */
export type Rewrite = (node: Node, graph: Surroundings) => readonly Node[] | undefined;

/** The node that makes a value, if it is of this standard operator. */
export function madeBy({ maker }: Pick<GraphView, 'maker'>, value: string | undefined, op: string): Node | undefined {
  const node = value === undefined ? undefined : maker(value);
  return node?.op === op && node.domain === '' ? node : undefined;
}
