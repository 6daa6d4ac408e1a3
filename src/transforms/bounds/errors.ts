import { KonkyoError } from '../../konkyoError.ts';
import { kindOf, linesByKind, type RefusedNode } from '../../onnx/nodesInWords.ts';

/** The way from the pixels to the scores leads through operators that no bound is known for. All of them are named. */
export class UnboundedOperatorsError extends KonkyoError {
  readonly tag = 'unbounded-operators';
  readonly unbounded: readonly RefusedNode[];
  constructor(unbounded: readonly RefusedNode[]) {
    const list = linesByKind(
      unbounded,
      kindOf,
      (kind, nodes) => `${kind}: ${nodes.map(({ node }) => node).join(', ')}`,
    );
    super(
      `Nothing can be proved of this model, as it has operators without bounds:\n${list}\nWhat noise leaves the class unchanged can still be sampled: leave the proof out.`,
    );
    this.unbounded = unbounded;
  }
}
