import { KonkyoError } from '../../konkyoError.ts';
import { firstOf, linesByKind, type RefusedNode } from '../../onnx/nodesInWords.ts';

/** A node that relevance cannot pass through. */
export interface UnruledNode extends RefusedNode {
  /** The relevance rule that the composite gave it; undefined where it gave none. */
  readonly rule: string | undefined;
}

/**
 * A composite gives nodes no rule, or one that does not apply to them. The message counts them and names the first of each
 * operator; `refused` has all.
 */
export class RelevanceRefusedError extends KonkyoError {
  readonly tag = 'relevance-refused';
  readonly composite: string;
  readonly refused: readonly UnruledNode[];
  constructor(composite: string, refused: readonly UnruledNode[], nextStep: string) {
    const list = linesByKind(refused, kindOf, (kind, nodes) => `${nodes.length} ${kind}: ${firstOf(nodes)}`);
    super(`${composite} cannot pass relevance through all of the model:\n${list}\n${nextStep}`);
    this.composite = composite;
    this.refused = refused;
  }
}

function kindOf({ op, rule, why }: UnruledNode): string {
  return rule === undefined ? `${op} (${why})` : `${op} (rule ${rule}: ${why})`;
}
