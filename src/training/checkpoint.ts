import type { RandomPosition } from '../random/random.ts';
import type { TrainingState } from './trainer.ts';
import type { TrainingIdentity } from './trainingIdentity.ts';

/** One pass over the training images, or the part of it that was made. */
export interface EpochRecord {
  /** From 1. */
  readonly epoch: number;
  /** Updates made at its end. */
  readonly step: number;
  /** Mean over its batches, each before its update. */
  readonly loss: number;
  /** Share of validation images classified rightly, where there are any. */
  readonly accuracy?: number;
}

/** Where the best weights so far were found. */
export interface Best {
  readonly accuracy: number;
  readonly epoch: number;
  readonly state: TrainingState;
}

/** What a training has come to: enough to go on as if it had not stopped, to the same bytes. */
export interface Checkpoint {
  readonly state: TrainingState;
  /** What must be the same to go on. */
  readonly identity: TrainingIdentity;
  /** Where the random numbers stood before the current epoch's order was drawn. */
  readonly random: RandomPosition;
  /** Batches of the current epoch that are done, and the sum of their losses. */
  readonly batches: number;
  readonly lossSum: number;
  readonly history: readonly EpochRecord[];
  readonly best?: Best;
}
