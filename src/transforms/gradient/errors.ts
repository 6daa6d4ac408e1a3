import { KonkyoError } from '../../konkyoError.ts';

interface UnsupportedNode {
  readonly op: string;
  readonly node: string;
  readonly why: string;
}

/**
 * The way from the explained value to the input leads through operators without a gradient. All of them are named;
 * `unsupported` has every node.
 */
export class UnsupportedOperatorsError extends KonkyoError {
  readonly tag = 'unsupported-operators';
  readonly unsupported: readonly UnsupportedNode[];
  constructor(unsupported: readonly UnsupportedNode[]) {
    const kindOf = ({ op, why }: UnsupportedNode) => `${op} (${why})`;
    const kinds = [...new Set(unsupported.map(kindOf))];
    const list = kinds.map((kind) => `  ${kind}: ${namesOf(unsupported.filter((node) => kindOf(node) === kind))}`);
    super(
      `The model has operators that no gradient can pass through:\n${list.join('\n')}\nGive rules for them (the \`rules\` option of the library), or use a method that needs no gradients.`,
    );
    this.unsupported = unsupported;
  }
}

/** Nodes by name; of many only the first, for a large model has hundreds. */
function namesOf(nodes: readonly UnsupportedNode[]): string {
  const shown = nodes.slice(0, namedAtMost).map(({ node }) => node);
  const more = nodes.length - shown.length;
  return more === 0 ? shown.join(', ') : `${nodes.length} nodes, among them ${shown.join(', ')}`;
}

const namedAtMost = 3;

/** Something was asked for that the graph does not have. */
export class UnknownValueError extends KonkyoError {
  readonly tag = 'unknown-value';
  readonly value: string;
  constructor(value: string) {
    super(`The graph has no value named "${value}", or it was not there when the graph was probed.`);
    this.value = value;
  }
}
