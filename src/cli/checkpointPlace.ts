import { rm, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { writeBeside } from '../datasets/writeBeside.ts';
import type { Checkpoint } from '../training/checkpoint.ts';
import { writeCheckpoint } from '../training/checkpointFile.ts';
import { tryFile, writeWhole } from './output.ts';
import type { Progress } from './progress.ts';

/** Where a training keeps what it has come to, until its model is written. */
export interface CheckpointPlace {
  readonly path: string;
  /** While it trains: where it cannot be saved, that is said once, and the training goes on. */
  readonly save: (checkpoint: Checkpoint) => Promise<void>;
  /** When it stops. @returns where the checkpoint is. @throws OutputError */
  readonly saveLast: (checkpoint: Checkpoint) => Promise<string>;
  /** Removes what was saved, where there is something. */
  readonly remove: () => Promise<void>;
  readonly isSaved: () => boolean;
}

/**
 * `OUT.checkpoint.npz`. An earlier training's checkpoint is never written over by another than the one that goes on from
 * it: then it is `OUT.checkpoint-2.npz`, and so on.
 * @throws OutputError
 */
export async function checkpointPlace(
  out: string,
  resumed: string | undefined,
  progress: Progress,
): Promise<CheckpointPlace> {
  const isOwn = (path: string) => resumed !== undefined && resolve(resumed) === resolve(path);
  const name = (turn: number) => `${out}.checkpoint${turn === 1 ? '' : `-${turn}`}.npz`;
  let turn = 1;
  while (!isOwn(name(turn)) && (await exists(name(turn)))) turn += 1;
  const path = name(turn);
  if (turn > 1 && resumed === undefined) {
    progress.message(`There is the checkpoint of an interrupted training: --resume ${name(turn - 1)} goes on from it.`);
  }
  await tryFile(path);
  let [isSaved, isWarned] = [false, false];
  return {
    path,
    async save(checkpoint) {
      try {
        await writeBeside(path, writeCheckpoint(checkpoint));
        isSaved = true;
      } catch (cause) {
        const why = cause instanceof Error ? cause.message : String(cause);
        if (!isWarned) progress.message(`The checkpoint cannot be saved (${why}); the training goes on without.`);
        isWarned = true;
      }
    },
    saveLast: (checkpoint) => writeWhole(path, writeCheckpoint(checkpoint)),
    async remove() {
      if (isSaved) await rm(path, { force: true });
    },
    isSaved: () => isSaved,
  };
}

/** Runs a training; should it fail, its last checkpoint is named. */
export async function keptUntilDone<T>(place: CheckpointPlace, progress: Progress, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (place.isSaved()) progress.message(`The last checkpoint of the training: ${place.path}`);
    throw error;
  }
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
