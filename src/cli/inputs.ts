import { basename } from 'node:path';
import { pictureAt } from '../datasets/fitImages.ts';
import { decodeImage } from '../datasets/imageFile.ts';
import { imageAt, type LabelledImages } from '../datasets/labelledImages.ts';
import { namedDatasets } from '../datasets/namedDatasets.ts';
import { readNpy } from '../datasets/npy.ts';
import type { NpyArray } from '../datasets/npyTypes.ts';
import { readNpz } from '../datasets/npz.ts';
import type { Classifier } from '../model/classifier.ts';
import { checkImages } from '../model/classifier.ts';
import { InvalidInputError } from '../model/errors.ts';
import { type InputDescription, imageDims } from '../model/inputDescription.ts';
import { toInput } from '../model/pixels.ts';
import { float32, rows, type Tensor } from '../onnx/tensor.ts';
import type { DecodedImage } from '../pictures/decodedImage.ts';
import { resizeImage } from '../pictures/resizeImage.ts';
import type { NamedImage } from '../report/explanation/explainedView.ts';
import { datasetWithProgress } from './datasetWithProgress.ts';
import { readNamedFile } from './modelFile.ts';
import { progressTo } from './progress.ts';
import { UsageError } from './usageError.ts';

export interface InputOptions {
  /** Where the files of named data sets are, to look there first. */
  readonly dataDir?: string;
}

/** One image among the INPUT arguments, which is read when it is needed: of many, not all need be in memory. */
export interface ImageSource {
  readonly name: string;
  read(): Promise<NamedImage>;
}

/**
 * Reads the INPUT arguments: pictures, .npy and .npz files (model input as it is), or DATASET:INDEX, an image of the test set
 * of a named data set.
 */
export async function readInputs(
  inputs: readonly string[],
  classifier: Classifier,
  options: InputOptions = {},
): Promise<NamedImage[]> {
  const images: NamedImage[] = [];
  for (const source of await openInputs(inputs, classifier, options)) images.push(await source.read());
  return images;
}

/** The images of the INPUT arguments. Arrays are read to count their images; of several the last one read stays in memory. */
export async function openInputs(
  inputs: readonly string[],
  classifier: Classifier,
  options: InputOptions = {},
): Promise<ImageSource[]> {
  const opened = new Map<string, LabelledImages>();
  const arrays = lastArray(classifier);
  const lists: ImageSource[][] = [];
  for (const input of inputs) {
    const [, dataset, index] = /^([a-z][\w-]*):(\d+)$/i.exec(input) ?? [];
    if (dataset === undefined) {
      lists.push(await openFile(input, classifier, arrays));
    } else {
      const test = opened.get(dataset) ?? (await openTestSet(dataset, input, options));
      opened.set(dataset, test);
      const { label: truth } = imageAt(test, Number(index));
      const read = async () => ({
        name: input,
        image: toModelInput(pictureAt(test, Number(index)), classifier),
        truth,
      });
      lists.push([{ name: input, read }]);
    }
  }
  return lists.flat();
}

async function openFile(
  input: string,
  classifier: Classifier,
  arrays: (path: string) => Promise<NamedImage[]>,
): Promise<ImageSource[]> {
  const name = basename(input);
  if (/\.np[yz]$/i.test(input)) {
    return (await arrays(input)).map(({ name }, i) => ({
      name,
      async read() {
        const image = (await arrays(input))[i];
        if (image) return image;
        throw new InvalidInputError(`${input} has changed: image ${i} is gone. Leave it as it is meanwhile.`);
      },
    }));
  }
  const decoded = async (bytes: Uint8Array) => ({
    name,
    image: toModelInput(await decodeImage(bytes, input), classifier),
  });
  if (input !== '-') return [{ name, read: async () => decoded(await readNamedFile(input, 'input')) }];
  const bytes = await readNamedFile(input, 'input');
  return [{ name, read: () => decoded(bytes) }];
}

/** Reads files of arrays, and remembers the last. */
function lastArray(classifier: Classifier): (path: string) => Promise<NamedImage[]> {
  let last: { readonly path: string; readonly images: NamedImage[] } | undefined;
  return async (path) => {
    if (last?.path === path) return last.images;
    const bytes = await readNamedFile(path, 'input');
    const array = /\.npz$/i.test(path) ? onlyArray(readNpz(bytes, path), path) : readNpy(bytes, path);
    last = { path, images: fromArray(array, basename(path), classifier) };
    return last.images;
  };
}

async function openTestSet(dataset: string, input: string, options: InputOptions): Promise<LabelledImages> {
  const names = namedDatasets.map(({ name }) => name);
  if (names.includes(dataset)) return (await datasetWithProgress(dataset, options, progressTo())).test;
  throw new UsageError(`There is no data set "${dataset}" (in ${input}). There are: ${names.join(', ')}.`);
}

/** A picture brought to the model's size and channels, as model input. */
export function toModelInput(picture: DecodedImage, { input }: Classifier): Tensor<'float32'> {
  const sized =
    picture.height === input.height && picture.width === input.width ? picture : resizeImage(picture, input);
  return toInput(sized, input);
}

function onlyArray(arrays: ReadonlyMap<string, NpyArray>, file: string): NpyArray {
  const names = [...arrays.keys()];
  const array = arrays.get('input') ?? (arrays.size === 1 ? arrays.get(names[0] ?? '') : undefined);
  if (array) return array;
  throw new InvalidInputError(
    `${file} has the arrays ${names.join(', ')}: name the model input "input", or save it alone.`,
  );
}

/** An array's shape as [n, ...image], of one image or a batch in the shape the model takes or took. Another stays as it is. */
function batchDims(dims: readonly number[], input: InputDescription): readonly number[] {
  const image = imageDims(input);
  const isImage = (sizes: readonly number[]) =>
    [image, input.inFile ?? image].some(
      (own) => own.length === sizes.length && own.every((dim, i) => dim === sizes[i]),
    );
  const [count = 0, ...rest] = dims;
  if (isImage(rest)) return [count, ...image];
  if (isImage(dims)) return [1, ...image];
  return dims.length === 3 ? [1, ...dims] : dims;
}

/** Arrays are model input, not preprocessed: one image, or a batch of them. */
function fromArray(array: NpyArray, name: string, classifier: Classifier): NamedImage[] {
  if (array.type !== 'float32' && array.type !== 'float64' && array.type !== 'uint8') {
    throw new InvalidInputError(`${name} holds ${array.type}; save it as float32 (array.astype('float32')).`);
  }
  const dims = batchDims(array.dims, classifier.input);
  const images = float32(dims, Float32Array.from(array.data));
  try {
    checkImages(classifier, images);
  } catch (error) {
    if (error instanceof InvalidInputError) error.message = `${name}: ${error.message}`;
    throw error;
  }
  const count = dims[0] ?? 0;
  return Array.from({ length: count }, (_, i) => ({
    name: count === 1 ? name : `${name}[${i}]`,
    image: rows(images, i, i + 1),
  }));
}
