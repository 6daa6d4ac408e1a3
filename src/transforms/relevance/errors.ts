import { KonkyoError } from '../../konkyoError.ts';

/** A node that relevance cannot pass through, and why. */
export interface RefusedNode {
  readonly op: string;
  readonly node: string;
  /** The rule the composite gave it; undefined where it gave none. */
  readonly rule: string | undefined;
  readonly why: string;
}

/** A composite gives nodes no rule, or one that does not apply to them. All of them are named. */
export class RelevanceRefusedError extends KonkyoError {
  readonly tag = 'relevance-refused';
  readonly composite: string;
  readonly refused: readonly RefusedNode[];
  constructor(composite: string, refused: readonly RefusedNode[], nextStep: string) {
    const kinds = [...new Set(refused.map(kindOf))];
    const lines = kinds.map((kind) => {
      const nodes = refused.filter((node) => kindOf(node) === kind).map(({ node }) => node);
      return `  ${kind}: ${nodes.join(', ')}`;
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
