import type { LabelledImages } from '../datasets/labelledImages.ts';
import type { InputDescription, InputSettings } from '../model/inputDescription.ts';
import type { Model } from '../onnx/graph.ts';
import { writeModel } from '../onnx/writeModel.ts';
import type { WorkOptions } from '../progress.ts';
import { scoped } from '../runtime/release.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { accuracyOf } from '../training/accuracy.ts';
import type { QualityFigure } from '../training/mosaic/measures.ts';
import type { TrainOptions } from '../training/plan.ts';
import { type TrainingResult, train } from '../training/train.ts';
import { makeTrainer, type TrainerOptions } from '../training/trainer.ts';
import { trainingImages } from '../training/trainingImages.ts';

/** Which network is trained, on which images, and how long. */
export interface TrainNetworkOptions
  extends Omit<TrainOptions, 'masks' | 'onProgress'>,
    Omit<TrainerOptions, 'input' | 'masked'>,
    WorkOptions {
  /** How pixels become the model's input, where it is not one of konkyo's architectures. */
  readonly input?: InputSettings;
  /** For the accuracy at the end alone: nothing is chosen by them. */
  readonly test?: LabelledImages;
  /** In place of the accuracy, for a network that does not tell classes apart. */
  readonly measure?: (model: Model) => Promise<readonly QualityFigure[]>;
}

/** A trained network, with its file and how it did. */
export interface Trained extends TrainingResult {
  /** The model as a file. */
  readonly bytes: Uint8Array;
  readonly input: InputDescription;
  /** On the test images, else on the validation images in the best epoch, where there are any. */
  readonly accuracy?: number;
  /** What was measured in place of it. */
  readonly figures?: readonly QualityFigure[];
}

/**
 * What `konkyo train` does: trains a model with a free batch dimension, and measures it on images it has not seen.
 * @throws what `makeTrainer` and `train` throw.
 */
export function trainNetwork(runtime: Runtime, model: Model, options: TrainNetworkOptions): Promise<Trained> {
  const { input: settings, test, measure, optimizer, loss, output, trainable, progress } = options;
  return scoped(async (keep) => {
    const trainer = await keep(makeTrainer(runtime, model, { optimizer, loss, output, trainable, input: settings }));
    const { input } = trainer;
    // Before the training, so that images that do not fit are found at once.
    const testImages = test && trainingImages(test, input, trainer.step.classes);
    const result = await train(trainer, { ...options, onProgress: trainingProgress(progress) });
    progress?.(10, 10, 'done');
    const tested =
      testImages === undefined || result.stopped === 'aborted'
        ? undefined
        : await accuracyOf(runtime, result.model, testImages);
    const figures = result.stopped === 'aborted' ? undefined : await measure?.(result.model);
    const accuracy = tested ?? result.checkpoint.best?.accuracy;
    return { ...result, input, bytes: writeModel(result.model), accuracy, figures };
  });
}

/** A training told of each tenth of the way, with its loss and the accuracy it has reached. */
export function trainingProgress(progress: WorkOptions['progress']): NonNullable<TrainOptions['onProgress']> {
  let shown = -1;
  return ({ step, updates, loss, history }) => {
    const tenth = Math.floor((10 * step) / updates);
    if (tenth === shown) return;
    shown = tenth;
    const accuracy = history.at(-1)?.accuracy;
    const reached = accuracy === undefined ? '' : `, accuracy ${percent(accuracy)}`;
    progress?.(tenth, 10, `Training: loss ${loss.toFixed(3)}${reached}`);
  };
}

export function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(1)}%`;
}
