import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { trainingProgress } from '../app/trainNetwork.ts';
import type { Dataset } from '../datasets/dataset.ts';
import type { Model } from '../onnx/graph.ts';
import { readModel } from '../onnx/readModel.ts';
import { writeModel } from '../onnx/writeModel.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { type NetworkFor, testAccuracy, trainPaperNetwork } from '../studies/paperNetwork.ts';
import { stopIfInterrupted } from './interruption.ts';
import { writeWhole } from './output.ts';
import type { Progress } from './progress.ts';

interface Keeping {
  readonly runtime: Runtime;
  readonly dataset: Dataset;
  readonly quick: boolean;
  readonly progress: Progress;
  /** Trained networks are kept here: `a1-1.onnx` is network a1 with seed 1, `c-1-no-decay.onnx` network c without weight decay. Without it every one is trained anew. */
  readonly folder?: string;
}

/** A short training in the quick version: enough to see that everything works. */
const quickUpdates = 1_200;

/** The papers' networks, each trained once a folder. That one was taken from the folder is said. */
export function keptNetworks({ runtime, dataset, quick, progress, folder }: Keeping): NetworkFor {
  return async (architecture, seed, variant) => {
    const name = `${[architecture, seed, ...(variant ? [variant] : [])].join('-')}.onnx`;
    const label = `${architecture}, seed ${seed}${variant ? ', without weight decay' : ''}`;
    const path = folder === undefined ? undefined : join(folder, name);
    const kept = path === undefined ? undefined : await readKept(path);
    if (path !== undefined && kept) {
      progress.message(`Network ${label}: taken from ${path}`);
      return { model: kept, accuracy: await testAccuracy(runtime, kept, dataset) };
    }
    progress.message(`Network ${label}: training`);
    const shown = trainingProgress(progress.update);
    const trained = await trainPaperNetwork(architecture, seed, {
      runtime,
      dataset,
      updates: quick ? quickUpdates : undefined,
      variant,
      onProgress: (made) => {
        stopIfInterrupted();
        shown(made);
      },
    });
    if (path !== undefined) await writeWhole(path, writeModel(trained.model));
    return trained;
  };
}

async function readKept(path: string): Promise<Model | undefined> {
  try {
    return readModel(await readFile(path));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
