import type { Classifier } from '../../../model/classifier.ts';
import { concatRows, type Tensor } from '../../../onnx/tensor.ts';
import type { Picture } from '../../../pictures/picture.ts';
import { findDenseHead } from '../denseHead.ts';
import { RuleFileError } from '../errors.ts';
import { type FiredRule, firedRules } from '../firedRule.ts';
import { type RuleFile, readRuleFile } from '../ruleFile.ts';
import type { SufficientSubset } from '../sufficientSubset.ts';
import { isMet } from '../term.ts';
import type { DrawnLiteral } from './ruleDrawing.ts';

/** Which of a model's rules fired for an image, or which is nearest. */
export interface FiredRuleView {
  /** The label of the class whose rule has the largest product: the rules' decision. */
  readonly label: string;
  /** Whether all of its conditions hold. Otherwise it did not fire: it is the nearest. */
  readonly fired: boolean;
  /** Of how many of its `drawn.length` conditions hold. */
  readonly met: number;
  /** Other classes whose rules hold in full, though their products are smaller. */
  readonly alsoFired: readonly string[];
  readonly drawn: readonly DrawnLiteral[];
  readonly product: number;
  /** The rule with the next product. */
  readonly second?: { readonly label: string; readonly product: number };
  /** Whether the network decides as the rules do. */
  readonly agrees: boolean;
  /** Of the images the rules were tested on: how many there were, and shares of them. Not of files written before it was counted. */
  readonly usually?: { readonly images: number; readonly oneRight: number; readonly none: number };
  readonly sufficient?: {
    readonly names: readonly string[];
    readonly guarantee: SufficientSubset['guarantee'];
    /** How many features there are in all. */
    readonly total: number;
  };
}

/** Rules as `konkyo rules` writes them, and what their file is called. */
export interface RuleText {
  readonly name: string;
  readonly text: string;
}

/**
 * What a model's rules say of each image, [1, ...].
 * @throws RuleFileError, also when the rules are of another model.
 */
export async function firedRuleViews(
  classifier: Classifier,
  { name, text }: RuleText,
  images: readonly Tensor<'float32'>[],
): Promise<FiredRuleView[]> {
  const { file, rules } = readRuleFile(text, name);
  if (file.model.sha256 !== classifier.sha256) {
    throw new RuleFileError(
      `The rules in ${name} are of ${file.model.file} (SHA-256 ${file.model.sha256.slice(0, 12)}...), not of this model (${classifier.sha256.slice(0, 12)}...). Make them anew with: konkyo rules MODEL --dataset ...`,
    );
  }
  const head = await findDenseHead(classifier, rules.features);
  const fired = await firedRules(classifier, head, rules, concatRows(images));
  return fired.map((one) => firedRuleView(one, file));
}

function firedRuleView(fired: FiredRule, file: RuleFile): FiredRuleView {
  const pictures = new Map(file.pictures.map((stored) => [stored.feature, pictureOf(stored)]));
  const labelOf = (k: number) => file.rules[k]?.label ?? String(k);
  const { classIndex, products, literals, networkClass, sufficient, features } = fired;
  const others = products.map((product, k) => ({ product, k })).filter(({ k }) => k !== classIndex);
  const [second] = others.sort((a, b) => b.product - a.product || a.k - b.k);
  return {
    label: labelOf(classIndex),
    fired: fired.fired.includes(classIndex),
    met: literals.filter(({ value }) => isMet(value)).length,
    alsoFired: fired.fired.filter((k) => k !== classIndex).map(labelOf),
    drawn: literals.map((literal) => {
      const picture = pictures.get(literal.variable);
      return { ...literal, picture };
    }),
    product: products[classIndex] ?? 0,
    second: second ? { label: labelOf(second.k), product: second.product } : undefined,
    agrees: networkClass === classIndex,
    usually: usuallyOf(file),
    sufficient: sufficient
      ? {
          names: sufficient.features.map((feature) => `x${feature}`),
          guarantee: sufficient.guarantee,
          total: features.length,
        }
      : undefined,
  };
}

function usuallyOf({ figures: { images, oneRight, none } }: RuleFile): FiredRuleView['usually'] {
  if (typeof images !== 'number' || typeof oneRight !== 'number' || typeof none !== 'number') return undefined;
  return { images, oneRight, none };
}

function pictureOf({ width, height, channels, data }: RuleFile['pictures'][number]): Picture {
  return { width, height, channels, data: Uint8Array.from(atob(data), (character) => character.charCodeAt(0)) };
}
