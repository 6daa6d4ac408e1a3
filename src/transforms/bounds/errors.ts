import { KonkyoError } from '../../konkyoError.ts';

interface UnboundedNode {
  readonly op: string;
  readonly node: string;
  readonly why: string;
}

/** The way from the pixels to the scores leads through operators that no bound is known for. All of them are named. */
export class UnboundedOperatorsError extends KonkyoError {
  readonly tag = 'unbounded-operators';
  readonly unbounded: readonly UnboundedNode[];
  constructor(unbounded: readonly UnboundedNode[]) {
    const kinds = [...new Set(unbounded.map(({ op, why }) => `${op} (${why})`))];
    const nodesOf = (kind: string) => unbounded.filter(({ op, why }) => `${op} (${why})` === kind);
    const list = kinds.map(
      (kind) =>
        `  ${kind}: ${nodesOf(kind)
          .map(({ node }) => node)
          .join(', ')}`,
    );
    super(
      `Nothing can be proved of this model, as it has operators without bounds:\n${list.join('\n')}\nWhat noise leaves the class unchanged can still be sampled: leave the proof out.`,
    );
    this.unbounded = unbounded;
  }
}
