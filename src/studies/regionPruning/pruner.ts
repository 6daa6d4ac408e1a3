import type { LabelledImages } from '../../datasets/labelledImages.ts';
import type { Classifier } from '../../model/classifier.ts';
import { settingsOf } from '../../model/inputDescription.ts';
import { prune } from '../../onnx/prune.ts';
import { accuracyOf } from '../../training/accuracy.ts';
import { type Optimizer, sgd } from '../../training/optimizers.ts';
import { makeTrainer, type Trainer } from '../../training/trainer.ts';
import { checkEveryClass, type TrainingImages, trainingImages } from '../../training/trainingImages.ts';
import { type DenseLayer, findDenseLayer } from './denseLayer.ts';
import { type InputStatistics, inputStatistics } from './inputStatistics.ts';
import type { Neighbourhood } from './labelling.ts';
import { type Prepared, type Pruned, type PruneOptions, pruneInRounds, type Round } from './pruneInRounds.ts';

export interface PrunerOptions {
  /** The dense layer, by its node or output; the first one by default. */
  readonly layer?: string;
  readonly train: LabelledImages;
  /** For figures alone: nothing is chosen by them. */
  readonly test: LabelledImages;
  /** Default: plain SGD, as in the paper. */
  readonly optimizer?: Optimizer;
  /** Default 0.1, as in the paper. */
  readonly learningRate?: number;
  /** Default 100. */
  readonly batchSize?: number;
  /** Which cells make a region. Default 8: those that share an edge or a corner. */
  readonly neighbourhood?: Neighbourhood;
}

/** Prunes and retrains one layer of a model, as often as wanted and always from the model as it was given. */
export interface Pruner {
  readonly classifier: Classifier;
  readonly layer: DenseLayer;
  /** Of the layer's inputs, over the training images. */
  readonly statistics: InputStatistics;
  readonly test: TrainingImages;
  readonly neighbourhood: Neighbourhood;
  /** Test accuracy of the model as it was given. */
  readonly accuracy: number;
  readonly trainer: Trainer;
  /**
   * @param seed of the order of the images, and of cuts that draw at random.
   * @throws EverythingPrunedError, PruningSettingsError, NonFiniteLossError
   */
  prune(rounds: readonly Round[], options?: PruneOptions): Promise<Pruned>;
  release(): Promise<void>;
}

/** The layer to prune, and what retrains it and all after it. */
async function layerAndTrainer(
  classifier: Classifier,
  { layer: name, optimizer = sgd() }: Pick<PrunerOptions, 'layer' | 'optimizer'>,
): Promise<{ readonly layer: DenseLayer; readonly trainer: Trainer }> {
  const { runtime, model } = classifier;
  const layer = findDenseLayer(classifier, name);
  const before = prune(model.graph, [{ name: layer.data, type: undefined, dims: undefined }]).initializers;
  const trainer = await makeTrainer(runtime, model, {
    optimizer,
    input: settingsOf(classifier.input),
    masked: [layer.weightName],
    trainable: (name) => !before.has(name),
  });
  return { layer, trainer };
}

/**
 * Makes sure, before images are read, that the model has a layer that can be pruned and retrained.
 * @throws DenseLayerError, TrainableWeightsError, UnsupportedOperatorsError
 */
export async function checkPrunable(classifier: Classifier, layer?: string): Promise<void> {
  const { trainer } = await layerAndTrainer(classifier, { layer });
  await trainer.release();
}

/**
 * Prepares the pruning of a dense layer. Layers before it are held as they are, so that its inputs mean the same before and
 * after; all others are retrained.
 * @throws DenseLayerError, TrainingDataError, TrainableWeightsError, UnsupportedOperatorsError
 */
export async function makePruner(classifier: Classifier, options: PrunerOptions): Promise<Pruner> {
  const { runtime, model } = classifier;
  const { learningRate = 0.1, batchSize = 100, neighbourhood = 8 } = options;
  const { layer, trainer } = await layerAndTrainer(classifier, options);
  try {
    const data = trainingImages(options.train, trainer.input, trainer.step.classes);
    checkEveryClass(data);
    const test = trainingImages(options.test, trainer.input, trainer.step.classes);
    const statistics = await inputStatistics(classifier, layer, data.images);
    const settings = { learningRate, batchSize };
    const prepared: Prepared = { trainer, layer, statistics, data, test, neighbourhood, settings };
    return {
      classifier,
      ...prepared,
      accuracy: await accuracyOf(runtime, model, test),
      prune: (rounds, choice = {}) => pruneInRounds(prepared, rounds, choice),
      release: () => trainer.release(),
    };
  } catch (error) {
    await trainer.release();
    throw error;
  }
}
