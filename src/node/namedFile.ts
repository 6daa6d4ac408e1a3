import { readBounded, readBoundedStream } from '../files/readBounded.ts';
import { KonkyoError } from '../konkyoError.ts';

/** A file that was named cannot be read. */
export class FileError extends KonkyoError {
  readonly tag = 'file';
}

/**
 * The contents of a file; of standard input for "-".
 * @throws FileError
 */
export async function readNamedFile(path: string, what: string): Promise<Uint8Array> {
  try {
    return path === '-' ? await readBoundedStream(process.stdin) : await readBounded(path);
  } catch (cause) {
    throw new FileError(`Cannot read the ${what} ${path}: ${cause instanceof Error ? cause.message : cause}.`, {
      cause,
    });
  }
}

/**
 * A file of text as Windows writes it, too: a byte order mark says UTF-8 or UTF-16 and is no part of the text; without one it
 * is UTF-8.
 * @throws FileError
 */
export async function readNamedText(path: string, what: string): Promise<string> {
  const bytes = await readNamedFile(path, what);
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}
