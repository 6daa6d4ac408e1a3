// Node only: reads files.
import { lstat, realpath } from 'node:fs/promises';
import { dirname, join, relative, sep, win32 } from 'node:path';
import { ExternalDataError } from '../onnx/errors.ts';
import { externalLocations } from '../onnx/readModel.ts';
import type { ExternalData } from '../onnx/tensorProto.ts';
import { readBounded } from './readBounded.ts';

/**
 * The external data files of a model file. A model says by relative paths where they are, and may be a stranger's: only files
 * in the model's own folder are read, and in folders in it, wherever symbolic links lead. The folder of a model that is itself
 * a link is the link's, or the one it leads to, as download caches have it.
 * @throws ExternalDataError for any other place, and for files that cannot be read; a file that is missing is left out, for
 * `readModel` knows the tensor that needs it.
 */
export async function readExternalFiles(modelPath: string, bytes: Uint8Array): Promise<ExternalData> {
  const locations = externalLocations(bytes);
  if (locations.length === 0) return new Map();
  const folders = [await realpath(dirname(modelPath)), dirname(await realpath(modelPath))];
  const files = new Map<string, Uint8Array>();
  for (const location of locations) {
    if (!isRelative(location)) throw outside(location);
    const place = join(dirname(modelPath), location);
    const real = await realpath(place).catch(() => undefined);
    if (real === undefined) {
      if (await isLink(place)) throw unreadable(location, 'it is a symbolic link to a file that is not there');
      continue;
    }
    if (!folders.some((folder) => isWithin(folder, real))) throw outside(location);
    files.set(
      location,
      await readBounded(real).catch((cause: unknown) => {
        throw unreadable(location, cause instanceof Error ? cause.message : String(cause), cause);
      }),
    );
  }
  return files;
}

/** On any system: a model is the same file on all of them. */
function isRelative(location: string): boolean {
  if (location.includes('\0') || win32.isAbsolute(location) || /^[A-Za-z]:/.test(location)) return false;
  return !win32.normalize(location).split(win32.sep).includes('..');
}

function isWithin(folder: string, path: string): boolean {
  const between = relative(folder, path);
  return between.split(sep)[0] !== '..' && !win32.isAbsolute(between);
}

function isLink(path: string): Promise<boolean> {
  return lstat(path).then(
    (stats) => stats.isSymbolicLink(),
    () => false,
  );
}

function outside(location: string): ExternalDataError {
  return new ExternalDataError(
    `The model refers to data outside of its folder ("${location}"), which konkyo does not read. If the file is the model's own, put the file itself beside the model, not a link to it.`,
    location,
  );
}

function unreadable(location: string, reason: string, cause?: unknown): ExternalDataError {
  const message = `The model's data file "${location}" cannot be read: ${reason}. Put the file beside the model.`;
  return new ExternalDataError(message, location, { cause });
}
