// Node only: reads files.
import { readdir, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Dataset } from './dataset.ts';
import { DatasetFileError } from './errors.ts';
import { labelledImagesFromIdx } from './idx.ts';

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

export interface IdxFolderOptions {
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
  const { name, classNames: given } = options;
  const known = given === undefined ? {} : { classNames: given };
  const { trainImages, trainLabels, testImages, testLabels } = files;
  const train = labelledImagesFromIdx({
    name: `${name} (training)`,
    images: trainImages,
    labels: trainLabels,
    ...known,
  });
  const test = labelledImagesFromIdx({ name: `${name} (test)`, images: testImages, labels: testLabels, ...known });
  const classNames = train.classNames.length > test.classNames.length ? train.classNames : test.classNames;
  return { train: { ...train, classNames }, test: { ...test, classNames } };
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

async function listFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    const nextStep = 'Give an existing folder with the four MNIST files';
    throw new DatasetFileError({ where: folder, what: 'the folder cannot be read', nextStep, cause });
  }
}

async function readBytes(where: string): Promise<IdxFile> {
  try {
    const bytes = await readFile(where);
    return { bytes: where.endsWith('.gz') ? gunzipSync(bytes) : bytes, where };
  } catch (cause) {
    const what = where.endsWith('.gz') ? 'the file cannot be read or decompressed' : 'the file cannot be read';
    throw new DatasetFileError({ where, what, nextStep: 'Check its permissions, or download it again', cause });
  }
}
