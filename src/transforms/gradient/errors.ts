import { KonkyoError } from '../../konkyoError.ts';

export interface UnsupportedNode {
  readonly op: string;
  readonly node: string;
  readonly why: string;
}

/** The way from the explained value to the input leads through operators without a gradient. All of them are named. */
export class UnsupportedOperatorsError extends KonkyoError {
  readonly tag = 'unsupported-operators';
  readonly unsupported: readonly UnsupportedNode[];
  constructor(unsupported: readonly UnsupportedNode[]) {
    const kinds = [...new Set(unsupported.map(({ op, why }) => `${op} (${why})`))];
    const nodesOf = (kind: string) => unsupported.filter(({ op, why }) => `${op} (${why})` === kind);
    const list = kinds
      .map(
        (kind) =>
          `  ${kind}: ${nodesOf(kind)
            .map(({ node }) => node)
            .join(', ')}`,
      )
      .join('\n');
    super(
      `The model has operators that no gradient can pass through:\n${list}\nGive rules for them (the \`rules\` option of the library), or use a method that needs no gradients.`,
    );
    this.unsupported = unsupported;
  }
}

/** Something was asked for that the graph does not have. */
export class UnknownValueError extends KonkyoError {
  readonly tag = 'unknown-value';
  readonly value: string;
  constructor(value: string) {
    super(`The graph has no value named "${value}", or it was not there when the graph was probed.`);
    this.value = value;
  }
}
