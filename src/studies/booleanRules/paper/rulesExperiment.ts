import type { Dataset } from '../../../datasets/dataset.ts';
import type { Classifier } from '../../../model/classifier.ts';
import { loadClassifier } from '../../../model/loadClassifier.ts';
import { derive } from '../../../model/makeClassifier.ts';
import type { Model } from '../../../onnx/graph.ts';
import { writeModel } from '../../../onnx/writeModel.ts';
import { scoped } from '../../../runtime/release.ts';
import type { Runtime } from '../../../runtime/runtime.ts';
import { accuracyOf } from '../../../training/accuracy.ts';
import { trainingImages } from '../../../training/trainingImages.ts';
import { literalTotal, shareOfEqual } from '../conjunctions.ts';
import type { RuleImages } from '../extractRules.ts';
import { featureTable, seenImages } from '../featureData.ts';
import { type FoundRules, findRules } from '../findRules.ts';
import { gradedRules } from '../gradedRules.ts';
import { type Holding, holdingOf } from '../holding.ts';
import { ruleDecisions } from '../judgeRules.ts';
import { type RefineSettings, refineRules } from '../refineRules.ts';
import { rulesThatHold } from '../rulesThatHold.ts';
import { literalCount, type Term } from '../term.ts';

/** What one network gave. */
export interface NetworkRules extends FoundRules {
  /** To be released. */
  readonly classifier: Classifier;
  readonly refined?: RefinedFigures;
  readonly graded?: GradedFigures;
  readonly decided?: DecidedFigures;
}

/** Accuracies of the rules once the features were fine-tuned through them. */
interface RefinedFigures {
  /** On the validation images, by which the weights were chosen, before and after. */
  readonly before: number;
  readonly after: number;
  readonly test: number;
  readonly literals: number;
}

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

export interface RulesTask {
  readonly runtime: Runtime;
  readonly model: Model;
  readonly images: RuleImages;
  readonly dataset: Dataset;
  /** What is trained through the rules. */
  readonly tuning?: RuleTuning;
  readonly onStep: (what: string) => void;
}

export interface RuleTuning {
  readonly refined: RefineSettings;
  readonly graded: RefineSettings;
  readonly decided: RefineSettings;
}

/** A network's rules, and what they are trained to where asked. */
export async function networkRules(task: RulesTask): Promise<NetworkRules> {
  const { runtime, model, images, dataset, tuning, onStep } = task;
  const classifier = await loadClassifier(writeModel(model), { runtime });
  const found = await findRules(classifier, { ...images, test: dataset.test }, { onStep });
  if (!tuning) return { ...found, classifier };
  const test = trainingImages(dataset.test, classifier.input, classifier.classCount);
  onStep('Refining the features');
  const refined = await refineRules(classifier, found.extraction, images, tuning.refined);
  onStep('Grading the literals');
  const graded = await gradedRules(classifier, found.extraction, images, tuning.graded);
  onStep('Tuning rules until they hold');
  return {
    ...found,
    classifier,
    refined: {
      before: refined.before,
      after: refined.after,
      test: await accuracyOf(runtime, refined.ruleModel, test),
      literals: literalTotal(refined.rules),
    },
    graded: {
      accuracy: await accuracyOf(runtime, graded.model, test),
      rounded: await accuracyOf(runtime, graded.rounded, test),
      literals: graded.literals,
    },
    decided: await decidedFigures(classifier, found, images, dataset, tuning.decided),
  };
}

async function decidedFigures(
  classifier: Classifier,
  { extraction }: FoundRules,
  images: RuleImages,
  { test }: Dataset,
  settings: RefineSettings,
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
