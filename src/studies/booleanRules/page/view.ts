import type { Picture } from '../../../pictures/picture.ts';
import type { CandidateSet } from '../extractRules.ts';
import type { Holding } from '../holding.ts';
import type { RuleFigures } from '../judgeRules.ts';
import type { RuleLikeness } from '../likeness.ts';
import type { Literal } from '../term.ts';
import type { OverImage } from './rulesOverImages.ts';

/** Everything the part of a page about one model's rules shows. */
export interface RulesView {
  readonly classes: readonly RuleView[];
  readonly features: readonly FeatureView[];
  readonly figures: RuleFigures;
  /** Which candidates the rules are of. */
  readonly used: CandidateSet;
  /** Each class's function in full, where its terms can be listed. */
  readonly dnfs?: readonly DnfView[];
  /** Accuracy against length, one point a price of a literal. */
  readonly curve: readonly CurvePoint[];
  /** How features became numbers in [0, 1], and what could be chosen, in sentences. */
  readonly notes: readonly string[];
  /** Rules after the features were fine-tuned through them. */
  readonly refined?: { readonly before: number; readonly after: number; readonly test: number };
  /** Accuracies of graded literals, as they are and rounded to one decimal, and how many are then not 0. */
  readonly graded?: { readonly accuracy: number; readonly rounded: number; readonly literals: number };
  readonly decided?: DecidedView;
}

/** Rules after they and the features were tuned until the rules hold. */
export interface DecidedView {
  readonly rules: readonly { readonly label: string; readonly text: string }[];
  readonly holding: Holding;
  readonly accuracy: number;
  readonly fidelity: number;
  readonly fidelityBefore: number;
  readonly networkAccuracy: number;
}

interface RuleView {
  readonly label: string;
  readonly literals: readonly Literal[];
  /** `x5 ∧ x7 ∧ ¬x0` */
  readonly text: string;
  /** What its features look like; undefined where there are no pictures. */
  readonly likeness?: RuleLikeness;
  /** Its features over the image of its class in which it holds best. */
  readonly over?: OverImage;
}

interface DnfView {
  /** Its terms, shortest first. */
  readonly terms: readonly string[];
  /** Whether these are all. */
  readonly complete: boolean;
}

export interface FeatureView {
  /** From 0: x0, x1. */
  readonly feature: number;
  /** What raises it: its gradient image, the mean over many images. */
  readonly gradient: Picture;
  /** The same as numbers, one a pixel. */
  readonly values: Float32Array;
  /** Its gradient image around the one image in which it is largest. */
  readonly aroundBest?: Picture;
  /** The mean of the images in which it is largest. */
  readonly exciting?: Picture;
  /** Where each feature is one large filter. */
  readonly filter?: FilterView;
}

/** A filter, and how far its picture agrees with the feature's gradient images. */
interface FilterView {
  readonly picture: Picture;
  readonly correlation: number;
  readonly correlationAroundBest: number;
}

export interface CurvePoint {
  readonly literals: number;
  readonly training: number;
  readonly validation: number;
  readonly chosen: boolean;
}

/** Mean correlation of filters and one kind of gradient images; null where there are no filters. */
export function correlationOf(
  features: readonly FeatureView[],
  kind: 'correlation' | 'correlationAroundBest' = 'correlation',
): number | null {
  const values = features.flatMap(({ filter }) => filter?.[kind] ?? []);
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
