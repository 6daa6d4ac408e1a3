import { KonkyoError } from '../../konkyoError.ts';
import { firstOf } from '../../onnx/nodesInWords.ts';

/** A node that relevance cannot pass through, and why. */
export interface RefusedNode {
  readonly op: string;
  readonly node: string;
  /** The rule the composite gave it; undefined where it gave none. */
  readonly rule: string | undefined;
  readonly why: string;
}

/**
 * A composite gives nodes no rule, or one that does not apply to them. The message counts them and names the first of each
 * operator; `refused` has all.
 */
export class RelevanceRefusedError extends KonkyoError {
  readonly tag = 'relevance-refused';
  readonly composite: string;
  readonly refused: readonly RefusedNode[];
  constructor(composite: string, refused: readonly RefusedNode[], nextStep: string) {
    const kinds = [...new Set(refused.map(kindOf))];
    const lines = kinds.map((kind) => {
      const nodes = refused.filter((node) => kindOf(node) === kind);
      return `  ${nodes.length} ${kind}: ${firstOf(nodes)}`;
    });
    super(`${composite} cannot pass relevance through all of the model:\n${lines.join('\n')}\n${nextStep}`);
    this.composite = composite;
    this.refused = refused;
  }
}

function kindOf({ op, rule, why }: RefusedNode): string {
  return rule === undefined ? `${op} (${why})` : `${op} (rule ${rule}: ${why})`;
}

/** A rule was made with a setting out of its range. */
export class RelevanceSettingError extends KonkyoError {
  readonly tag = 'relevance-setting';
}
