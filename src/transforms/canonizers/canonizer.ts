import type { Facts, ValueFacts } from '../../onnx/facts.ts';
import type { Graph, Node } from '../../onnx/graph.ts';
import { viewOf } from '../../onnx/graphView.ts';
import { isTensorOf, type Tensor } from '../../onnx/tensor.ts';

/**
 * Rewrites a graph so that it computes the same with fewer kinds of operators, for which there are relevance rules. Values that stay
 * keep their names.
 * @param facts of every value of the graph.
 * @param keep values that must stay, such as the explained scores.
 * @param ofPixels whether a value is made of pixels by nothing trained; of none by default.
 */
export type Canonizer = (
  graph: Graph,
  facts: Facts,
  keep: readonly string[],
  ofPixels?: (value: string) => boolean,
) => Graph;

/** What a canonizer asks of a graph while it looks for places to rewrite. */
export interface Surroundings {
  /** The node that a value comes from, if nothing else reads it and it need not stay. */
  readonly onlyUse: (value: string) => Node | undefined;
  /** The node that reads a value, if it is the only one and the value need not stay. */
  readonly onlyReader: (value: string) => Node | undefined;
  /** A constant of real numbers. */
  readonly constant: (value: string | undefined) => Tensor<'float32'> | undefined;
  readonly facts: (value: string) => ValueFacts | undefined;
}

export function surroundings(graph: Graph, facts: Facts, keep: readonly string[]): Surroundings {
  const { maker, readers } = viewOf(graph);
  const staying = new Set([...keep, ...graph.outputs.map(({ name }) => name)]);
  const onlyReader = (value: string) => {
    const all = readers(value);
    return all.length === 1 && !staying.has(value) ? all[0] : undefined;
  };
  return {
    onlyReader,
    onlyUse: (value) => (onlyReader(value) ? maker(value) : undefined),
    constant: (value = '') => {
      // What an earlier canonizer added is not among the facts.
      const known = facts.get(value)?.constant ?? graph.initializers.get(value);
      return known && isTensorOf(known, 'float32') ? known : undefined;
    },
    facts: (value) => facts.get(value),
  };
}
