import { KonkyoError } from '../../konkyoError.ts';
import { kindOf, linesByKind, type RefusedNode } from '../../onnx/nodesInWords.ts';

/**
 * The way from the explained value to the input leads through operators without a gradient. All of them are named;
 * `unsupported` has every node.
 */
export class UnsupportedOperatorsError extends KonkyoError {
  readonly tag = 'unsupported-operators';
  readonly unsupported: readonly RefusedNode[];
  constructor(unsupported: readonly RefusedNode[]) {
    const list = linesByKind(unsupported, kindOf, (kind, nodes) => `${kind}: ${namesOf(nodes)}`);
    super(
      `The model has operators that no gradient can pass through:\n${list}\nGive rules for them (the \`rules\` option of the library), or use a method that needs no gradients.`,
    );
    this.unsupported = unsupported;
  }
}

/** Nodes by name; of many only the first, for a large model has hundreds. */
function namesOf(nodes: readonly RefusedNode[]): string {
  const shown = nodes.slice(0, namedAtMost).map(({ node }) => node);
  const more = nodes.length - shown.length;
  return more === 0 ? shown.join(', ') : `${nodes.length} nodes, among them ${shown.join(', ')}`;
}

const namedAtMost = 3;
