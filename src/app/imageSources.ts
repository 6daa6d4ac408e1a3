import { pictureAt } from '../datasets/fitImages.ts';
import { imageAt, type LabelledImages } from '../datasets/labelledImages.ts';
import { readNpy } from '../datasets/npy.ts';
import type { NpyArray } from '../datasets/npyTypes.ts';
import { readNpz } from '../datasets/npz.ts';
import { type Classifier, checkImages } from '../model/classifier.ts';
import { InvalidInputError } from '../model/errors.ts';
import { type InputDescription, imageDims } from '../model/inputDescription.ts';
import { toFittedInput } from '../model/pixels.ts';
import { float32, rows } from '../onnx/tensor.ts';
import type { Picture } from '../pictures/picture.ts';
import type { NamedImage } from '../report/explanation/explainedView.ts';

/** Whatever says what a model takes. */
export type Described = Pick<Classifier, 'input'>;

/** One image to explain, which is read when it is needed: of many, not all need be in memory. */
export interface ImageSource {
  /** What the user calls it. */
  readonly name: string;
  read(): Promise<NamedImage>;
}

/** What reading images takes from its surroundings: files and data sets of a disk, or of a web page. */
export interface ImageReader {
  /** What a file is called in the report. */
  readonly nameOf: (path: string) => string;
  /** The contents of a file. */
  readonly read: (path: string) => Promise<Uint8Array>;
  readonly decode: (bytes: Uint8Array, path: string) => Promise<Picture>;
  /** The test images of a named data set. @param input as it was given, for a message. */
  readonly testSet: (dataset: string, input: string) => Promise<LabelledImages>;
}

/**
 * The images that names stand for: pictures, .npy and .npz files (model input as it is), or DATASET:INDEX, an image of the
 * test set of a named data set. Arrays are read to count their images; of several the last one read stays in memory.
 */
export async function openImages(
  inputs: readonly string[],
  classifier: Described,
  reader: ImageReader,
): Promise<ImageSource[]> {
  const opened = new Map<string, LabelledImages>();
  const arrays = lastArray(classifier, reader);
  const lists: ImageSource[][] = [];
  for (const input of inputs) {
    const [, dataset, index] = /^([a-z][\w-]*):(\d+)$/i.exec(input) ?? [];
    if (dataset === undefined) {
      lists.push(await openFile(input, classifier, reader, arrays));
    } else {
      const test = opened.get(dataset) ?? (await reader.testSet(dataset, input));
      opened.set(dataset, test);
      const { label: truth } = imageAt(test, Number(index));
      const read = async () => ({
        name: input,
        image: toFittedInput(pictureAt(test, Number(index)), classifier.input),
        truth,
      });
      lists.push([{ name: input, read }]);
    }
  }
  return lists.flat();
}

type ReadArray = (path: string) => Promise<NamedImage[]>;

async function openFile(
  path: string,
  { input }: Described,
  { nameOf, read, decode }: ImageReader,
  arrays: ReadArray,
): Promise<ImageSource[]> {
  if (/\.np[yz]$/i.test(path)) {
    return (await arrays(path)).map(({ name }, i) => ({
      name,
      async read() {
        const image = (await arrays(path))[i];
        if (image) return image;
        throw new InvalidInputError(`${path} has changed: image ${i} is gone. Leave it as it is meanwhile.`);
      },
    }));
  }
  const name = nameOf(path);
  const decoded = async (bytes: Uint8Array) => {
    const picture = await decode(bytes, path);
    const { height, width } = picture;
    return { name, image: toFittedInput(picture, input), size: { height, width } };
  };
  if (path !== '-') return [{ name, read: async () => decoded(await read(path)) }];
  // Standard input can be read once.
  const bytes = await read(path);
  return [{ name, read: () => decoded(bytes) }];
}

/** Reads files of arrays, and remembers the last. */
function lastArray(classifier: Described, { nameOf, read }: ImageReader): ReadArray {
  let last: { readonly path: string; readonly images: NamedImage[] } | undefined;
  return async (path) => {
    if (last?.path === path) return last.images;
    const bytes = await read(path);
    const array = /\.npz$/i.test(path) ? onlyArray(readNpz(bytes, path), path) : readNpy(bytes, path);
    last = { path, images: fromArray(array, nameOf(path), classifier) };
    return last.images;
  };
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
function fromArray(array: NpyArray, name: string, classifier: Described): NamedImage[] {
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
