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
import { refineRules } from '../refineRules.ts';
import { type DecidedFigures, decidedFigures, type GradedFigures, gradedFigures } from './trainedFigures.ts';
import type { RuleTuning } from './tuning.ts';

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

export interface RulesTask {
  readonly runtime: Runtime;
  readonly model: Model;
  readonly images: RuleImages;
  readonly dataset: Dataset;
  /** What is trained through the rules. */
  readonly tuning?: RuleTuning;
  readonly onStep: (what: string) => void;
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
  const graded = await gradedFigures(classifier, found.extraction, images, dataset, tuning.graded);
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
    graded,
    decided: await decidedFigures(classifier, found.extraction, images, dataset, tuning.decided),
  };
}
