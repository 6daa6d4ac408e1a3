import type { Tensor } from '../onnx/tensor.ts';
import type { RandomPosition } from '../random/random.ts';
import { CheckpointError } from './errors.ts';
import type { TrainingState } from './trainer.ts';
import type { TrainingIdentity } from './trainingIdentity.ts';

/** One pass over the training images, or the part of it that was made. */
export interface EpochRecord {
  /** The epoch's number, counted from 1. */
  readonly epoch: number;
  /** Updates made at its end. */
  readonly step: number;
  /** Mean over its batches, each before its update. */
  readonly loss: number;
  /** Share of validation images classified rightly, where there are any. */
  readonly accuracy?: number;
}

/** The best weights so far, and the epoch that gave them. */
export interface Best {
  readonly accuracy: number;
  readonly epoch: number;
  readonly state: TrainingState;
}

/** What a training has come to: enough to go on as if it had not stopped, to the same bytes. */
export interface Checkpoint {
  readonly state: TrainingState;
  /** The model, data and settings, which must be the same to go on. */
  readonly identity: TrainingIdentity;
  /** Where the random numbers stood before the current epoch's order was drawn. */
  readonly random: RandomPosition;
  /** Batches of the current epoch that are done, and the sum of their losses. */
  readonly batches: number;
  readonly lossSum: number;
  readonly history: readonly EpochRecord[];
  readonly best?: Best;
}

/**
 * @param initial what the training starts with where it has no checkpoint: the same arrays in the same shapes.
 * @throws CheckpointError naming the array that is missing, superfluous, of another shape, or holds no numbers.
 */
export function checkStates({ state, best }: Checkpoint, initial: TrainingState): void {
  for (const one of best ? [state, best.state] : [state]) {
    for (const kind of ['weights', 'memory'] as const) {
      const [wanted, found] = [initial[kind], one[kind]];
      const wrong = [...Object.keys(wanted), ...Object.keys(found)].find((name) => !isLike(wanted[name], found[name]));
      if (wrong === undefined) continue;
      throw new CheckpointError(
        `The checkpoint's ${kind} "${wrong}" are ${described(found[wrong])}, where this training has ${described(wanted[wrong])}: the file is damaged, or of another training. Start anew without it.`,
      );
    }
  }
}

function isLike(wanted: Tensor | undefined, found: Tensor<'float32'> | undefined): boolean {
  if (!wanted || !found || wanted.dims.length !== found.dims.length) return false;
  return wanted.dims.every((dim, i) => dim === found.dims[i]) && found.data.every(Number.isFinite);
}

function described(t: Tensor<'float32'> | undefined): string {
  if (!t) return 'none';
  return `[${t.dims}]${t.data.every(Number.isFinite) ? '' : ' with NaN or infinite numbers'}`;
}

/**
 * @param perEpoch batches in an epoch.
 * @throws CheckpointError where epochs, batches and updates do not add up.
 */
export function checkPosition({ state, batches, history, best }: Checkpoint, perEpoch: number): void {
  const numbered = history.every(({ epoch }, i) => epoch === i + 1);
  const bestThere = best === undefined || (best.epoch >= 1 && best.epoch <= history.length);
  // A checkpoint kept after an epoch's last batch has them all: the epoch is closed when the training goes on.
  if (numbered && bestThere && batches <= perEpoch && state.step === history.length * perEpoch + batches) return;
  throw new CheckpointError(
    `The checkpoint says ${state.step} updates in ${history.length} epochs of ${perEpoch} and ${batches} batches, which does not add up: the file is damaged. Start anew without it.`,
  );
}
