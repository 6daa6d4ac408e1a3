// Node only: reads files.
import { constants, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { inUnits, maxBytes } from './limits.ts';

/** A pipe on which nothing comes for so long is given up. */
const usualStall = 60_000;
/** How often a pipe is looked at. */
const pauseMilliseconds = 10;
const chunkBytes = 2 ** 20;

/**
 * The contents of a file, of at most `most` bytes. What has no end is refused: devices such as /dev/zero, and pipes that say
 * nothing. Nothing here waits in the operating system, so the process can always end.
 * @throws Error in words for the caller to put in its own, or the operating system's.
 */
export async function readBounded(
  path: string,
  most = maxBytes(),
  stallMilliseconds = usualStall,
): Promise<Uint8Array<ArrayBuffer>> {
  const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = await handle.stat();
    refuseEndless(stats);
    if (stats.size > most) throw tooLong(stats.size, most);
    return together(await readChunks(handle, stats, { most, stallMilliseconds }));
  } finally {
    await handle.close();
  }
}

/** Everything that comes from a stream, of at most `most` bytes. @throws Error */
export async function readBoundedStream(
  stream: AsyncIterable<Uint8Array>,
  most = maxBytes(),
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > most) throw tooLong(length, most);
    chunks.push(chunk);
  }
  return together(chunks);
}

function refuseEndless(stats: Stats): void {
  if (stats.isDirectory()) throw new Error('it is a folder');
  if (stats.isFile() || stats.isFIFO()) return;
  throw new Error('it is a device, not a file');
}

/** A file's stated length is a hint: files of /proc say 0, and a file may grow. */
async function readChunks(
  handle: FileHandle,
  stats: Stats,
  { most, stallMilliseconds }: { readonly most: number; readonly stallMilliseconds: number },
): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  let silentSince = Date.now();
  for (;;) {
    const chunk = new Uint8Array(Math.min(2 ** 30, Math.max(chunkBytes, stats.size - length + 1)));
    const read = await readNow(handle, chunk);
    const waiting = read === undefined || (read === 0 && length === 0 && stats.isFIFO());
    if (read === 0 && !waiting) return chunks;
    if (waiting) {
      if (Date.now() - silentSince > stallMilliseconds) {
        throw new Error(`nothing came from it for ${stallMilliseconds / 1000} seconds`);
      }
      await setTimeout(pauseMilliseconds);
      continue;
    }
    silentSince = Date.now();
    length += read;
    if (length > most) throw tooLong(length, most);
    chunks.push(chunk.length === read ? chunk : chunk.slice(0, read));
  }
}

/** Bytes read; undefined where there are none yet. */
async function readNow(handle: FileHandle, chunk: Uint8Array): Promise<number | undefined> {
  try {
    return (await handle.read(chunk, 0, chunk.length, null)).bytesRead;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EAGAIN') return undefined;
    throw cause;
  }
}

function together(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

function tooLong(length: number, most: number): Error {
  return new Error(
    `it has ${inUnits(length)} or more, and konkyo reads ${inUnits(most)} (KONKYO_MAX_MEMORY, such as KONKYO_MAX_MEMORY=8GiB, allows more)`,
  );
}
