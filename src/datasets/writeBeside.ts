// Node only: writes files.
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** What a file is written from; pieces are written one after the other, so that they need not fit into one string. */
export type FileContents = string | Uint8Array | Iterable<string>;

/**
 * Writes a file beside its place and moves it there, so that a half-written one is never seen. What a process that was
 * killed left beside it is removed by the next that writes to the folder.
 */
export async function writeBeside(path: string, contents: FileContents): Promise<void> {
  const folder = dirname(path);
  await makeFolder(folder);
  const beside = partialName(path);
  try {
    await writeFile(beside, contents);
    await rename(beside, path);
  } catch (cause) {
    await rm(beside, { force: true });
    throw cause;
  }
}

/**
 * Makes a folder and those it lies in.
 * Node's own recursive `mkdir` never ends where a file system has no such folder and takes none, as /proc.
 * @returns the folders that were not there, outermost first.
 */
export async function makeFolder(folder: string): Promise<readonly string[]> {
  try {
    await mkdir(folder);
    return [folder];
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'EEXIST' && (await stat(folder)).isDirectory()) return [];
    if (code !== 'ENOENT' || dirname(folder) === folder) throw cause;
    const around = await makeFolder(dirname(folder));
    // Where it was there all along, and still there is no such place, trying again would not end.
    await mkdir(folder);
    return [...around, folder];
  }
}

/** File systems take names of 255 bytes; of a longer one only the beginning is kept here. */
const mostOfName = 50;

/** Where this process writes what is to become the file. */
export function partialName(path: string): string {
  const name = basename(path);
  const kept = Buffer.byteLength(name) <= 200 ? name : [...name].slice(0, mostOfName).join('');
  return join(dirname(path), `${kept}.${process.pid}.partial`);
}

/** No process writes a file for so long: whoever has the number now is another process. */
const staleAfterMilliseconds = 24 * 60 * 60 * 1000;

/** Removes what processes that no longer run left half-written in a folder. A folder that cannot be read has nothing. */
export async function removeStalePartials(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const [, pid] = /\.(\d+)\.partial$/.exec(name) ?? [];
    if (pid === undefined) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (!found?.isFile()) continue;
    const old = Date.now() - found.mtimeMs > staleAfterMilliseconds;
    if (old || !isRunning(Number(pid))) await rm(path, { force: true });
  }
}

/** Its own number is not another's: in a container every run can have the same. */
function isRunning(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
