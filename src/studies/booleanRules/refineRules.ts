import type { Classifier } from '../../model/classifier.ts';
import { derive } from '../../model/makeClassifier.ts';
import type { Model } from '../../onnx/graph.ts';
import { scoped } from '../../runtime/release.ts';
import { ruleAccuracy, type Signs, signsOf, termOfSigns } from './conjunctions.ts';
import type { Extraction, RuleImages } from './extractRules.ts';
import { featureTable, seenImages } from './featureData.ts';
import { literalLogs, sampleRows } from './featureTable.ts';
import { jointAscent } from './jointAscent.ts';
import { refineFeatures } from './refineFeatures.ts';
import type { RefineSettings } from './tuneModel.ts';

export type { RefineSettings } from './tuneModel.ts';

export interface RefinedRules {
  /** Image -> the logarithm of each class's product, with the fine-tuned features. */
  readonly ruleModel: Model;
  readonly rules: readonly Signs[];
  /** Accuracy on the validation images, with the features as they were and as they are now. */
  readonly before: number;
  readonly after: number;
}

/** Rows for choosing literals anew, and what a literal must bring. */
const searchRows = 10_000;
const price = 0.0002;

/**
 * Fine-tunes the features through the rules, chooses the literals anew on the new features, and fine-tunes once more. What the
 * second round gives is taken only where it does better on the validation images. These rules stand for no unit of the network
 * any more: they are a classifier of their own, of conjunctions from the first to the last.
 */
export async function refineRules(
  classifier: Classifier,
  extraction: Extraction,
  images: RuleImages,
  settings: RefineSettings,
): Promise<RefinedRules> {
  const half = { ...settings, updates: Math.ceil(settings.updates / 2) };
  const first = await refineFeatures(classifier, extraction, images, half);
  const asBefore = {
    ruleModel: first.ruleModel,
    rules: extraction.terms.map(signsOf),
    before: first.before,
    after: first.after,
  };
  return scoped(async (keep) => {
    const tuned = await keep(derive(classifier, { model: first.model }));
    const chosen = await chosenAnew(tuned, extraction, images, asBefore.rules);
    const second = await refineFeatures(tuned, { ...extraction, terms: chosen.map(termOfSigns) }, images, {
      ...half,
      seed: (settings.seed ?? 0) + 1,
    });
    if (second.after <= first.after) return asBefore;
    return { ruleModel: second.ruleModel, rules: chosen, before: first.before, after: second.after };
  });
}

/** The rules after a search on the new features; as they were where that does not help on the validation images. */
async function chosenAnew(
  classifier: Classifier,
  { head, scales }: Extraction,
  images: RuleImages,
  rules: readonly Signs[],
): Promise<readonly Signs[]> {
  const training = featureTable(await seenImages(classifier, head, images.training), scales);
  const validation = literalLogs(featureTable(await seenImages(classifier, head, images.validation), scales));
  const some = literalLogs(sampleRows(training, searchRows));
  const found = jointAscent(some, rules, { price, depth: 1, admits: () => true });
  return ruleAccuracy(validation, found) > ruleAccuracy(validation, rules) ? found : rules;
}
