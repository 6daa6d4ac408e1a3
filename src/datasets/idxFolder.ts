// Node only: reads files.
import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { constants, gunzipSync } from 'node:zlib';
import { inUnits, maxBytes } from '../files/limits.ts';
import { readBounded } from '../files/readBounded.ts';
import { type Dataset, withSharedClasses } from './dataset.ts';
import { DatasetFileError, readingFrom } from './errors.ts';
import { idxLength, labelledImagesFromIdx } from './idx.ts';

/** The contents of the four files, decompressed, and where each came from. */
export interface IdxFiles {
  readonly trainImages: IdxFile;
  readonly trainLabels: IdxFile;
  readonly testImages: IdxFile;
  readonly testLabels: IdxFile;
}

interface IdxFile {
  readonly bytes: Uint8Array;
  readonly where: string;
}

interface IdxFolderOptions {
  /** Default: the folder's name. */
  readonly name?: string;
  /** Default: numbers, as many as the larger set uses. */
  readonly classNames?: readonly string[];
}

/**
 * Reads a folder with the four files of MNIST (or of a set published in its form, such as Fashion-MNIST):
 * `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte`, `t10k-labels-idx1-ubyte`,
 * compressed (`.gz`) or not; `train-images.idx3-ubyte` is understood as well.
 * @throws DatasetFileError if files are missing (all are named) or unreadable; the errors of `labelledImagesFromIdx`.
 */
export async function readIdxFolder(folder: string, options: IdxFolderOptions = {}): Promise<Dataset> {
  return datasetFromIdx(await readIdxFiles(folder), { ...options, name: options.name ?? basename(resolve(folder)) });
}

/** Whether a list of file names has all four of them, in any of the spellings. */
export function hasIdxFiles(files: readonly string[]): boolean {
  return searchIdxFiles(files).every(({ file }) => file !== undefined);
}

/** Whether a list of file names has one of them: then the folder is meant to be one of IDX files. */
export function hasSomeIdxFile(files: readonly string[]): boolean {
  return searchIdxFiles(files).some(({ file }) => file !== undefined);
}

/** @throws DatasetFileError if files are missing (all are named) or unreadable. */
export async function readIdxFiles(folder: string): Promise<IdxFiles> {
  const [trainImages, trainLabels, testImages, testLabels] = searchIdxFiles(await listFolder(folder));
  const missing = [trainImages, trainLabels, testImages, testLabels].filter(({ file }) => file === undefined);
  if (missing.length > 0) {
    throw new DatasetFileError({
      where: folder,
      what: `no ${missing.map(({ wanted }) => wanted).join(', no ')}`,
      nextStep: 'Put the four MNIST files there, compressed (.gz) or not',
    });
  }
  const read = ({ file, wanted }: FileSearch) => readBytes(join(folder, file ?? wanted));
  const contents = await Promise.all([read(trainImages), read(trainLabels), read(testImages), read(testLabels)]);
  return { trainImages: contents[0], trainLabels: contents[1], testImages: contents[2], testLabels: contents[3] };
}

/** @throws the errors of `labelledImagesFromIdx`. */
export function datasetFromIdx(files: IdxFiles, options: IdxFolderOptions & { readonly name: string }): Dataset {
  const { name, classNames } = options;
  const { trainImages, trainLabels, testImages, testLabels } = files;
  const part = (which: string, images: IdxFile, labels: IdxFile) =>
    labelledImagesFromIdx({ name: `${name} (${which})`, images, labels, classNames });
  return withSharedClasses(part('training', trainImages, trainLabels), part('test', testImages, testLabels));
}

interface FileSearch {
  readonly wanted: string;
  readonly file: string | undefined;
}

function searchIdxFiles(files: readonly string[]): readonly [FileSearch, FileSearch, FileSearch, FileSearch] {
  const search = (stem: string, suffix: string): FileSearch => {
    const wanted = `${stem}-${suffix}`;
    const spellings = [wanted, `${stem}.${suffix}`].flatMap((spelling) => [spelling, `${spelling}.gz`]);
    return { wanted, file: spellings.find((spelling) => files.includes(spelling)) };
  };
  return [
    search('train-images', 'idx3-ubyte'),
    search('train-labels', 'idx1-ubyte'),
    search('t10k-images', 'idx3-ubyte'),
    search('t10k-labels', 'idx1-ubyte'),
  ];
}

function listFolder(folder: string): Promise<string[]> {
  const nextStep = 'Give an existing folder with the four MNIST files';
  return readingFrom(folder, { what: () => 'the folder cannot be read', nextStep }, (path) => readdir(path));
}

function readBytes(where: string): Promise<IdxFile> {
  const compressed = where.endsWith('.gz');
  const what = (reason: string) => `the file cannot be read${compressed ? ' or decompressed' : ''} (${reason})`;
  return readingFrom(where, { what, nextStep: 'Check its permissions, or download it again' }, async (path) => {
    const bytes = await readBounded(path);
    return { bytes: compressed ? gunzipIdx(bytes) : bytes, where };
  });
}

/** Packed bytes that hold any IDX header; they unpack to 1,032 times as many at most. */
const headerBytes = 2 ** 12;

/**
 * Unpacks as much as the header at the start says that there is, and a byte more, by which a longer file is known.
 * @throws Error
 */
function gunzipIdx(bytes: Uint8Array): Uint8Array {
  const start = gunzipSync(bytes.subarray(0, headerBytes), { finishFlush: constants.Z_SYNC_FLUSH });
  const most = maxBytes();
  const stated = idxLength(start);
  if (stated !== undefined && stated > most) {
    throw new Error(
      `its header asks for ${inUnits(stated)}, and konkyo reads ${inUnits(most)}; KONKYO_MAX_MEMORY, such as KONKYO_MAX_MEMORY=8GiB, allows more`,
    );
  }
  try {
    return gunzipSync(bytes, { maxOutputLength: (stated ?? start.length) + 1 });
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE') {
      // Not IDX, as its reader will say.
      if (stated === undefined) return start;
      throw new Error(`it unpacks to more than the ${stated} bytes that its header states`, { cause });
    }
    throw cause;
  }
}
