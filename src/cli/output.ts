import { constants } from 'node:fs';
import { access, lstat, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { KonkyoError } from '../konkyoError.ts';

/** A place that cannot be written to. */
export class OutputError extends KonkyoError {
  readonly tag = 'output';
}

/**
 * Makes sure before any work is done that files can be written to a folder. Nothing is made yet: a folder that is not
 * there is made with its first file.
 * @throws OutputError
 */
export async function prepareFolder(folder: string): Promise<void> {
  try {
    const nearest = await nearestExisting(resolve(folder));
    if (!(await stat(nearest)).isDirectory()) throw new Error(`${nearest} is a file`);
    await access(nearest, constants.W_OK);
  } catch (cause) {
    throw new OutputError(`Cannot write to the folder ${resolve(folder)}: ${reason(cause)}. Choose another one.`, {
      cause,
    });
  }
}

async function nearestExisting(path: string): Promise<string> {
  const exists = await lstat(path).then(
    () => true,
    () => false,
  );
  return exists || path === dirname(path) ? path : nearestExisting(dirname(path));
}

/**
 * Writes a file beside its place and moves it there, so that a half-written one is never seen.
 * @throws OutputError
 */
export async function writeWhole(path: string, contents: string | Uint8Array): Promise<void> {
  const beside = `${path}.${process.pid}.partial`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(beside, contents);
    await rename(beside, path);
  } catch (cause) {
    await rm(beside, { force: true });
    throw new OutputError(`Cannot write ${resolve(path)}: ${reason(cause)}. Choose another place.`, { cause });
  }
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
