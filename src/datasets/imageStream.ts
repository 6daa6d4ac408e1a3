// Node only: reads files.
import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { readBounded } from '../files/readBounded.ts';
import type { Picture } from '../pictures/picture.ts';
import type { Dataset } from './dataset.ts';
import { readingFrom } from './errors.ts';
import { pictureAt } from './fitImages.ts';
import { hasSomeIdxFile } from './idxFolder.ts';
import { decodeImage } from './imageFile.ts';
import { imageAt, type LabelledImages } from './labelledImages.ts';
import { namedDatasets } from './namedDatasets.ts';
import { type OpenOptions, openDataset } from './openDataset.ts';
import { type ImagePart, listPictures } from './pictureList.ts';

/** A picture of a stream: its bytes, which are hashed, and how they become pixels. */
export interface StreamedImage {
  /** Of a file its contents, of an array the pixels. */
  readonly bytes: Uint8Array;
  /** @throws FileFormatError for bytes that are no picture. */
  decode(): Promise<Picture>;
}

/** The images of a data set in an order that stays, each read when it is asked for: of pictures in folders only names are in memory. */
export interface ImageStream {
  readonly name: string;
  readonly count: number;
  readonly classNames: readonly string[];
  /** What an image is called, and its class. */
  at(index: number): { readonly name: string; readonly label: number | undefined };
  /** @throws DatasetFileError */
  read(index: number): Promise<StreamedImage>;
}

/** Which images of a data set are streamed, and where its files are. */
export interface StreamOptions extends Omit<OpenOptions, 'size' | 'channels'> {
  /** Default: all, those for training first. */
  readonly part?: ImagePart;
}

/**
 * Opens whatever `openDataset` does, as a stream. A data set that is one file, or has its images in a few, is read whole.
 * @throws as `openDataset`
 */
export async function openImageStream(
  where: string,
  { part = 'all', ...options }: StreamOptions = {},
): Promise<ImageStream> {
  if (await isPictureFolder(where)) return streamOfFolder(where, part);
  return streamOfSets(where, setsOf(await openDataset(where, options), part));
}

async function isPictureFolder(where: string): Promise<boolean> {
  if (namedDatasets.some(({ name }) => name === where)) return false;
  const found = await stat(where).catch(() => undefined);
  if (!found?.isDirectory()) return false;
  const names = await readdir(where).catch(() => []);
  return !hasSomeIdxFile(names) && !names.some((name) => name.endsWith('.npy'));
}

async function streamOfFolder(folder: string, part: ImagePart): Promise<ImageStream> {
  const { files, classNames } = await listPictures(folder, part);
  const fileAt = (index: number) => files[index] ?? { path: '', label: undefined };
  return {
    name: basename(resolve(folder)),
    count: files.length,
    classNames,
    at: (index) => ({ name: fileAt(index).path, label: fileAt(index).label }),
    async read(index) {
      const path = join(folder, fileAt(index).path);
      const failure = {
        what: (reason: string) => `the picture cannot be read (${reason})`,
        nextStep: 'Check the path and its permissions',
      };
      const bytes = await readingFrom(path, failure, readBounded);
      return { bytes, decode: () => decodeImage(bytes, path) };
    },
  };
}

interface NamedSet {
  readonly part: string;
  readonly set: LabelledImages;
}

function setsOf({ train, test }: Dataset, part: ImagePart): readonly NamedSet[] {
  const sets = [
    { part: 'train', set: train },
    { part: 'test', set: test },
  ];
  return sets.filter((one) => part === 'all' || one.part === part);
}

function streamOfSets(where: string, sets: readonly NamedSet[]): ImageStream {
  const placeOf = (index: number) => {
    let place = index;
    for (const one of sets) {
      if (place < one.set.count) return { ...one, place };
      place -= one.set.count;
    }
    throw new RangeError(`There is no image ${index}.`);
  };
  return {
    name: basename(where).replace(/\.npz$/i, ''),
    count: sets.reduce((sum, { set }) => sum + set.count, 0),
    classNames: sets[0]?.set.classNames ?? [],
    at(index) {
      const { part, set, place } = placeOf(index);
      return { name: `${part}:${place}`, label: set.labels[place] };
    },
    async read(index) {
      const { set, place } = placeOf(index);
      return { bytes: imageAt(set, place).data, decode: async () => pictureAt(set, place) };
    },
  };
}

/** The first images of a stream. */
export function firstImages(stream: ImageStream, count: number): ImageStream {
  return count >= stream.count ? stream : { ...stream, count };
}
