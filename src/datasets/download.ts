// Node only: writes files.
import { basename, dirname } from 'node:path';
import { gzipSync } from 'node:zlib';
import { InterruptedError } from './errors.ts';
import type { LoadControl } from './loadProgress.ts';
import type { PublishedFile } from './namedDatasets.ts';
import { publishedContent } from './publishedContent.ts';
import { removeStalePartials, writeBeside } from './writeBeside.ts';

/** A connection on which nothing comes for so long is given up. */
const defaultStallMilliseconds = 30_000;

interface DownloadOptions extends LoadControl {
  /** For progress: what is being downloaded. */
  readonly what: string;
  readonly stallMilliseconds?: number;
}

/** Where a download was tried, and why it failed there. */
export interface FailedAttempt {
  readonly url: string;
  readonly reason: string;
  readonly cause: unknown;
}

/**
 * Downloads a file from the first address that has it with the published content. It is written beside its place and moved
 * there, so that a half-written one is never seen.
 * @returns nothing on success, else every attempt.
 * @throws InterruptedError when the signal is aborted; errors of the file system.
 */
export async function download(
  file: PublishedFile,
  urls: readonly string[],
  path: string,
  options: DownloadOptions,
): Promise<readonly FailedAttempt[]> {
  await removeStalePartials(dirname(path));
  const failed: FailedAttempt[] = [];
  for (const url of urls) {
    try {
      const bytes = await receive(url, file, options);
      const content = publishedContent(bytes, file, url);
      // A server may have sent it with Content-Encoding, which fetch undoes.
      await writeBeside(path, content === bytes ? gzipSync(content) : bytes);
      return [];
    } catch (cause) {
      if (options.signal?.aborted) {
        const nextStep = 'Start again to download it; nothing half-written was kept';
        throw new InterruptedError({ where: url, what: 'the download was interrupted', nextStep, cause });
      }
      if (isFileSystemError(cause)) throw cause;
      failed.push({ url, reason: reasonOf(cause), cause });
    }
  }
  return failed;
}

async function receive(url: string, file: PublishedFile, options: DownloadOptions): Promise<Uint8Array> {
  const { signal, onProgress, what, stallMilliseconds = defaultStallMilliseconds } = options;
  const stalled = new AbortController();
  const giveUp = () =>
    stalled.abort(new Error(`nothing came for ${stallMilliseconds / 1000} seconds: the connection was given up`));
  let timer = setTimeout(giveUp, stallMilliseconds);
  try {
    const response = await fetch(url, { signal: AbortSignal.any([stalled.signal, ...(signal ? [signal] : [])]) });
    if (!response.ok || !response.body) throw new Error(`the server says ${response.status} ${response.statusText}`);
    const total = Number(response.headers.get('content-length') ?? 0) || file.compressedBytes;
    // Compressed or not, it cannot be longer than this.
    const limit = Math.max(file.bytes, file.compressedBytes) + 1024;
    const chunks: Uint8Array[] = [];
    let done = 0;
    for await (const chunk of response.body) {
      clearTimeout(timer);
      timer = setTimeout(giveUp, stallMilliseconds);
      chunks.push(chunk);
      done += chunk.length;
      if (done > limit) throw new Error(`it is longer than ${limit} bytes, so it is another file`);
      onProgress?.({ what, unit: 'bytes', done: Math.min(done, total), total });
    }
    return Buffer.concat(chunks);
  } finally {
    clearTimeout(timer);
  }
}

function isFileSystemError(cause: unknown): boolean {
  return cause instanceof Error && 'syscall' in cause && 'path' in cause;
}

/** fetch says "fetch failed" and keeps the reason in the cause. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.cause instanceof Error ? `${cause.message} (${cause.cause.message})` : cause.message;
}

/** The address of a file in a folder on the web. */
export function addressIn(mirror: string, file: PublishedFile): string {
  return new URL(basename(file.name), mirror).href;
}
