import { create } from '@bufbuild/protobuf';
import { type AttributeProto, type NodeProto, NodeProtoSchema } from 'onnx-buf';
import { type Graph, type Model, type Node, qualifiedOp, subgraphs } from './graph.ts';
import { readNode } from './readModel.ts';
import type { Tensor } from './tensor.ts';
import { isExternal } from './tensorProto.ts';

/** A node somewhere inside another: in a subgraph, or in the body of the function that it calls. */
interface InsideNode {
  readonly node: Node;
  /** A value that its surroundings hold as a constant, by name. */
  readonly constant: (name: string) => Tensor | undefined;
}

/**
 * Finds what stands inside of nodes: in their subgraphs, and in the bodies of the model's own functions, to any depth.
 * @returns a function from a node to the nodes inside it; none for a plain operator.
 */
export function insideNodes({ proto }: Pick<Model, 'proto'>): (node: Node) => readonly InsideNode[] {
  const functions = new Map<string, readonly Node[]>(
    (proto?.functions ?? []).map((body) => [`${body.domain}::${body.name}`, body.node.map(withoutFiles)] as const),
  );
  const inside = (node: Node, open: readonly string[]): readonly InsideNode[] => {
    const name = qualifiedOp(node);
    const body = open.includes(name) ? undefined : functions.get(name);
    const called = body === undefined ? [] : within(body, new Map(), [...open, name]);
    return [...called, ...subgraphs(node).flatMap((graph) => withinGraph(graph, open))];
  };
  const withinGraph = ({ nodes, initializers }: Graph, open: readonly string[]) => within(nodes, initializers, open);
  const within = (
    nodes: readonly Node[],
    initializers: ReadonlyMap<string, Tensor>,
    open: readonly string[],
  ): readonly InsideNode[] => {
    const made = new Map(nodes.flatMap(constantOf));
    const constant = (name: string) => made.get(name) ?? initializers.get(name);
    return nodes.flatMap((node) => [{ node, constant }, ...inside(node, open)]);
  };
  return (node) => inside(node, []);
}

function constantOf({ op, domain, attributes: { value }, outputs: [output = ''] }: Node): [string, Tensor][] {
  return op === 'Constant' && domain === '' && value?.type === 'tensor' ? [[output, value.value]] : [];
}

/** A function's node without tensors that lie in other files: of what it computes they say nothing that is asked here. */
function withoutFiles(proto: NodeProto): Node {
  const lies = ({ t }: AttributeProto) => t !== undefined && isExternal(t);
  const { name, opType, domain, input, output, attribute } = proto;
  const kept = attribute.filter((one) => !lies(one));
  return readNode(create(NodeProtoSchema, { name, opType, domain, input, output, attribute: kept }), new Map());
}
