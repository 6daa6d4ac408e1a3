import { mosaicLearning } from '../app/mosaicLearning.ts';
import type { TrainNetworkOptions } from '../app/trainNetwork.ts';
import { type Dataset, splitEvery } from '../datasets/dataset.ts';
import { loadMosaics } from '../datasets/mosaic/loadMosaics.ts';
import type { InputDescription, InputSettings } from '../model/inputDescription.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { MosaicNetworkName } from '../training/mosaic/networks.ts';
import { UsageError } from './flags.ts';
import { datasetWithProgress } from './inputs.ts';
import type { Progress } from './progress.ts';

/** What a network learns from, and what its description says beside its input. */
export interface TrainMaterial {
  readonly learned: Pick<
    TrainNetworkOptions,
    'images' | 'validation' | 'test' | 'measure' | 'loss' | 'output' | 'trainable'
  >;
  readonly described: (input: InputDescription) => Pick<InputSettings, 'classes' | 'task'>;
}

/** The flags of `konkyo train` that say what is learned. */
export interface MaterialFlags {
  readonly dataset?: string;
  readonly dataDir?: string;
  readonly size?: string;
  readonly patience?: string;
}

interface ClassMaterialOptions {
  readonly channels: 1 | 3;
  readonly size: InputSettings['size'];
  /** Whether some images are held out. */
  readonly validated: boolean;
}

/** Where validation is called for, every sixth training image of a class: 10,000 of MNIST's 60,000. */
const validateEvery = 6;

/** What all networks but those of mosaics are trained on where nothing is said. */
const usualDataset = 'digits';

/** The data set that a training is of. */
export function datasetNameOf({ dataset }: MaterialFlags, mosaic: boolean): string {
  return dataset ?? (mosaic ? 'mosaic' : usualDataset);
}

/** Images with their classes. @throws what `openDataset` throws */
export async function classMaterial(
  flags: MaterialFlags,
  { channels, size, validated }: ClassMaterialOptions,
  progress: Progress,
): Promise<TrainMaterial> {
  const [height, width] = typeof size === 'number' ? [size, size] : (size ?? []);
  const dataset = await datasetWithProgress(
    datasetNameOf(flags, false),
    {
      channels,
      size: height === undefined || width === undefined ? undefined : { height, width },
      dataDir: flags.dataDir,
    },
    progress,
  );
  return {
    learned: imagesFor(dataset, validated),
    described: ({ classes }) => ({ classes: [...classNamesOf(dataset, classes)] }),
  };
}

/** Mosaics with what the network learns of them. @throws UsageError for flags that mosaics leave no choice of */
export async function mosaicMaterial(
  name: MosaicNetworkName,
  { dataset, size, patience }: MaterialFlags,
  runtime: Runtime,
): Promise<TrainMaterial> {
  if (dataset !== undefined && dataset !== 'mosaic') {
    throw new UsageError(`${name} learns what only mosaics are known to show: leave --dataset out, or give mosaic.`);
  }
  if (size !== undefined) throw new UsageError(`Mosaics are 96x96, and ${name} takes no others: leave --size out.`);
  if (patience !== undefined) {
    throw new UsageError(`--patience counts right classes, which ${name} does not learn: give --updates or --epochs.`);
  }
  const { learned, described } = mosaicLearning(runtime, name, await loadMosaics());
  return { learned, described: () => described };
}

function imagesFor({ train, test }: Dataset, validated: boolean) {
  const { rest, held } = splitEvery(train, validateEvery);
  return validated && held.count > 0 ? { images: rest, validation: held, test } : { images: train, test };
}

/** The data set's names for the classes; where it only has numbers, those that the model came with. */
function classNamesOf({ train }: Dataset, known: readonly string[] | undefined): readonly string[] {
  const numbersOnly = train.classNames.every((name, label) => name === String(label));
  return numbersOnly && known ? known : train.classNames;
}
