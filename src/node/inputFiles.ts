import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FileError } from './namedFile.ts';

const picture = /\.(png|jpe?g|webp)$/i;
const array = /\.np[yz]$/i;

/** A folder that was named, and what of it is explained. */
export interface InputFolder {
  readonly path: string;
  readonly pictures: number;
  readonly arrays: number;
  /** Files of other kinds, hidden ones apart, and folders: they are passed over. */
  readonly others: number;
}

/** What names stand for: folders with their files in their place. */
export interface InputFiles {
  readonly files: readonly string[];
  readonly folders: readonly InputFolder[];
}

/**
 * Puts the pictures and .npy and .npz arrays of each folder in its place, in natural order (2.png before 10.png). Not those of
 * the folders inside it: which picture belongs to what could not be told from its name any more. All other names stay.
 * @throws FileError for a folder without pictures and arrays.
 */
export async function inputFiles(names: readonly string[]): Promise<InputFiles> {
  const found = await Promise.all(
    names.map(async (name) => ((await isFolder(name)) ? filesIn(name) : { files: [name] })),
  );
  return {
    files: found.flatMap(({ files }) => files),
    folders: found.flatMap((one) => ('folder' in one ? [one.folder] : [])),
  };
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() === true;
}

async function filesIn(path: string): Promise<{ readonly files: readonly string[]; readonly folder: InputFolder }> {
  const entries = await readdir(path, { withFileTypes: true }).catch((cause: unknown) => {
    throw new FileError(`Cannot read the folder ${path}: ${cause instanceof Error ? cause.message : cause}.`, {
      cause,
    });
  });
  const seen = entries.filter(({ name }) => !name.startsWith('.'));
  const names = seen.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  const pictures = names.filter((name) => picture.test(name));
  const arrays = names.filter((name) => array.test(name));
  const files = [...pictures, ...arrays].sort(naturally);
  if (files.length === 0) throw new FileError(nothingIn(path, seen.filter((entry) => entry.isDirectory()).length));
  return {
    files: files.map((name) => join(path, name)),
    folder: { path, pictures: pictures.length, arrays: arrays.length, others: seen.length - files.length },
  };
}

function nothingIn(path: string, inside: number): string {
  const deeper = inside === 0 ? '' : ` Folders inside it (${inside} here) are not looked into: name them.`;
  return `There is nothing to explain in the folder ${path}: it has no .png, .jpg, .jpeg or .webp picture, and no .npy or .npz array.${deeper}`;
}

const { compare } = new Intl.Collator('en', { numeric: true });

/** Numbers in names by their size. Names that count as equal (01.png, 1.png) keep one order on every machine. */
function naturally(a: string, b: string): number {
  return compare(a, b) || (a < b ? -1 : 1);
}
