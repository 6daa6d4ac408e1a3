import type { Dataset } from '../../../datasets/dataset.ts';
import type { Classifier } from '../../../model/classifier.ts';
import { loadClassifier } from '../../../model/loadClassifier.ts';
import type { Model } from '../../../onnx/graph.ts';
import { writeModel } from '../../../onnx/writeModel.ts';
import type { Runtime } from '../../../runtime/runtime.ts';
import { accuracyOf } from '../../../training/accuracy.ts';
import { trainingImages } from '../../../training/trainingImages.ts';
import { literalTotal } from '../conjunctions.ts';
import type { RuleImages } from '../extractRules.ts';
import { type FoundRules, findRules } from '../findRules.ts';
import { type RefineSettings, refineRules } from '../refineRules.ts';

/** What one network gave. */
export interface NetworkRules extends FoundRules {
  /** To be released. */
  readonly classifier: Classifier;
  readonly refined?: RefinedFigures;
}

/** Accuracies of the rules once the features were fine-tuned through them. */
interface RefinedFigures {
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

/** A network's rules, refined where asked. */
export async function networkRules(task: RulesTask): Promise<NetworkRules> {
  const { runtime, model, images, dataset, refine, onStep } = task;
  const { test } = dataset;
  const classifier = await loadClassifier(writeModel(model), { runtime });
  const found = await findRules(classifier, { ...images, test }, { onStep });
  if (refine === undefined) return { ...found, classifier };
  onStep('Refining the features');
  const { ruleModel, rules, before, after } = await refineRules(classifier, found.extraction, images, refine);
  const accuracy = await accuracyOf(runtime, ruleModel, trainingImages(test, classifier.input, classifier.classCount));
  return { ...found, classifier, refined: { before, after, test: accuracy, literals: literalTotal(rules) } };
}
