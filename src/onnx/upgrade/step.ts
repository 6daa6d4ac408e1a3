import type { AttributeLike } from '../attributes.ts';
import type { ValueFacts } from '../facts.ts';
import type { Node } from '../graph.ts';
import { outputOf } from '../graphView.ts';
import { float32, type Tensor, tensor } from '../tensor.ts';

/** One operator's change in one opset. */
export interface UpgradeStep {
  /** The opset whose form the rewritten node has. */
  readonly to: number;
  /** @param node in the form of the opsets before `to`. */
  readonly rewrite: (node: Node, context: UpgradeContext) => Rewrite;
}

/**
 * A node in its new form, which goes on to the operator's next step, and nodes that stand around it, which are in the
 * form of the last opset already.
 */
export type Rewrite =
  | Node
  | { readonly before?: readonly Node[]; readonly node: Node; readonly after?: readonly Node[] };

/** What the rewriting of one node may ask of the graph, and add to it. */
export interface UpgradeContext {
  /** What the probe of the original model knows of a value: nothing inside subgraphs. */
  readonly facts: (name: string) => ValueFacts | undefined;
  /** Whether anything reads a value, or it is an output of the model. */
  readonly isRead: (name: string) => boolean;
  /** The name of a new initializer. */
  readonly constant: (value: Tensor, hint: string) => string;
  /** The name of an int64 vector; one initializer for each value. */
  readonly ints: (values: readonly number[]) => string;
  /** A name that no value has yet. */
  readonly fresh: (hint: string) => string;
  /** A node of the standard domain that records where it comes from. Its output gets a fresh name unless one is given. */
  readonly node: (
    op: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, AttributeLike | undefined>>,
    output?: string,
  ) => Node;
}

/** A scalar of another value's element type, and the node that makes it so where the type is not known or half precision. */
export function scalarLike(
  context: UpgradeContext,
  value: number,
  like: string,
  hint: string,
): { readonly name: string; readonly before: readonly Node[] } {
  const type = context.facts(like)?.type;
  if (type === 'float64') {
    return { name: context.constant(tensor('float64', [], Float64Array.of(value)), hint), before: [] };
  }
  const single = context.constant(float32([], [value]), hint);
  if (type === 'float32') return { name: single, before: [] };
  const cast = context.node('CastLike', [single, like]);
  return { name: outputOf(cast), before: [cast] };
}

/** Inputs without the empty names at the end. */
export function trimmed(inputs: readonly string[]): readonly string[] {
  return inputs.slice(0, inputs.findLastIndex((name) => name !== '') + 1);
}
