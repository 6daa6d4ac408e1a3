import type { Picture } from '../../../report/explanation/view.ts';
import type { FiredRule } from '../firedRule.ts';
import type { RuleFile } from '../ruleFile.ts';
import type { SufficientSubset } from '../sufficientSubset.ts';
import type { DrawnLiteral } from './ruleDrawing.ts';

/** Which of a model's rules fired for an image. */
export interface FiredRuleView {
  /** Of the class whose rule fired. */
  readonly label: string;
  readonly drawn: readonly DrawnLiteral[];
  readonly product: number;
  /** The rule with the next product. */
  readonly second?: { readonly label: string; readonly product: number };
  /** Whether the network decides as the rules do. */
  readonly agrees: boolean;
  readonly sufficient?: {
    readonly names: readonly string[];
    readonly guarantee: SufficientSubset['guarantee'];
    /** Of so many features. */
    readonly total: number;
  };
}

export function firedRuleView(fired: FiredRule, file: RuleFile): FiredRuleView {
  const pictures = new Map(file.pictures.map((stored) => [stored.feature - 1, pictureOf(stored)]));
  const labelOf = (k: number) => file.rules[k]?.label ?? String(k);
  const { classIndex, products, literals, networkClass, sufficient, features } = fired;
  const others = products.map((product, k) => ({ product, k })).filter(({ k }) => k !== classIndex);
  const [second] = others.sort((a, b) => b.product - a.product || a.k - b.k);
  return {
    label: labelOf(classIndex),
    drawn: literals.map((literal) => {
      const picture = pictures.get(literal.variable);
      return { ...literal, ...(picture ? { picture } : {}) };
    }),
    product: products[classIndex] ?? 0,
    ...(second ? { second: { label: labelOf(second.k), product: second.product } } : {}),
    agrees: networkClass === classIndex,
    ...(sufficient
      ? {
          sufficient: {
            names: sufficient.features.map((feature) => `x${feature + 1}`),
            guarantee: sufficient.guarantee,
            total: features.length,
          },
        }
      : {}),
  };
}

function pictureOf({ width, height, channels, data }: RuleFile['pictures'][number]): Picture {
  return { width, height, channels, data: Uint8Array.from(atob(data), (character) => character.charCodeAt(0)) };
}
