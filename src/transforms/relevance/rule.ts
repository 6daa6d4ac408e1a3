import type { Call } from '../gradient/rule.ts';
import type { Layer } from './layer.ts';

/*
 * One layer's part in relevance propagation: what its outputs were given goes to its inputs.
 */

/** A relevance rule, placed on single nodes by a composite. */
export interface RelevanceRule {
  readonly name: string;
  /** Why the rule does not apply to a layer; undefined where it does. */
  readonly refuses?: (layer: Layer) => string | undefined;
  /** Adds the nodes for the relevance of the layer's inputs: one value, in the input's shape, for each that gets some. */
  readonly pass: (pass: RelevancePass) => readonly InputRelevance[];
  /** Whether it hands on all that a layer receives: such layers are left out of reports. By default none. */
  readonly conserves?: (layer: Layer) => boolean;
}

export interface InputRelevance {
  /** Position of the input. */
  readonly input: number;
  readonly value: string;
}

/** What a relevance rule sees when it is applied: the gradient engine's call, in which dy is the relevance of the output. */
export interface RelevancePass {
  readonly layer: Layer;
  readonly call: Call;
  /** The relevance of the layer's first output, in its shape. */
  readonly relevance: string;
  /** Says that some of the layer's relevance stays in it, and why: `value` is in the output's shape, or summed over axes that
   * no image lies along (kept as 1). */
  readonly absorb: (cause: Absorption, value: string) => void;
}

/** What takes relevance out of the flow: biases, the stabiliser of a division, and shares that no input has a part in. */
export type Absorption = 'biases' | 'stabilizers' | 'emptyParts';
