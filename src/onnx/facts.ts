import type { ElementType } from './elementType.ts';
import { UnknownValueError } from './errors.ts';
import { type Graph, type Node, reads } from './graph.ts';
import { nonTensorNames } from './nonTensors.ts';
import { is } from './operators.ts';
import type { Tensor } from './tensor.ts';

/** What running a graph once says about one of its values. */
export interface ValueFacts {
  readonly type: ElementType;
  /** NaN for a size that differs from image to image: whatever is built of it has to be computed when the graph runs. */
  readonly dims: readonly number[];
  /** The value itself, where it depends on no graph input. */
  readonly constant?: Tensor;
  /** The value, where it depends on the shapes of inputs but on none of their elements, and is a single truth value. */
  readonly ofShapes?: Tensor;
}

/** By value name. The batch dimension has the size it had in the probe. */
export type Facts = ReadonlyMap<string, ValueFacts>;

/** Looks facts up. @throws UnknownValueError for a value of which nothing is known. */
export function factsBy(facts: Facts): (name: string) => ValueFacts {
  return (name) => {
    const known = facts.get(name);
    if (!known) throw new UnknownValueError(name);
    return known;
  };
}

/** A graph that also gives every intermediate value as an output, but for those that are no tensors. */
export function exposeAll(graph: Graph): Graph {
  const listed = new Set([...graph.inputs, ...graph.outputs].map(({ name }) => name));
  for (const name of nonTensorNames(graph)) listed.add(name);
  const hidden = graph.nodes.flatMap((node) => node.outputs).filter((name) => name !== '' && !listed.has(name));
  const outputs = hidden.map((name) => ({ name }));
  return { ...graph, outputs: [...graph.outputs, ...outputs] };
}

/** The values that depend on no graph input: initializers, and what is computed from them alone. */
export function constantNames(graph: Graph): Set<string> {
  return namesWithout(graph, () => false);
}

/** The values that depend on no element of an input: constants, and what is computed from shapes. */
export function shapeOnlyNames(graph: Graph): Set<string> {
  return namesWithout(graph, (node) => is(node, 'shape'));
}

function namesWithout(graph: Graph, isFree: (node: Node) => boolean): Set<string> {
  const free = new Set(graph.initializers.keys());
  for (const { name } of graph.inputs) free.delete(name);
  const follows = (node: Node) => !is(node, 'random') && reads(node).every((name) => free.has(name));
  for (const node of graph.nodes) {
    if (isFree(node) || follows(node)) for (const output of node.outputs) free.add(output);
  }
  return free;
}
