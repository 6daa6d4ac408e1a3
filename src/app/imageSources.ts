import { readNumberRows } from '../datasets/csv.ts';
import { pictureAt } from '../datasets/fitImages.ts';
import { imageAt, type LabelledImages } from '../datasets/labelledImages.ts';
import { readNpy } from '../datasets/npy.ts';
import type { NpyArray } from '../datasets/npyTypes.ts';
import { readNpz } from '../datasets/npz.ts';
import type { Classifier } from '../model/classifier.ts';
import { InvalidInputError } from '../model/errors.ts';
import { sha256 } from '../model/identity.ts';
import { toFittedInput } from '../model/pixels.ts';
import type { Picture } from '../pictures/picture.ts';
import type { NamedImage } from '../report/explanation/explainedView.ts';
import { fromArray } from './arrayImages.ts';
import { fromRows } from './numberRows.ts';

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
 * The images that names stand for: pictures, .npy and .npz files (model input as it is), .csv and .tsv files (rows of a table, or
 * a signal, in their own unit), or DATASET:INDEX, an image of the
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
        isOfPixels: true as const,
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
  if (/\.(np[yz]|[ct]sv)$/i.test(path)) {
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
    return {
      ...{ name, image: toFittedInput(picture, input), sha256: await sha256(bytes) },
      ...{ size: { height, width }, isOfPixels: true as const },
    };
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
    const hash = await sha256(bytes);
    const remembered = (images: readonly NamedImage[]) => {
      last = { path, images: images.map((image) => ({ ...image, sha256: hash })) };
      return last.images;
    };
    if (isCsv(path)) {
      const table = readNumberRows(new TextDecoder().decode(bytes), path);
      return remembered(fromRows(table, nameOf(path), classifier));
    }
    const array = /\.npz$/i.test(path) ? onlyArray(readNpz(bytes, path), path) : readNpy(bytes, path);
    return remembered(fromArray(array, nameOf(path), classifier));
  };
}

/** Whether a file's name says that it holds rows of numbers. */
export function isCsv(path: string): boolean {
  return /\.[ct]sv$/i.test(path);
}

function onlyArray(arrays: ReadonlyMap<string, NpyArray>, file: string): NpyArray {
  const names = [...arrays.keys()];
  const array = arrays.get('input') ?? (arrays.size === 1 ? arrays.get(names[0] ?? '') : undefined);
  if (array) return array;
  throw new InvalidInputError(
    `${file} has the arrays ${names.join(', ')}: name the model input "input", or save it alone.`,
  );
}
