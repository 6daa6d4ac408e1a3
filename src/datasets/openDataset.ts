// Node only: reads and downloads files.
import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { readBounded } from '../files/readBounded.ts';
import { datasetFromArrays } from './arrayDataset.ts';
import type { Dataset } from './dataset.ts';
import { loadDigits } from './digits.ts';
import { DatasetFileError, readingFrom } from './errors.ts';
import { fitImages, type ImageShape } from './fitImages.ts';
import { datasetFromIdx, hasSomeIdxFile, readIdxFiles } from './idxFolder.ts';
import { readImageFolder } from './imageFolder.ts';
import { loadMosaics } from './mosaic/loadMosaics.ts';
import { type NamedDataset, namedDatasets } from './namedDatasets.ts';
import { readNpy } from './npy.ts';
import type { NpyArray } from './npyTypes.ts';
import { readNpz } from './npz.ts';
import { datasetWithLabels } from './publishedContent.ts';
import { loadPublished, type PublishedOptions } from './publishedDataset.ts';

export interface OpenOptions extends ImageShape, PublishedOptions {
  /** The data sets that have a name. Default: konkyo's. */
  readonly named?: readonly NamedDataset[];
}

/**
 * Opens a data set: one of the named ones (`mnist`), a folder of IDX files, of pictures by class or of `.npy` arrays, or an
 * `.npz` archive. A name goes before a folder of that name (`./mnist` is the folder). With `size` and `channels` every
 * picture is brought to them.
 * @throws DatasetFileError if it is none of these; the errors of its reader (all are DatasetErrors).
 */
export async function openDataset(where: string, options: OpenOptions = {}): Promise<Dataset> {
  const named = options.named ?? namedDatasets;
  const dataset = named.find(({ name }) => name === where);
  if (dataset) return fitted(await openNamed(dataset, options), options);
  const found = await stat(where).catch(() => undefined);
  if (!found) {
    throw new DatasetFileError({
      where,
      what: 'there is no data set of this name, and no such file or folder',
      nextStep: `Give ${named.map(({ name }) => name).join(', ')}, a folder (IDX files, pictures by class, .npy arrays), or an .npz file`,
    });
  }
  return found.isDirectory() ? openFolder(where, named, options) : fitted(await openFile(where), options);
}

function openNamed(dataset: NamedDataset, options: OpenOptions): Promise<Dataset> {
  if (dataset.kind === 'published') return loadPublished(dataset, options);
  return dataset.name === 'mosaic' ? loadMosaicImages() : loadDigits();
}

async function loadMosaicImages(): Promise<Dataset> {
  const { train, test } = await loadMosaics();
  return { train: train.images, test: test.images };
}

async function openFolder(folder: string, named: readonly NamedDataset[], options: OpenOptions): Promise<Dataset> {
  const files = await readingFrom(folder, { what: () => 'the folder cannot be read', nextStep }, (path) =>
    readdir(path),
  );
  const name = basename(resolve(folder));
  if (hasSomeIdxFile(files)) {
    const contents = await readIdxFiles(folder);
    const published = named.flatMap((each) => (each.kind === 'published' ? [each] : []));
    const classNames = datasetWithLabels(contents.trainLabels.bytes, published)?.classNames;
    return fitted(datasetFromIdx(contents, { name, classNames }), options);
  }
  const arrays = files.filter((file) => file.endsWith('.npy'));
  if (arrays.length === 0) return readImageFolder(folder, options);
  const entries = arrays.map(async (file): Promise<[string, NpyArray]> => {
    const path = join(folder, file);
    return [basename(file, '.npy'), readNpy(await read(path), path)];
  });
  return fitted(datasetFromArrays(new Map(await Promise.all(entries)), folder, name), options);
}

async function openFile(path: string): Promise<Dataset> {
  if (!/\.npz$/i.test(path)) {
    throw new DatasetFileError({
      where: path,
      what: 'this file is not a data set',
      nextStep: 'Give an .npz archive with images and labels, or a folder',
    });
  }
  return datasetFromArrays(readNpz(await read(path), path), path, basename(path).replace(/\.npz$/i, ''));
}

const nextStep = 'Check the path and its permissions';

function read(path: string): Promise<Uint8Array> {
  return readingFrom(path, { what: (reason) => `the file cannot be read (${reason})`, nextStep }, readBounded);
}

function fitted({ train, test }: Dataset, shape: ImageShape): Dataset {
  return { train: fitImages(train, shape), test: fitImages(test, shape) };
}
