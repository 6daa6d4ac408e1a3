import { randomUUID } from 'node:crypto';
import { type FileHandle, link, open, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { StoreWriteError } from '../bulk/errors.ts';
import type { StoreFiles } from '../bulk/storeFiles.ts';
import { makeFolder } from '../datasets/writeBeside.ts';

/** Where files are written before they are moved to their places; on the same file system, and seen by nobody who reads the store. */
const partial = 'partial';
/** Nobody writes a file for so long. */
const staleAfterMilliseconds = 24 * 60 * 60 * 1000;

/** A store in a folder, which several processes, also of several machines, may write to at once. */
export function storeFolder(folder: string): StoreFiles {
  return {
    name: folder,
    read: (path) => readFile(join(folder, path)).catch(unlessAbsent),
    write: (files) =>
      writing(folder, async () => {
        const places = [...files].map(([path, contents]) => ({ path: join(folder, path), contents }));
        for (const { path } of places) await ensureFolder(dirname(path));
        await Promise.all(places.map(async ({ path, contents }) => moveIn(await half(folder, contents), path)));
        // A power failure could else take the names back, and leave later ones.
        for (const parent of new Set(places.map(({ path }) => dirname(path)))) await flushFolder(parent);
      }),
    create: (path, contents) => writing(folder, async () => createWhole(folder, join(folder, path), contents)),
    list: async (path) => (await readdir(join(folder, path)).catch(unlessAbsent)) ?? [],
    tidy: () => tidy(join(folder, partial)),
  };
}

/** Each name is used once, by one process: its machine and its number are in it. */
function ownPrefix(): string {
  return `${hostname()}.${process.pid}.`;
}

/** Writes a file that nobody looks at. @returns where it is */
async function half(folder: string, contents: Uint8Array): Promise<string> {
  const path = join(folder, partial, `${ownPrefix()}${randomUUID()}`);
  const file = await openNew(path);
  try {
    await file.writeFile(contents);
    await file.sync();
  } catch (cause) {
    await file.close();
    await rm(path, { force: true });
    throw cause;
  }
  await file.close();
  return path;
}

/** Whoever tidies up may remove the empty folder just then. */
async function openNew(path: string, tries = 5): Promise<FileHandle> {
  await ensureFolder(dirname(path));
  try {
    return await open(path, 'wx');
  } catch (cause) {
    if (tries === 0 || !hasCode(cause, 'ENOENT')) throw cause;
    return openNew(path, tries - 1);
  }
}

/** Another process may make it at the same time. */
async function ensureFolder(folder: string, tries = 5): Promise<void> {
  try {
    await makeFolder(folder);
  } catch (cause) {
    if (tries === 0 || !hasCode(cause, 'EEXIST')) throw cause;
    await ensureFolder(folder, tries - 1);
  }
}

async function moveIn(from: string, path: string): Promise<void> {
  try {
    await rename(from, path);
  } catch (cause) {
    await rm(from, { force: true });
    throw cause;
  }
}

async function createWhole(folder: string, path: string, contents: Uint8Array): Promise<boolean> {
  if (await stat(path).catch(unlessAbsent)) return false;
  await ensureFolder(dirname(path));
  const written = await half(folder, contents);
  try {
    // Of several that try at once, one succeeds.
    await link(written, path);
    await flushFolder(dirname(path));
    return true;
  } catch (cause) {
    if (hasCode(cause, 'EEXIST')) return false;
    throw cause;
  } finally {
    await rm(written, { force: true });
  }
}

/** Windows has nothing of the kind, and needs it not. */
async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function tidy(folder: string): Promise<void> {
  const names = (await readdir(folder).catch(unlessAbsent)) ?? [];
  for (const name of names) {
    const path = join(folder, name);
    const found = await stat(path).catch(unlessAbsent);
    if (found && (await isStale(name, found.mtimeMs))) await rm(path, { force: true });
  }
  await rmdir(folder).catch((cause: unknown) => {
    // Another process writes there now.
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].some((code) => hasCode(cause, code))) throw cause;
  });
}

function isStale(name: string, modified: number): boolean {
  if (Date.now() - modified > staleAfterMilliseconds) return true;
  const host = `${hostname()}.`;
  if (!name.startsWith(host)) return false;
  const pid = Number.parseInt(name.slice(host.length), 10);
  return pid !== process.pid && !isRunning(pid);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

async function writing<T>(folder: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const isFull = hasCode(cause, 'ENOSPC') || hasCode(cause, 'EDQUOT');
    const next = isFull ? 'Make room' : 'See that the folder can be written to';
    throw new StoreWriteError(
      `Cannot write to the store ${folder}: ${isFull ? 'no space is left' : why}. ${next}, and run the same again: it goes on after the last whole shard.`,
      { cause },
    );
  }
}

function unlessAbsent(cause: unknown): undefined {
  if (hasCode(cause, 'ENOENT') || hasCode(cause, 'ENOTDIR')) return undefined;
  throw cause;
}

function hasCode(cause: unknown, code: string): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === code;
}
