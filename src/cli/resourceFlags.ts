import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { BackgroundData } from '../attribution/gradient/backgroundData.ts';
import type { SegmentImage, SegmentSource } from '../attribution/perturbation/segments.ts';
import { pictureAt } from '../datasets/fitImages.ts';
import { decodeImage } from '../datasets/imageFile.ts';
import { namedDatasets } from '../datasets/namedDatasets.ts';
import { readNpy } from '../datasets/npy.ts';
import type { Classifier } from '../model/classifier.ts';
import { toFittedInput } from '../model/pixels.ts';
import { inputFiles } from '../node/inputFiles.ts';
import { FileError, readNamedFile } from '../node/namedFile.ts';
import { concatRows, type Tensor } from '../onnx/tensor.ts';
import { datasetWithProgress, readInputs } from './inputs.ts';
import { progressTo } from './progress.ts';

/** Of larger collections so many images are taken, evenly spread: more change an expectation over 100 samples little. */
const mostBaselines = 200;

/** Reads --baselines: a folder of pictures, an .npy or .npz file of model input, or the name of a data set. */
export function parseBaselines(flag: string): BackgroundData {
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
  await stat(path).catch((cause: unknown) => {
    const names = namedDatasets.map(({ name }) => name).join(', ');
    throw new FileError(
      `There are no baselines at ${path}: --baselines takes a folder of pictures, an .npy or .npz file, or one of ${names}.`,
      { cause },
    );
  });
  const { files } = await inputFiles([path]);
  return spread(await readInputs(spread(files), classifier)).map(({ image }) => image);
}

function spread<T>(all: readonly T[]): T[] {
  const count = Math.min(all.length, mostBaselines);
  return Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)]).filter(
    (item) => item !== undefined,
  );
}

/** Reads --segments: an .npy array [height, width] of whole numbers, or a picture in which every colour is a segment. */
export function parseSegments(path: string): SegmentSource {
  return { name: basename(path), read: () => readSegments(path) };
}

/** @throws FileError, FileFormatError */
async function readSegments(path: string): Promise<SegmentImage> {
  const bytes = await readNamedFile(path, 'segments');
  if (!/\.npy$/i.test(path)) {
    const { height, width, channels, data } = await decodeImage(bytes, path);
    const labels = Array.from({ length: height * width }, (_, pixel) =>
      data.subarray(pixel * channels, (pixel + 1) * channels).reduce((label, byte) => label * 256 + byte, 0),
    );
    return { height, width, labels };
  }
  const { dims, data } = readNpy(bytes, path);
  const [height, width, ...more] = dims;
  if (height === undefined || width === undefined || more.length > 0) {
    throw new FileError(`The segments ${path} have the shape [${dims}]; save them as [height, width].`);
  }
  return { height, width, labels: Array.from(data as ArrayLike<number | bigint>, Number) };
}
