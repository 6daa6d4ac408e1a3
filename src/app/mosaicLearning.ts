import type { MosaicDataset } from '../datasets/mosaic/mosaic.ts';
import type { InputSettings } from '../model/inputDescription.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { measureMosaics } from '../training/mosaic/measures.ts';
import type { MosaicNetworkName } from '../training/mosaic/networks.ts';
import { imagesToLearn, isMosaicWeight, mosaicTasks } from '../training/mosaic/tasks.ts';
import type { TrainNetworkOptions } from './trainNetwork.ts';

/** What `trainNetwork` is told of a network of mosaics, and what the model's description says of it. */
interface MosaicLearning {
  readonly learned: Pick<TrainNetworkOptions, 'images' | 'measure' | 'loss' | 'output' | 'trainable'>;
  readonly described: Pick<InputSettings, 'classes' | 'task'>;
}

/** Learns from the training mosaics; how well it answers is measured on the test mosaics. */
export function mosaicLearning(runtime: Runtime, name: MosaicNetworkName, mosaics: MosaicDataset): MosaicLearning {
  const { task, classNames, loss, output } = mosaicTasks[name];
  return {
    learned: {
      images: imagesToLearn(name, mosaics.train),
      measure: (model) => measureMosaics(runtime, model, name, mosaics.test),
      loss,
      output,
      trainable: isMosaicWeight,
    },
    described: { task, ...(classNames.length > 0 ? { classes: [...classNames] } : {}) },
  };
}
