import type { AttributeLike } from '../attributes.ts';
import type { ValueFacts } from '../facts.ts';
import type { Node } from '../graph.ts';
import type { GraphBuilder, PlainOps } from '../graphBuilder.ts';

/** What a rewriting sees of a node, and the builder's methods to add nodes of opset 21 with. */
export interface Foreign {
  readonly node: Node;
  /** Names of the inputs; '' for one that is left out. */
  readonly x: readonly string[];
  /** The name of an input that has to be there. */
  readonly operand: (index: number) => string;
  /** The name of an input that may be left out; undefined where it is. */
  readonly optional: (index: number) => string | undefined;
  /** What a probe knows of an input: nothing of values that other rewritings made. The batch has the probe's size. */
  readonly facts: (name: string) => ValueFacts | undefined;
  /** Whether real numbers have taken an input's integers' place. */
  readonly isReal: (name: string) => boolean;
  readonly dims: (name: string) => readonly number[] | undefined;
  readonly add: (
    op: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, AttributeLike | undefined>>,
  ) => string;
  readonly ops: PlainOps;
  readonly builder: GraphBuilder;
}

/**
 * An operator in standard operators that gradients pass through: adds the nodes and returns the names of the values that
 * take the outputs' places, or undefined where this node, by its attributes or inputs, has no such form and stays. Integers
 * may come as float32: real numbers stand for them.
 */
export type Rewriting = (foreign: Foreign) => readonly string[] | undefined;

export type Rewritings = Readonly<Record<string, Rewriting>>;
