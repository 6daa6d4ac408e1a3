import type { Classifier } from '../../model/classifier.ts';
import type { Model } from '../../onnx/graph.ts';
import { reservedPrefix } from '../../onnx/graphBuilder.ts';
import { accuracyOf } from '../../training/accuracy.ts';
import { trainingImages } from '../../training/trainingImages.ts';
import type { RuleImages, RuleSet } from './extractRules.ts';
import { ruleModel } from './ruleModel.ts';
import { type RefineSettings, tuneModel } from './tuneModel.ts';

interface Refined {
  /** The network itself, its dense layers as they were, with the fine-tuned features. */
  readonly model: Model;
  /** With the output layers replaced by the rules: what was trained. */
  readonly ruleModel: Model;
  /** Accuracy of the rules on the validation images, before and after. */
  readonly before: number;
  readonly after: number;
}

/**
 * Fine-tunes what makes the features so that the rules, which stay as they are, decide better: cross-entropy of the
 * normalised products. The weights that did best on the validation images are kept.
 */
export async function refineFeatures(
  classifier: Classifier,
  rules: RuleSet,
  images: RuleImages,
  settings: RefineSettings,
): Promise<Refined> {
  const { runtime, classCount, input } = classifier;
  const validation = trainingImages(images.validation, input, classCount);
  const tuning = {
    model: ruleModel(classifier, rules),
    trainable: (name: string) => !name.startsWith(reservedPrefix),
    images: images.training,
    score: (model: Model) => accuracyOf(runtime, model, validation),
  };
  const { model, before, after } = await tuneModel(classifier, tuning, settings);
  return { model: withWeightsOf(classifier.model, model), ruleModel: model, before, after };
}

/** A model with the initializers that another has too as they are there. */
export function withWeightsOf(model: Model, from: Model): Model {
  const initializers = new Map(
    [...model.graph.initializers].map(([name, old]) => [name, from.graph.initializers.get(name) ?? old]),
  );
  return { ...model, graph: { ...model.graph, initializers } };
}
