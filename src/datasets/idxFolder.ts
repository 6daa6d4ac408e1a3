// Node only: reads files.
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DatasetFileError } from './errors.ts';
import { labelledImagesFromIdx } from './idx.ts';
import type { LabelledImages } from './labelledImages.ts';

export interface IdxFolder {
  readonly train: LabelledImages;
  readonly test: LabelledImages;
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
export async function readIdxFolder(folder: string, options: IdxFolderOptions = {}): Promise<IdxFolder> {
  const present = new Set(await listFolder(folder));
  const files = {
    trainImages: findFile(present, 'train-images', 'idx3-ubyte'),
    trainLabels: findFile(present, 'train-labels', 'idx1-ubyte'),
    testImages: findFile(present, 't10k-images', 'idx3-ubyte'),
    testLabels: findFile(present, 't10k-labels', 'idx1-ubyte'),
  };
  const missing = Object.values(files).flatMap((file) => (file.found ? [] : [file.wanted]));
  if (missing.length > 0) {
    throw new DatasetFileError({
      where: folder,
      what: `no ${missing.join(', no ')}`,
      nextStep: 'Put the four MNIST files there, compressed (.gz) or not',
    });
  }
  const [trainImages, trainLabels, testImages, testLabels] = await Promise.all([
    readBytes(join(folder, files.trainImages.file)),
    readBytes(join(folder, files.trainLabels.file)),
    readBytes(join(folder, files.testImages.file)),
    readBytes(join(folder, files.testLabels.file)),
  ]);
  const name = options.name ?? basename(folder);
  const given = options.classNames === undefined ? {} : { classNames: options.classNames };
  const train = labelledImagesFromIdx({
    name: `${name} (training)`,
    images: trainImages,
    labels: trainLabels,
    ...given,
  });
  const test = labelledImagesFromIdx({ name: `${name} (test)`, images: testImages, labels: testLabels, ...given });
  const classNames = train.classNames.length > test.classNames.length ? train.classNames : test.classNames;
  return { train: { ...train, classNames }, test: { ...test, classNames } };
}

interface FileSearch {
  readonly wanted: string;
  readonly found: boolean;
  readonly file: string;
}

function findFile(present: ReadonlySet<string>, stem: string, suffix: string): FileSearch {
  const wanted = `${stem}-${suffix}`;
  const spellings = [wanted, `${stem}.${suffix}`].flatMap((spelling) => [spelling, `${spelling}.gz`]);
  const file = spellings.find((spelling) => present.has(spelling));
  return { wanted, found: file !== undefined, file: file ?? wanted };
}

async function listFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    const nextStep = 'Give an existing folder with the four MNIST files';
    throw new DatasetFileError({ where: folder, what: 'the folder cannot be read', nextStep, cause });
  }
}

async function readBytes(where: string): Promise<{ bytes: Uint8Array; where: string }> {
  try {
    const bytes = await readFile(where);
    return { bytes: where.endsWith('.gz') ? gunzipSync(bytes) : bytes, where };
  } catch (cause) {
    const what = where.endsWith('.gz') ? 'the file cannot be read or decompressed' : 'the file cannot be read';
    throw new DatasetFileError({ where, what, nextStep: 'Check its permissions, or download it again', cause });
  }
}
