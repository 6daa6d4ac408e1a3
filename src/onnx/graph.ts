import type { AttributeProto, GraphProto, ModelProto, NodeProto, ValueInfoProto } from 'onnx-buf';
import type { ElementType } from './elementType.ts';
import type { Tensor } from './tensor.ts';

/*
 * An ONNX model as plain immutable data. An edit is a copy: `{ ...node, inputs }`.
 * `proto` is the message a record was read from: what konkyo does not look at (documentation, metadata, fields
 * of later ONNX versions) is written back from it.
 */

export interface Model {
  readonly irVersion: number;
  /** Version of the standard operators. */
  readonly opset: number;
  /** Versions of other operator domains. */
  readonly domains: ReadonlyMap<string, number>;
  readonly producer: string;
  readonly metadata: ReadonlyMap<string, string>;
  readonly graph: Graph;
  readonly proto?: ModelProto;
}

/** A graph as plain data: nodes, constants, inputs and outputs. An edit is a copy. */
export interface Graph {
  readonly name: string;
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /** In topological order: a node stands behind those whose outputs it reads. */
  readonly nodes: readonly Node[];
  readonly initializers: ReadonlyMap<string, Tensor>;
  /** What the file says of intermediate values. Empty after an edit: it may no longer hold. */
  readonly valueInfo: readonly ValueInfo[];
  readonly proto?: GraphProto;
}

/** A graph input or output, and what is known of it. An unknown dimension is a name (equal names are equal sizes) or undefined. */
export interface ValueInfo {
  readonly name: string;
  /** Undefined also for what is no tensor (sequences, maps, optionals). */
  readonly type?: ElementType;
  readonly dims?: readonly (number | string | undefined)[];
  readonly proto?: ValueInfoProto;
}

/** One operator: what it reads, what it makes, and its attributes. */
export interface Node {
  readonly op: string;
  /** '' is the standard domain. */
  readonly domain: string;
  readonly name: string;
  /** '' is an optional input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
  /** For a node that konkyo added: the node it comes from, and the gradient or relevance rule that made it. */
  readonly origin?: Origin;
  readonly proto?: NodeProto;
}

export interface Origin {
  readonly node: string;
  readonly rule: string;
}

export type Attributes = Readonly<Record<string, Attribute>>;

/** A node's attribute, by its ONNX type. */
export type Attribute =
  | { readonly type: 'int'; readonly value: number }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'tensor'; readonly value: Tensor }
  | { readonly type: 'graph'; readonly value: Graph }
  | { readonly type: 'ints'; readonly value: readonly number[] }
  | { readonly type: 'floats'; readonly value: readonly number[] }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  /** Sparse tensors, types, lists of graphs, references inside functions: kept, not looked at. */
  | { readonly type: 'other'; readonly proto: AttributeProto };

/** How a node is named to people: its name, or its operator and first output. */
export function describeNode(node: Node): string {
  return node.name === '' ? `${node.op} -> ${node.outputs[0] ?? ''}` : `${node.op} "${node.name}"`;
}

/** The operator with its domain where it is not a standard one. */
export function qualifiedOp(node: Node): string {
  return node.domain === '' ? node.op : `${node.domain}::${node.op}`;
}

/** The values a node reads: its inputs, and what its subgraphs take from outside. */
export function reads(node: Node): string[] {
  const captured = subgraphs(node).flatMap(outerNames);
  return [...node.inputs.filter((name) => name !== ''), ...captured];
}

/** The subgraphs held by a node's attributes (If, Loop, Scan). */
export function subgraphs(node: Node): Graph[] {
  return Object.values(node.attributes).flatMap((a) => (a.type === 'graph' ? [a.value] : []));
}

/** The values that a graph has itself; a subgraph reads others from around it. */
export function ownNames(graph: Graph): Set<string> {
  return new Set([
    ...graph.inputs.map((input) => input.name),
    ...graph.initializers.keys(),
    ...graph.nodes.flatMap((node) => node.outputs),
  ]);
}

function outerNames(graph: Graph): string[] {
  const own = ownNames(graph);
  const used = [...graph.nodes.flatMap(reads), ...graph.outputs.map((output) => output.name)];
  return used.filter((name) => !own.has(name));
}

/** Every value name in a graph, subgraphs included. */
export function valueNames(graph: Graph): Set<string> {
  const names = new Set<string>(graph.initializers.keys());
  for (const { name } of [...graph.inputs, ...graph.outputs]) names.add(name);
  for (const node of graph.nodes) {
    for (const name of [...node.inputs, ...node.outputs]) names.add(name);
    for (const graph of subgraphs(node)) for (const name of valueNames(graph)) names.add(name);
  }
  return names;
}
