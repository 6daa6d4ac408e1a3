import { InvalidModelError } from './errors.ts';
import { describeNode, type Graph, type Node, reads } from './graph.ts';

/** What the nodes of a graph have to do with one another. A value that is left out ('') has no maker and no readers. */
export interface GraphView {
  /** The node that computes a value; undefined for inputs and constants. */
  maker(value: string): Node | undefined;
  /** The nodes that read a value, in the graph's order; a node that reads it twice is there twice. */
  readers(value: string): readonly Node[];
  /**
   * The nodes that read some values, directly or through other nodes, and the values that they compute.
   * @param reached the outputs of a node that reads such a value which are such values too; by default all.
   */
  downstream(from: Iterable<string>, reached?: (node: Node) => readonly string[]): Downstream;
  /**
   * The nodes that some values are computed by, in the graph's order.
   * @param needed what is needed of a node that computes such a value; by default all that it reads.
   */
  upstream(to: Iterable<string>, needed?: (node: Node) => readonly string[]): Node[];
  /** The nodes that some values reach and others depend on, in the graph's order. */
  between(from: Iterable<string>, to: Iterable<string>): Node[];
}

interface Downstream {
  /** The nodes reached, in the graph's order. */
  readonly nodes: readonly Node[];
  /** The values reached, and those that the search started from. */
  readonly values: ReadonlySet<string>;
}

const views = new WeakMap<Graph, GraphView>();

/** A graph that can be asked: made once for each graph, at the first question. */
export function viewOf(graph: Graph): GraphView {
  const known = views.get(graph) ?? nodesView(graph.nodes);
  views.set(graph, known);
  return known;
}

/** The same of nodes in topological order: a part of a graph, or what a builder has so far. */
export function nodesView(nodes: readonly Node[]): GraphView {
  let makers: Map<string, Node> | undefined;
  let readers: Map<string, Node[]> | undefined;
  return {
    maker(value) {
      makers ??= new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
      return value === '' ? undefined : makers.get(value);
    },
    readers(value) {
      readers ??= readersOf(nodes);
      return readers.get(value) ?? [];
    },
    downstream(from, reached = (node) => node.outputs) {
      const values = new Set(from);
      const follows = (node: Node) => {
        if (!reads(node).some((name) => values.has(name))) return false;
        const outputs = reached(node).filter((name) => name !== '');
        for (const output of outputs) values.add(output);
        return outputs.length > 0;
      };
      return { nodes: nodes.filter(follows), values };
    },
    upstream(to, needed = reads) {
      const values = new Set(to);
      const precedes = (node: Node) => {
        if (!node.outputs.some((output) => values.has(output))) return false;
        for (const name of needed(node)) values.add(name);
        return true;
      };
      return nodes.toReversed().filter(precedes).reverse();
    },
    between(from, to) {
      return nodesView(this.downstream(from).nodes).upstream(to);
    },
  };
}

function readersOf(nodes: readonly Node[]): Map<string, Node[]> {
  const readers = new Map<string, Node[]>();
  for (const node of nodes) {
    for (const name of reads(node)) {
      const known = readers.get(name);
      if (known) known.push(node);
      else readers.set(name, [node]);
    }
  }
  return readers;
}

/** @throws InvalidModelError where a node lacks an input that it has to have. */
export function inputOf(node: Node, position: number): string {
  return present(node, 'input', node.inputs[position], position);
}

/** Undefined where the input is left out. */
export function optionalInputOf(node: Node, position: number): string | undefined {
  return node.inputs[position] || undefined;
}

/** @throws InvalidModelError where a node lacks an output that it has to have. */
export function outputOf(node: Node, position = 0): string {
  return present(node, 'output', node.outputs[position], position);
}

function present(node: Node, what: string, name: string | undefined, position: number): string {
  if (name) return name;
  throw new InvalidModelError(
    `${describeNode(node)} has no ${what} ${position}, which its operator needs: the file is damaged, or not valid ONNX. Export it again; onnx.checker.check_model says what else is wrong with it.`,
  );
}
