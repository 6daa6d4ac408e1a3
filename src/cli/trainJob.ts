import type { LabelledImages } from '../datasets/labelledImages.ts';
import type { InputDescription, InputSettings } from '../model/inputDescription.ts';
import type { Model } from '../onnx/graph.ts';
import { writeModel } from '../onnx/writeModel.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { accuracyOf } from '../training/accuracy.ts';
import { type ArchitectureName, architectures } from '../training/architectures.ts';
import type { Checkpoint } from '../training/checkpoint.ts';
import type { Optimizer } from '../training/optimizers.ts';
import type { Schedule } from '../training/schedules.ts';
import { type CheckpointKeeping, type TrainingResult, type TrainOptions, train } from '../training/train.ts';
import { makeTrainer } from '../training/trainer.ts';
import { trainingImages } from '../training/trainingImages.ts';
import type { Progress } from './progress.ts';

export type TrainJob = TrainJobSettings &
  (
    | { readonly architecture: ArchitectureName }
    /** A model to train further, with a free batch dimension, and how pixels become its input. */
    | { readonly model: Model; readonly input: InputSettings }
  );

interface TrainJobSettings {
  readonly runtime: Runtime;
  readonly images: LabelledImages;
  /** Held out of training; the weights of the epoch that does best on them are kept. */
  readonly validation?: LabelledImages;
  /** For the accuracy at the end alone: nothing is chosen by them. */
  readonly test?: LabelledImages;
  readonly optimizer: Optimizer;
  readonly learningRate: number | Schedule;
  readonly length: TrainOptions['length'];
  readonly batchSize: number;
  readonly seed: number;
  readonly patience?: number;
  readonly checkpoint?: Checkpoint;
  readonly signal?: AbortSignal;
  readonly keep?: CheckpointKeeping;
  readonly progress: Progress;
}

export interface Trained extends TrainingResult {
  readonly bytes: Uint8Array;
  readonly input: InputDescription;
  /** On the test images, else on the validation images in the best epoch, where there are any. */
  readonly accuracy?: number;
}

/** Trains a network with progress, a line (or a bar's step) each tenth of the way. */
export async function runTrainJob(job: TrainJob): Promise<Trained> {
  const { runtime, images, validation, test, optimizer, progress } = job;
  const model = 'model' in job ? job.model : architectures[job.architecture].build(job.seed);
  const trainer = await makeTrainer(runtime, model, { optimizer, ...('input' in job ? { input: job.input } : {}) });
  const { input } = trainer;
  try {
    // Before the training, so that images that do not fit are found at once.
    const testImages = test && trainingImages(test, input, trainer.step.classes);
    const { length, learningRate, batchSize, seed, patience, checkpoint, signal, keep } = job;
    const result = await train(trainer, {
      images,
      length,
      learningRate,
      batchSize,
      seed,
      ...(validation ? { validation } : {}),
      patience,
      ...(checkpoint ? { checkpoint } : {}),
      signal,
      ...(keep ? { keep } : {}),
      onProgress: inTenths(progress),
    });
    progress.finish();
    const tested =
      testImages === undefined || result.stopped === 'aborted'
        ? undefined
        : await accuracyOf(runtime, result.model, testImages);
    const accuracy = tested ?? result.checkpoint.best?.accuracy;
    return { ...result, input, bytes: writeModel(result.model), ...(accuracy === undefined ? {} : { accuracy }) };
  } finally {
    await trainer.release();
  }
}

/** Progress of a training, a line (or a bar's step) each tenth of the way. */
export function inTenths(progress: Progress): NonNullable<TrainOptions['onProgress']> {
  let shown = -1;
  return ({ step, updates, loss, history }) => {
    const tenth = Math.floor((10 * step) / updates);
    if (tenth === shown) return;
    shown = tenth;
    const accuracy = history.at(-1)?.accuracy;
    const reached = accuracy === undefined ? '' : `, accuracy ${percent(accuracy)}`;
    progress.update(tenth, 10, `Training: loss ${loss.toFixed(3)}${reached}`);
  };
}

export function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(1)}%`;
}
