import type { Classifier } from '../classifier/classifier.ts';
import { loadClassifier } from '../classifier/loadClassifier.ts';
import type { Dataset } from '../datasets/dataset.ts';
import type { Model } from '../onnx/graph.ts';
import { writeModel } from '../onnx/writeModel.ts';
import { type Extraction, extractRules, type RuleImages } from '../rules/extractRules.ts';
import { seenImages } from '../rules/featureData.ts';
import { judgeRules, type RuleFigures } from '../rules/judgeRules.ts';
import { type RefineSettings, refineRules } from '../rules/refineRules.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { accuracyOf } from '../training/accuracy.ts';
import { trainingImages } from '../training/trainingImages.ts';

/** What one network gave. */
export interface RulesFound {
  readonly classifier: Classifier;
  readonly extraction: Extraction;
  readonly figures: RuleFigures;
  /** For extraction and selection. */
  readonly seconds: number;
  readonly refined?: RefinedFigures;
}

/** Accuracies of the rules once the features were fine-tuned through them. */
export interface RefinedFigures {
  /** On the validation images, by which the weights were chosen, before and after. */
  readonly before: number;
  readonly after: number;
  readonly test: number;
  readonly literals: number;
}

export interface RulesTask {
  readonly runtime: Runtime;
  readonly model: Model;
  readonly images: RuleImages;
  readonly dataset: Dataset;
  readonly refine?: RefineSettings;
  readonly onStep: (what: string) => void;
}

/** Extracts a network's rules, refines them where asked, and reads the test images at the end. The classifier is to be released. */
export async function findRules(task: RulesTask): Promise<RulesFound> {
  const { runtime, model, images, dataset, refine, onStep } = task;
  const classifier = await loadClassifier(writeModel(model), { runtime });
  const start = performance.now();
  const extraction = await extractRules(classifier, images, { onStep });
  const seconds = (performance.now() - start) / 1000;
  const figures = judgeRules(extraction, await seenImages(classifier, extraction.head, dataset.test));
  if (refine === undefined) return { classifier, extraction, figures, seconds };
  onStep('Refining the features');
  const { ruleModel, rules, before, after } = await refineRules(classifier, extraction, images, refine);
  const test = await accuracyOf(
    runtime,
    ruleModel,
    trainingImages(dataset.test, classifier.input, classifier.classCount),
  );
  const literals = rules.reduce((sum, signs) => sum + signs.reduce((count, sign) => count + Math.abs(sign), 0), 0);
  return { classifier, extraction, figures, seconds, refined: { before, after, test, literals } };
}
