import type { Picture } from '../../../pictures/picture.ts';
import type { RuleFigures } from '../judgeRules.ts';
import type { Literal } from '../term.ts';

/** Everything the part of a page about one model's rules shows. */
export interface RulesView {
  readonly classes: readonly RuleView[];
  readonly features: readonly FeatureView[];
  readonly figures: RuleFigures;
  /** Accuracy against length, one point a price of a literal. */
  readonly curve: readonly CurvePoint[];
  /** How features became numbers in [0, 1], and what could be chosen, in sentences. */
  readonly notes: readonly string[];
  /** Rules after the features were fine-tuned through them. */
  readonly refined?: { readonly before: number; readonly after: number; readonly test: number };
}

interface RuleView {
  readonly label: string;
  readonly literals: readonly Literal[];
  /** `x5 ∧ x7 ∧ ¬x0` */
  readonly text: string;
}

export interface FeatureView {
  /** From 0: x0, x1. */
  readonly feature: number;
  /** What raises it: its gradient image. */
  readonly gradient: Picture;
  /** The mean of the images in which it is largest. */
  readonly exciting?: Picture;
  /** Where each feature is one large filter: the filter, and how far its picture agrees with the gradient image. */
  readonly filter?: { readonly picture: Picture; readonly correlation: number };
}

export interface CurvePoint {
  readonly literals: number;
  readonly training: number;
  readonly validation: number;
  readonly chosen: boolean;
}

/** Mean correlation of filters and maximisation images; null where there are no filters. */
export function correlationOf(features: readonly FeatureView[]): number | null {
  const values = features.flatMap(({ filter }) => filter?.correlation ?? []);
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
