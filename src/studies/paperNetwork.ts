import { type Dataset, splitEvery } from '../datasets/dataset.ts';
import { findImageInput } from '../model/imageInput.ts';
import { describeInput } from '../model/inputDescription.ts';
import type { Model } from '../onnx/graph.ts';
import { scoped } from '../runtime/release.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { accuracyOf } from '../training/accuracy.ts';
import { type ArchitectureName, architectures } from '../training/architectures.ts';
import type { Progress, TrainOptions } from '../training/plan.ts';
import { type Recipe, recipes } from '../training/recipes.ts';
import type { Schedule } from '../training/schedules.ts';
import { train } from '../training/train.ts';
import { makeTrainer } from '../training/trainer.ts';
import { trainingImages } from '../training/trainingImages.ts';

/** All networks of the papers tell ten classes apart. */
const digits = 10;

/** A paper's network with trained weights. */
interface PaperNetwork {
  /** Opset 21, `input` [N, 1, 28, 28] in [0, 1] -> `logits` [N, 10]. */
  readonly model: Model;
  /** Share of the data set's test images it gets right. */
  readonly accuracy: number;
  /** On the images held out of training, where the recipe holds any out. */
  readonly validation?: number;
}

/** @param variant 'no-decay': trained by the recipe without its weight decay. */
export type NetworkFor = (
  architecture: ArchitectureName,
  seed: number,
  variant?: NetworkVariant,
) => Promise<PaperNetwork>;

export type NetworkVariant = 'no-decay';

interface PaperTraining {
  readonly runtime: Runtime;
  readonly dataset: Dataset;
  /** In place of the recipe's length. */
  readonly updates?: number;
  readonly variant?: NetworkVariant;
  readonly onProgress?: (progress: Progress) => void;
}

/**
 * Trains one of the papers' networks by its recipe. Where that holds images out for validation, they are every sixth of a
 * class: 10,000 of MNIST's 60,000.
 */
export async function trainPaperNetwork(
  architecture: ArchitectureName,
  seed: number,
  { runtime, dataset, updates, variant, onProgress }: PaperTraining,
): Promise<PaperNetwork> {
  const recipe: Recipe = recipes[architecture];
  return scoped(async (keep) => {
    const trainer = await keep(
      makeTrainer(runtime, architectures[architecture].build(seed), {
        optimizer: (variant === 'no-decay' && recipe.undecayed?.()) || recipe.optimizer(),
      }),
    );
    const length: TrainOptions['length'] = updates === undefined ? recipe.length : { updates };
    const { model, checkpoint } = await train(trainer, {
      ...imagesFor(dataset, recipe),
      length,
      learningRate: updates === undefined ? recipe.learningRate : stretched(recipe, updates),
      batchSize: recipe.batchSize,
      seed,
      onProgress,
    });
    return {
      model,
      accuracy: await testAccuracy(runtime, model, dataset),
      validation: checkpoint.best?.accuracy,
    };
  });
}

/** Share of a data set's test images that a paper's network gets right. */
export function testAccuracy(runtime: Runtime, model: Model, { test }: Dataset): Promise<number> {
  const input = describeInput(findImageInput(model.graph), {});
  return accuracyOf(runtime, model, trainingImages(test, input, digits));
}

/** What a recipe trains on, and what it holds out. */
export function imagesFor(
  { train }: Dataset,
  { validationImages }: Recipe,
): Pick<TrainOptions, 'images' | 'validation'> {
  if (validationImages === 0) return { images: train };
  const { rest, held } = splitEvery(train, 6);
  return { images: rest, validation: held };
}

/** The recipe's schedule over another number of updates. */
function stretched({ learningRate, length }: Recipe, updates: number): Schedule {
  if (!('updates' in length)) return learningRate;
  return (step) => learningRate((step * length.updates) / updates);
}
