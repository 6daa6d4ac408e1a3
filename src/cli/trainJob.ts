import type { LabelledImages } from '../datasets/labelledImages.ts';
import { writeModel } from '../onnx/writeModel.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { type ArchitectureName, architectures } from '../training/architectures.ts';
import type { Checkpoint } from '../training/checkpoint.ts';
import type { Optimizer } from '../training/optimizers.ts';
import type { Schedule } from '../training/schedules.ts';
import { type TrainingResult, type TrainOptions, trainModel } from '../training/train.ts';
import type { Progress } from './progress.ts';

export interface TrainJob {
  readonly runtime: Runtime;
  readonly architecture: ArchitectureName;
  readonly images: LabelledImages;
  readonly validation?: LabelledImages;
  readonly optimizer: Optimizer;
  readonly learningRate: number | Schedule;
  readonly length: TrainOptions['length'];
  readonly batchSize: number;
  readonly seed: number;
  readonly checkpoint?: Checkpoint;
  readonly signal?: AbortSignal;
  readonly progress: Progress;
}

export interface Trained extends TrainingResult {
  readonly bytes: Uint8Array;
  /** Of the best epoch, where there are validation images. */
  readonly accuracy?: number;
}

/** Trains one of the papers' networks, with progress a line (or a bar's step) each twentieth of the way. */
export async function runTrainJob(job: TrainJob): Promise<Trained> {
  const { runtime, architecture, images, validation, seed, checkpoint, signal, progress, ...settings } = job;
  let shown = -1;
  const result = await trainModel(runtime, architectures[architecture].build(seed), {
    ...settings,
    images,
    seed,
    ...(validation ? { validation } : {}),
    ...(checkpoint ? { checkpoint } : {}),
    ...(signal ? { signal } : {}),
    onProgress({ step, updates, loss, history }) {
      const tenth = Math.floor((10 * step) / updates);
      if (tenth === shown) return;
      shown = tenth;
      const accuracy = history.at(-1)?.accuracy;
      const reached = accuracy === undefined ? '' : `, accuracy ${percent(accuracy)}`;
      progress.update(tenth, 10, `Training: loss ${loss.toFixed(3)}${reached}`);
    },
  });
  progress.finish();
  const { history } = result;
  const accuracies = history.flatMap(({ accuracy }) => accuracy ?? []);
  return {
    ...result,
    bytes: writeModel(result.model),
    ...(accuracies.length > 0 ? { accuracy: Math.max(...accuracies) } : {}),
  };
}

export function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(1)}%`;
}
