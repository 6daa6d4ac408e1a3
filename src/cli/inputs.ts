import { basename } from 'node:path';
import type { Classifier } from '../classifier/classifier.ts';
import { checkImages } from '../classifier/classifier.ts';
import { InvalidInputError } from '../classifier/errors.ts';
import { toInput, withChannels } from '../classifier/pixels.ts';
import type { DecodedImage } from '../datasets/decodedImage.ts';
import { loadDigits } from '../datasets/digits.ts';
import { decodeImage } from '../datasets/imageFile.ts';
import { imageAt } from '../datasets/labelledImages.ts';
import { readNpy } from '../datasets/npy.ts';
import type { NpyArray } from '../datasets/npyTypes.ts';
import { readNpz } from '../datasets/npz.ts';
import { resizeImage } from '../datasets/resizeImage.ts';
import { float32, rows, type Tensor } from '../onnx/tensor.ts';
import type { NamedImage } from '../report/explainedView.ts';
import { readNamedFile } from './modelFile.ts';
import { UsageError } from './usageError.ts';

/** Reads the INPUT arguments: pictures, .npy and .npz files (model input as it is), or DATASET:INDEX. */
export async function readInputs(inputs: readonly string[], classifier: Classifier): Promise<NamedImage[]> {
  const lists: NamedImage[][] = [];
  for (const input of inputs) lists.push(await readInput(input, classifier));
  return lists.flat();
}

async function readInput(input: string, classifier: Classifier): Promise<NamedImage[]> {
  const [, dataset, index] = /^([a-z][\w-]*):(\d+)$/i.exec(input) ?? [];
  if (dataset !== undefined) return [await fromDataset(input, dataset, Number(index), classifier)];
  const bytes = await readNamedFile(input, 'input');
  const name = basename(input);
  if (/\.npy$/i.test(input)) return fromArray(readNpy(bytes, input), name, classifier);
  if (/\.npz$/i.test(input)) return fromArray(onlyArray(readNpz(bytes, input), input), name, classifier);
  return [{ name, image: toModelInput(await decodeImage(bytes, input), classifier) }];
}

async function fromDataset(input: string, dataset: string, index: number, classifier: Classifier): Promise<NamedImage> {
  if (dataset !== 'digits') throw new UsageError(`There is no data set "${dataset}" (in ${input}). There is: digits.`);
  const { data, height, width, label } = imageAt((await loadDigits()).test, index);
  return { name: input, image: toModelInput({ data, height, width, channels: 1 }, classifier), truth: label };
}

function toModelInput(picture: DecodedImage, { input }: Classifier): Tensor<'float32'> {
  const sized =
    picture.height === input.height && picture.width === input.width ? picture : resizeImage(picture, input);
  return toInput(withChannels(sized, input.channels), input);
}

function onlyArray(arrays: ReadonlyMap<string, NpyArray>, file: string): NpyArray {
  const names = [...arrays.keys()];
  const array = arrays.get('input') ?? (arrays.size === 1 ? arrays.get(names[0] ?? '') : undefined);
  if (array) return array;
  throw new InvalidInputError(
    `${file} has the arrays ${names.join(', ')}: name the model input "input", or save it alone.`,
  );
}

/** Arrays are model input, not preprocessed: one image, or a batch of them. */
function fromArray(array: NpyArray, name: string, classifier: Classifier): NamedImage[] {
  if (array.type !== 'float32' && array.type !== 'float64' && array.type !== 'uint8') {
    throw new InvalidInputError(`${name} holds ${array.type}; save it as float32 (array.astype('float32')).`);
  }
  const dims = array.dims.length === 3 ? [1, ...array.dims] : array.dims;
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
