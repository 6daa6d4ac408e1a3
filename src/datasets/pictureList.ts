// Node only: reads folders.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LabelledImagesError } from './errors.ts';
import { foldersIn, isPictureName, readable, testFolders } from './imageFolder.ts';

export const imageParts = ['all', 'train', 'test'] as const;
/** Which images of a data set are meant. */
export type ImagePart = (typeof imageParts)[number];

/** The pictures of a folder, by their paths in it with slashes; none of them has been read. */
export interface PictureList {
  readonly files: readonly { readonly path: string; readonly label: number | undefined }[];
  /** Names of the folders of classes; none where the pictures lie in the folder itself. */
  readonly classNames: readonly string[];
}

/**
 * Lists pictures as `readImageFolder` reads them, without a set held out: `train/CLASS/*` and `test/CLASS/*` (or `val`,
 * `validation`), `CLASS/*`, or pictures without classes in the folder itself.
 * @throws DatasetFileError, LabelledImagesError where there are none
 */
export async function listPictures(folder: string, part: ImagePart = 'all'): Promise<PictureList> {
  const top = await foldersIn(folder);
  const test = testFolders.find((name) => top.includes(name));
  const isSplit = top.includes('train');
  if (part !== 'all' && !(isSplit && (part === 'train' || test !== undefined))) {
    throw new LabelledImagesError({
      where: folder,
      what: `there is no folder "${part}" of pictures in it`,
      nextStep: 'Ask for all pictures, or put them into train/CLASS and test/CLASS',
    });
  }
  const wanted = { all: ['train', ...(test === undefined ? [] : [test])], train: ['train'], test: [test ?? 'test'] };
  const parts = isSplit ? wanted[part] : [''];
  const byPart = await Promise.all(
    parts.map(async (name) => ({ name, classes: name === '' ? top : await foldersIn(join(folder, name)) })),
  );
  const classNames = [...new Set(byPart.flatMap(({ classes }) => classes))].sort();
  const folders = byPart.flatMap(({ name, classes }) =>
    classes.map((className) => ({ path: name === '' ? className : `${name}/${className}`, className })),
  );
  const own = folders.length === 0 ? [{ path: '', className: undefined }] : folders;
  const files: PictureList['files'][number][] = [];
  for (const { path, className } of own) {
    const label = className === undefined ? undefined : classNames.indexOf(className);
    for (const name of await picturesIn(join(folder, path))) {
      files.push({ path: path === '' ? name : `${path}/${name}`, label });
    }
  }
  if (files.length > 0) return { files, classNames };
  throw new LabelledImagesError({
    where: folder,
    what: 'there are no pictures in it, nor in folders inside it',
    nextStep: 'Put PNG, JPEG or WebP pictures there, in one folder for each class where they have classes',
  });
}

async function picturesIn(folder: string): Promise<readonly string[]> {
  const names = await readable(folder, 'the folder', (path) => readdir(path));
  return names.filter(isPictureName).sort();
}
