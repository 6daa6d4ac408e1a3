import { constants, type Stats } from 'node:fs';
import { access, mkdtemp, realpath, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, parse, relative, resolve } from 'node:path';
import {
  type FileContents,
  makeFolder,
  partialName,
  removeStalePartials,
  writeBeside,
} from '../datasets/writeBeside.ts';
import { KonkyoError } from '../konkyoError.ts';
import { reportFolder } from '../node/reportFolder.ts';
import type { ReportFile } from '../report/page/page.ts';
import { say } from './streams.ts';

/** A place that cannot be written to. */
export class OutputError extends KonkyoError {
  readonly tag = 'output';
}

/**
 * Makes sure before any work is done that files can be written to a folder, by writing one. It leaves nothing behind, not
 * even the folder: that is made with its first file. What killed runs left half-written there is removed.
 * @throws OutputError
 */
export async function tryFolder(folder: string): Promise<void> {
  try {
    await writeAndRemove(resolve(folder));
    await removeStalePartials(folder);
  } catch (cause) {
    const why = (await fileInTheWay(resolve(folder))) ?? reason(cause);
    throw new OutputError(`Cannot write to the folder ${resolve(folder)}: ${why}. Choose another one.`, { cause });
  }
}

/**
 * Makes sure before any work is done that a file can be written.
 * @throws OutputError, also where there is something in its place that is no file, or may not be written to.
 */
export async function tryFile(path: string): Promise<void> {
  const target = await behindLinks(path);
  await tryFolder(dirname(target));
  const found = await statOrNone(target).catch((cause: unknown) => {
    throw new OutputError(`Cannot write ${resolve(path)}: ${reason(cause)}. Choose another place.`, { cause });
  });
  if (!found) return;
  const what = found.isDirectory() ? 'there is a folder of this name' : 'it is a device, not a file';
  if (!found.isFile()) throw new OutputError(`Cannot write the file ${resolve(path)}: ${what}. Choose another place.`);
  await access(target, constants.W_OK).catch((cause: unknown) => {
    throw new OutputError(`Cannot write ${resolve(path)}: ${reason(cause)}. Choose another place.`, { cause });
  });
}

/** Of a file that is not there, nothing. @throws where there can be none: its name is too long, its links go round. */
function statOrNone(path: string): Promise<Stats | undefined> {
  return stat(path).catch((cause: unknown) => {
    if (hasCode(cause, 'ENOENT')) return undefined;
    throw cause;
  });
}

/** Where a folder should be, or one that it is to lie in. */
async function fileInTheWay(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found) return found.isDirectory() ? undefined : `${path} is a file`;
  return path === dirname(path) ? undefined : fileInTheWay(dirname(path));
}

/**
 * Permissions alone do not tell: there are file systems that take nothing from anybody. Another run may try the same folder
 * now: it may remove what this one is about to write in, which is tried again, or be using what this one has made.
 */
async function writeAndRemove(folder: string, tries = 5): Promise<void> {
  try {
    await writeAndRemoveOnce(folder);
  } catch (cause) {
    if (tries === 0 || !(hasCode(cause, 'ENOENT') || hasCode(cause, 'EEXIST'))) throw cause;
    await writeAndRemove(folder, tries - 1);
  }
}

async function writeAndRemoveOnce(folder: string): Promise<void> {
  const made = await makeFolder(folder);
  const probe = partialName(join(folder, 'konkyo'));
  try {
    await writeFile(probe, '');
  } finally {
    await rm(probe, { force: true });
    for (const each of made.toReversed()) await rmdir(each).catch(unlessInUse);
  }
}

function unlessInUse(cause: unknown): void {
  if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].some((code) => hasCode(cause, code))) throw cause;
}

function hasCode(cause: unknown, code: string): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === code;
}

/** Where this run's files went whose place could not be written. */
let rescue: string | undefined;

/**
 * Writes a whole file, or nothing. Where that fails (a full disk, a folder that is gone) the work is not lost: it is
 * written to the system's folder for temporary files, which is said, and the exit status becomes 1.
 * @returns where the file is.
 * @throws OutputError if it could be written nowhere.
 */
export async function writeWhole(path: string, contents: FileContents): Promise<string> {
  try {
    await writeBeside(await behindLinks(path), contents);
    return path;
  } catch (cause) {
    return await writeElsewhere(path, contents, reason(cause));
  }
}

/** Writes a report's files to its folder, and removes what an earlier one left there. @returns where they are, in their order. */
export async function writeReportFiles(folder: string, files: readonly ReportFile[]): Promise<readonly string[]> {
  const { write, finish } = reportFolder(folder, writeWhole);
  const places: string[] = [];
  for (const file of files) places.push(await write(file));
  await finish?.(files.map(({ name }) => name));
  return places;
}

async function writeElsewhere(path: string, contents: FileContents, why: string): Promise<string> {
  try {
    rescue ??= await mkdtemp(join(tmpdir(), 'konkyo-rescued-'));
    // Under its whole path, so that files that refer to each other still lie as they should.
    const place = join(rescue, relative(parse(resolve(path)).root, resolve(path)));
    await writeBeside(place, contents);
    say(`konkyo: cannot write ${resolve(path)}: ${why}. It is written to ${place} instead: move it from there.\n`);
    process.exitCode = 1;
    return place;
  } catch (cause) {
    throw new OutputError(
      `Cannot write ${resolve(path)}: ${why}; nor to ${tmpdir()}: ${reason(cause)}. Make room and start again.`,
      { cause },
    );
  }
}

/** The file that a link points to, so that writing does not replace the link. */
function behindLinks(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
