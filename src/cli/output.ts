import { constants } from 'node:fs';
import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { KonkyoError } from '../konkyoError.ts';

/** A place that cannot be written to. */
export class OutputError extends KonkyoError {
  readonly tag = 'output';
}

/**
 * Makes sure before any work is done that files can be written to a folder, which is made if need be.
 * @throws OutputError
 */
export async function prepareFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.W_OK);
  } catch (cause) {
    throw new OutputError(`Cannot write to the folder ${resolve(folder)}: ${reason(cause)}. Choose another one.`, {
      cause,
    });
  }
}

/**
 * Writes a file beside its place and moves it there, so that a half-written one is never seen.
 * @throws OutputError
 */
export async function writeWhole(path: string, contents: string | Uint8Array): Promise<void> {
  await prepareFolder(dirname(path));
  const beside = `${path}.${process.pid}.partial`;
  try {
    await writeFile(beside, contents);
    await rename(beside, path);
  } catch (cause) {
    await rm(beside, { force: true });
    throw new OutputError(`Cannot write ${resolve(path)}: ${reason(cause)}.`, { cause });
  }
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
