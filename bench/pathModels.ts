import { existsSync, readFileSync } from 'node:fs';
import { trainNetwork } from '../src/app/trainNetwork.ts';
import { loadDigits } from '../src/datasets/digits.ts';
import { fitImage, pictureAt } from '../src/datasets/fitImages.ts';
import { decodeImage } from '../src/datasets/imageFile.ts';
import type { Classifier } from '../src/model/classifier.ts';
import type { InputSettings } from '../src/model/inputSettings.ts';
import { loadClassifier } from '../src/model/loadClassifier.ts';
import { toInput } from '../src/model/pixels.ts';
import { concatRows, type Tensor } from '../src/onnx/tensor.ts';
import type { Picture } from '../src/pictures/picture.ts';
import type { Runtime } from '../src/runtime/runtime.ts';
import { architectures } from '../src/training/architectures.ts';
import { softmaxCrossEntropy } from '../src/training/losses.ts';
import { adam } from '../src/training/optimizers.ts';

/** A trained classifier and 20 images of what it was trained on. */
export interface PathModel {
  readonly name: string;
  readonly missing?: string;
  readonly load: (runtime: Runtime) => Promise<{ readonly classifier: Classifier; readonly images: Tensor<'float32'> }>;
}

const shared = new URL('../../shared/', import.meta.url);
const count = 20;

async function digits(): Promise<readonly Picture[]> {
  const { test } = await loadDigits();
  return Array.from({ length: count }, (_, i) => pictureAt(test, i));
}

/** Two photographs: the whole and four parts of each, as they are and mirrored. */
async function photographs(): Promise<readonly Picture[]> {
  const files = ['kitten_224.png', 'fish.png'].map((name) => new URL(`models/${name}`, shared));
  const pictures = await Promise.all(files.map((file) => decodeImage(readFileSync(file), file.pathname)));
  const places = [[0, 0, 1] as const, ...[0, 0.2].flatMap((y) => [0, 0.2].map((x) => [y, x, 0.8] as const))];
  return pictures.flatMap((picture) =>
    places.flatMap(([y, x, share]) => [false, true].map((isMirrored) => part(picture, { y, x, share, isMirrored }))),
  );
}

function part(
  { height, width, channels, data }: Picture,
  { y, x, share, isMirrored }: { y: number; x: number; share: number; isMirrored: boolean },
): Picture {
  const [rows, columns] = [Math.floor(height * share), Math.floor(width * share)];
  const [top, left] = [Math.floor(height * y), Math.floor(width * x)];
  const pixels = new Uint8Array(rows * columns * channels);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const from = ((top + row) * width + left + (isMirrored ? columns - 1 - column : column)) * channels;
      pixels.set(data.subarray(from, from + channels), (row * columns + column) * channels);
    }
  }
  return { height: rows, width: columns, channels, data: pixels };
}

interface Source {
  readonly name: string;
  /** Under `shared`. */
  readonly path?: string;
  readonly bytes: (runtime: Runtime) => Promise<Uint8Array>;
  readonly pictures: () => Promise<readonly Picture[]>;
  readonly input?: InputSettings;
}

function pathModel({ name, path, bytes, pictures, input }: Source): PathModel {
  const file = path === undefined ? undefined : new URL(path, shared);
  return {
    name,
    missing: file === undefined || existsSync(file) ? undefined : `${file.pathname} is not there`,
    async load(runtime) {
      const classifier = await loadClassifier(await bytes(runtime), { runtime, input });
      const channels = classifier.input.channels === 3 ? 3 : 1;
      const fitted = (await pictures()).map((picture) => fitImage(picture, { size: classifier.input, channels }));
      return { classifier, images: concatRows(fitted.map((picture) => toInput(picture, classifier.input))) };
    },
  };
}

function published(name: string, path: string, source: Pick<Source, 'pictures' | 'input'>): PathModel {
  return pathModel({ name, path, bytes: async () => readFileSync(new URL(path, shared)), ...source });
}

/** The network of `konkyo train c`, after five epochs of the embedded digits. */
async function trainedLenet(runtime: Runtime): Promise<Uint8Array> {
  const { train } = await loadDigits();
  const { bytes } = await trainNetwork(runtime, architectures.c.build(0), {
    images: train,
    optimizer: adam(),
    loss: softmaxCrossEntropy(),
    learningRate: 0.002,
    length: { epochs: 5 },
  });
  return bytes;
}

export const pathModels: readonly PathModel[] = [
  pathModel({ name: 'lenet, trained', bytes: trainedLenet, pictures: digits }),
  published('mnist-8', 'models/mnist-8-cntk/model.onnx', { pictures: digits, input: { scale: 1 } }),
  published('squeezenet', 'models/squeezenet11-fp32-derived/model.onnx', {
    pictures: photographs,
    input: { order: 'BGR', scale: 1, mean: [104, 117, 123] },
  }),
];
