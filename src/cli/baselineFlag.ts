import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageDistribution } from '../attribution/gradient/backgroundData.ts';
import { pictureAt } from '../datasets/fitImages.ts';
import { namedDatasets } from '../datasets/namedDatasets.ts';
import type { Classifier } from '../model/classifier.ts';
import { toFittedInput } from '../model/pixels.ts';
import { FileError } from '../node/namedFile.ts';
import { concatRows, type Tensor } from '../onnx/tensor.ts';
import { datasetWithProgress } from './datasetWithProgress.ts';
import { readInputs } from './inputs.ts';
import { progressTo } from './progress.ts';

/** Of larger collections so many images are taken, evenly spread: more change an expectation over 100 samples little. */
const mostBaselines = 200;

/** Reads --baselines: a folder of pictures, an .npy or .npz file of model input, or the name of a data set. */
export function parseBaselines(flag: string): ImageDistribution {
  return {
    name: flag,
    images: async (classifier) =>
      concatRows(
        namedDatasets.some(({ name }) => name === flag)
          ? await fromDataset(flag, classifier)
          : await fromFiles(flag, classifier),
      ),
  };
}

async function fromDataset(name: string, classifier: Classifier): Promise<Tensor<'float32'>[]> {
  const { train } = await datasetWithProgress(name, {}, progressTo());
  return spread(Array.from({ length: train.count }, (_, i) => i)).map((i) =>
    toFittedInput(pictureAt(train, i), classifier.input),
  );
}

async function fromFiles(path: string, classifier: Classifier): Promise<Tensor<'float32'>[]> {
  const found = await stat(path).catch((cause: unknown) => {
    const names = namedDatasets.map(({ name }) => name).join(', ');
    throw new FileError(
      `There are no baselines at ${path}: --baselines takes a folder of pictures, an .npy or .npz file, or one of ${names}.`,
      { cause },
    );
  });
  const files = found.isDirectory() ? await picturesIn(path) : [path];
  return spread(await readInputs(spread(files), classifier)).map(({ image }) => image);
}

async function picturesIn(folder: string): Promise<string[]> {
  const found = await readdir(folder).catch((cause: unknown) => {
    throw new FileError(`The baselines folder ${folder} cannot be read: check its permissions.`, { cause });
  });
  const names = found.filter((name) => /\.(png|jpe?g|webp)$/i.test(name)).sort();
  if (names.length === 0)
    throw new FileError(`There are no PNG, JPEG or WebP pictures in the baselines folder ${folder}.`);
  return names.map((name) => join(folder, name));
}

function spread<T>(all: readonly T[]): T[] {
  const count = Math.min(all.length, mostBaselines);
  return Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)]).filter(
    (item) => item !== undefined,
  );
}
