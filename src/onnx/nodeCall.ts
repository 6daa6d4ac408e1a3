import type { Node } from './graph.ts';
import type { Additions } from './graphBuilder.ts';
import { inputOf, optionalInputOf } from './graphView.ts';

/** A node as a gradient, bound or rewriting rule sees it: its inputs, and a builder's methods to add nodes with. */
export interface NodeCall extends Pick<Additions, 'add' | 'ops'> {
  readonly node: Node;
  /** Names of the inputs; '' for one that is left out. */
  readonly x: readonly string[];
  /** The name of an input that has to be there. */
  readonly operand: (index: number) => string;
  /** The name of an input that may be left out; undefined where it is. */
  readonly optional: (index: number) => string | undefined;
  readonly builder: Additions;
}

export function nodeCall(builder: Additions, node: Node): NodeCall {
  return {
    node,
    x: node.inputs,
    operand: (index) => inputOf(node, index),
    optional: (index) => optionalInputOf(node, index),
    add: (op, inputs, attributes) => builder.add(op, inputs, attributes),
    ops: builder.ops,
    builder,
  };
}
