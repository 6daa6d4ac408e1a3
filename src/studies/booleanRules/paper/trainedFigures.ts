import type { Dataset } from '../../../datasets/dataset.ts';
import type { Classifier } from '../../../model/classifier.ts';
import { derive } from '../../../model/makeClassifier.ts';
import { scoped } from '../../../runtime/release.ts';
import { accuracyOf } from '../../../training/accuracy.ts';
import { trainingImages } from '../../../training/trainingImages.ts';
import { shareOfEqual } from '../conjunctions.ts';
import type { Extraction, RuleImages } from '../extractRules.ts';
import { featureTable, seenImages } from '../featureData.ts';
import { gradedRules } from '../gradedRules.ts';
import { type Holding, holdingOf } from '../holding.ts';
import { ruleDecisions } from '../judgeRules.ts';
import type { RefineSettings } from '../refineRules.ts';
import { type HoldingSettings, rulesThatHold } from '../rulesThatHold.ts';
import { literalCount, type Term } from '../term.ts';

/** Of graded literals, on the test images. */
export interface GradedFigures {
  readonly accuracy: number;
  /** With every grade rounded to one decimal, and how many of these are not 0. */
  readonly rounded: number;
  readonly literals: number;
}

/** Of rules and features that were tuned so that the rules hold, on the test images. */
export interface DecidedFigures {
  readonly terms: readonly Term[];
  readonly holding: Holding;
  readonly accuracy: number;
  /** Share of the images they decide as the network with these features does, and as it did before. */
  readonly fidelity: number;
  readonly fidelityBefore: number;
  /** Of the network with these features. */
  readonly networkAccuracy: number;
  readonly literals: number;
  /** Of the longest rule. */
  readonly longest: number;
}

/** Grades a network's literals, and judges what comes of it. */
export async function gradedFigures(
  classifier: Classifier,
  extraction: Extraction,
  images: RuleImages,
  dataset: Dataset,
  settings: RefineSettings,
): Promise<GradedFigures> {
  const { runtime, input, classCount } = classifier;
  const test = trainingImages(dataset.test, input, classCount);
  const { model, rounded, literals } = await gradedRules(classifier, extraction, images, settings);
  return {
    accuracy: await accuracyOf(runtime, model, test),
    rounded: await accuracyOf(runtime, rounded, test),
    literals,
  };
}

/** Tunes a network until its rules hold, and judges what comes of it. */
export async function decidedFigures(
  classifier: Classifier,
  extraction: Extraction,
  images: RuleImages,
  { test }: Dataset,
  settings: HoldingSettings,
): Promise<DecidedFigures> {
  const { head, scales } = extraction;
  const { model, terms } = await rulesThatHold(classifier, extraction, images, settings);
  const before = await seenImages(classifier, head, test);
  return scoped(async (keep) => {
    const seen = await seenImages(await keep(derive(classifier, { model })), head, test);
    const table = featureTable(seen, scales);
    const decided = ruleDecisions({ terms }, table);
    const lengths = terms.map(literalCount);
    return {
      terms,
      holding: holdingOf(terms, table),
      accuracy: shareOfEqual(decided, test.labels),
      fidelity: shareOfEqual(decided, seen.decisions),
      fidelityBefore: shareOfEqual(decided, before.decisions),
      networkAccuracy: shareOfEqual(seen.decisions, test.labels),
      literals: lengths.reduce((sum, length) => sum + length, 0),
      longest: Math.max(...lengths),
    };
  });
}
