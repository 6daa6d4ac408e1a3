import type { RandomPosition } from '../random/random.ts';
import { CheckpointError } from './errors.ts';
import type { TrainingState } from './trainer.ts';

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

export interface TrainingIdentity {
  readonly seed: number;
  readonly batchSize: number;
  readonly images: number;
  readonly data: string;
  readonly optimizer: string;
  readonly weights: string;
}

/** @throws CheckpointError naming what differs between the checkpoint and the training that is to go on from it. */
export function checkSameTraining(checkpoint: TrainingIdentity, now: TrainingIdentity): void {
  const fields = ['seed', 'batchSize', 'images', 'data', 'optimizer', 'weights'] as const;
  const different = fields.filter((field) => checkpoint[field] !== now[field]);
  if (different.length === 0) return;
  const list = different.map((field) => `  ${field}: ${checkpoint[field]} then, ${now[field]} now`).join('\n');
  throw new CheckpointError(
    `The checkpoint is of another training:\n${list}\nGo on with the same model, data and settings, or start anew without the checkpoint.`,
  );
}
