// Node only: reads folders of picture files.
import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Picture } from '../pictures/picture.ts';
import { type Dataset, withTestSet } from './dataset.ts';
import { InterruptedError, LabelledImagesError, readingFrom } from './errors.ts';
import { fitImage, type ImageShape } from './fitImages.ts';
import { readImageFile } from './imageFile.ts';
import { inParallel } from './inParallel.ts';
import { type LabelledImages, labelledImages } from './labelledImages.ts';
import type { LoadControl } from './loadProgress.ts';

/** As many as libuv decodes at a time; more would only hold more pictures in memory. */
const decodedAtATime = 4;
/** What a folder of pictures for testing is called. */
export const testFolders = ['test', 'val', 'validation'];
const picture = /\.(png|jpe?g|webp)$/i;

interface ImageFolderOptions extends ImageShape, LoadControl {}

/**
 * Reads pictures from folders by class: `ROOT/train/CLASS/*` and `ROOT/test/CLASS/*` (or `val`, `validation`), or
 * `ROOT/CLASS/*`, of which every fifth picture of a class by name is for testing. Classes and pictures are in the order of
 * their names by character code, as other tools have it ("10" before "2"); PNG, JPEG and WebP files count, others and
 * hidden ones do not. Without `channels` pictures are grey if all are, else in colour.
 * @throws LabelledImagesError if there are no classes, a class has no pictures, or sizes differ and no `size` is given.
 * @throws DatasetFileError, FileFormatError naming the file; InterruptedError.
 */
export async function readImageFolder(folder: string, options: ImageFolderOptions = {}): Promise<Dataset> {
  const top = await foldersIn(folder);
  const name = basename(resolve(folder));
  const testFolder = testFolders.find((candidate) => top.includes(candidate));
  if (!top.includes('train')) {
    const classes = await classesIn(folder, top);
    const pictures = await decodeAll(classes, options);
    return withTestSet(together(name, classes, pictures), onePart(folder));
  }
  const trainClasses = await classesIn(join(folder, 'train'));
  if (testFolder === undefined) {
    return withTestSet(together(name, trainClasses, await decodeAll(trainClasses, options)), onePart(folder));
  }
  const testClasses = await classesIn(join(folder, testFolder));
  const unknown = testClasses.find((each) => !trainClasses.some(({ className }) => className === each.className));
  if (unknown) {
    throw new LabelledImagesError({
      where: folder,
      what: `the class "${unknown.className}" is in ${testFolder}, but not in train`,
      nextStep: 'Add pictures of it to train, or remove it',
    });
  }
  const pictures = await decodeAll([...trainClasses, ...testClasses], options);
  const names = trainClasses.map(({ className }) => className);
  const trainCount = trainClasses.reduce((sum, { files }) => sum + files.length, 0);
  return {
    train: together(`${name} (training)`, trainClasses, pictures.slice(0, trainCount), names),
    test: together(`${name} (test)`, testClasses, pictures.slice(trainCount), names),
  };
}

interface ClassFolder {
  readonly className: string;
  /** Paths, in order. */
  readonly files: readonly string[];
}

async function classesIn(folder: string, names?: readonly string[]): Promise<ClassFolder[]> {
  const classNames = names ?? (await foldersIn(folder));
  if (classNames.length === 0) {
    throw new LabelledImagesError({
      where: folder,
      what: 'there are no folders of pictures in it',
      nextStep: 'Make one folder for each class, named as the class, with its PNG, JPEG or WebP pictures',
    });
  }
  return Promise.all(
    classNames.map(async (className) => {
      const names = await readable(join(folder, className), 'the folder', (path) => readdir(path));
      const files = names.filter(isPictureName);
      if (files.length === 0) {
        throw new LabelledImagesError({
          where: join(folder, className),
          what: `the class "${className}" has no pictures`,
          nextStep: 'Put PNG, JPEG or WebP pictures directly into its folder, or remove the folder',
        });
      }
      return { className, files: files.sort().map((file) => join(folder, className, file)) };
    }),
  );
}

/** The folders in a folder, hidden ones left out, in order. */
export async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readable(folder, 'the folder', (path) => readdir(path, { withFileTypes: true }));
  const folders = await Promise.all(
    entries
      .filter(({ name }) => !isHidden(name))
      .map(async (entry) => {
        if (!entry.isSymbolicLink()) return entry.isDirectory() ? [entry.name] : [];
        const found = await readable(join(folder, entry.name), 'what the link leads to', (path) => stat(path));
        return found.isDirectory() ? [entry.name] : [];
      }),
  );
  return folders.flat().sort();
}

/** @throws DatasetFileError naming the path that cannot be read: of a broken link, the link. */
export function readable<T>(path: string, what: string, read: (path: string) => Promise<T>): Promise<T> {
  const nextStep = 'Give folders of pictures by class; mend or remove what cannot be read';
  return readingFrom(path, { what: () => `${what} cannot be read`, nextStep }, read);
}

interface PictureFile {
  readonly file: string;
  readonly image: Picture;
}

/** All pictures in the order of the classes, of one size and with the same channels. */
async function decodeAll(classes: readonly ClassFolder[], options: ImageFolderOptions): Promise<Picture[]> {
  const { onProgress, signal, ...shape } = options;
  const files = classes.flatMap((each) => each.files);
  let done = 0;
  const pictures = await inParallel(files, decodedAtATime, async (file): Promise<PictureFile> => {
    if (signal?.aborted) {
      throw new InterruptedError({ where: file, what: 'reading was interrupted', nextStep: 'Start again' });
    }
    const image = fitImage(await readImageFile(file), shape);
    done += 1;
    onProgress?.({ what: 'Reading pictures', unit: 'pictures', done, total: files.length });
    return { file, image };
  });
  checkOneSize(pictures);
  const channels = pictures.some(({ image }) => image.channels === 3) ? 3 : 1;
  return pictures.map(({ image }) => fitImage(image, { channels }));
}

function checkOneSize(pictures: readonly PictureFile[]): void {
  const [first] = pictures;
  const size = ({ image }: PictureFile) => `${image.height}x${image.width}`;
  const other = first && pictures.find((each) => size(each) !== size(first));
  if (!first || !other) return;
  throw new LabelledImagesError({
    where: other.file,
    what: `the picture is ${size(other)}, but ${first.file} is ${size(first)}`,
    nextStep: 'Give one size that all are brought to (--size HEIGHTxWIDTH)',
  });
}

function together(
  name: string,
  classes: readonly ClassFolder[],
  pictures: readonly Picture[],
  classNames: readonly string[] = classes.map(({ className }) => className),
): LabelledImages {
  const { height = 0, width = 0, channels = 1 } = pictures[0] ?? {};
  const size = height * width * channels;
  const images = new Uint8Array(pictures.length * size);
  pictures.forEach(({ data }, index) => {
    images.set(data, index * size);
  });
  const labels = classes.flatMap(({ className, files }) => files.map(() => classNames.indexOf(className)));
  return labelledImages({ name, images, labels, height, width, channels, classNames });
}

/** What is said where a folder has one set of too few pictures. */
function onePart(where: string) {
  const nextStep = 'Add pictures, or put some for testing into ROOT/test/CLASS and the others into ROOT/train/CLASS';
  return { where, pictures: 'pictures', nextStep };
}

/** Whether a file's name is that of a picture that counts. */
export function isPictureName(name: string): boolean {
  return picture.test(name) && !isHidden(name);
}

function isHidden(name: string): boolean {
  return name.startsWith('.');
}
