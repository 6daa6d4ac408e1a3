import type { ValueFacts } from '../facts.ts';
import type { NodeCall } from '../nodeCall.ts';

/** What a rewriting sees of a node; the nodes that it adds are of opset 21. */
export interface Foreign extends NodeCall {
  /** What a probe knows of an input: nothing of values that other rewritings made. The batch has the probe's size. */
  readonly facts: (name: string) => ValueFacts | undefined;
  /** Whether real numbers have taken an input's integers' place. */
  readonly isReal: (name: string) => boolean;
  readonly dims: (name: string) => readonly number[] | undefined;
}

/**
 * An operator in standard operators that gradients pass through: adds the nodes and returns the names of the values that
 * take the outputs' places, or undefined where this node, by its attributes or inputs, has no such form and stays. Integers
 * may come as float32: real numbers stand for them.
 */
export type Rewriting = (foreign: Foreign) => readonly string[] | undefined;

export type Rewritings = Readonly<Record<string, Rewriting>>;
