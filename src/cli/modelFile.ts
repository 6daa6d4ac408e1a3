import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, normalize } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Classifier } from '../classifier/classifier.ts';
import { type InputSettings, parseInputSettings } from '../classifier/inputDescription.ts';
import { loadClassifier } from '../classifier/loadClassifier.ts';
import { KonkyoError } from '../konkyoError.ts';
import { ExternalDataError } from '../onnx/errors.ts';
import { externalLocations } from '../onnx/readModel.ts';
import type { ExternalData } from '../onnx/tensorProto.ts';
import type { Runtime } from '../runtime/runtime.ts';

/** A file that was named cannot be read. */
export class FileError extends KonkyoError {
  readonly tag = 'file';
}

export interface ModelFileOptions {
  readonly runtime: Runtime;
  /** From flags; they win over the file beside the model. */
  readonly settings: InputSettings;
  readonly output?: string;
  readonly explain?: 'scores' | 'output';
}

/** Loads a classifier from a file, with its external data and the description MODEL.konkyo.json beside it. */
export async function loadModelFile(path: string, options: ModelFileOptions): Promise<Classifier> {
  const bytes = await readNamedFile(path, 'model');
  const described = await readSettings(path);
  const { settings, ...rest } = options;
  try {
    return await loadClassifier(bytes, {
      ...rest,
      input: { ...described, ...settings },
      external: await readExternal(path, bytes),
    });
  } catch (error) {
    if (error instanceof KonkyoError) error.message = `${path}: ${error.message}`;
    throw error;
  }
}

/**
 * The contents of a file; of standard input for "-".
 * @throws FileError
 */
export async function readNamedFile(path: string, what: string): Promise<Uint8Array> {
  try {
    return path === '-' ? await buffer(process.stdin) : await readFile(path);
  } catch (cause) {
    throw new FileError(`Cannot read the ${what} ${path}: ${cause instanceof Error ? cause.message : cause}.`, {
      cause,
    });
  }
}

/** Where the description of a model's input is: beside it. */
export function descriptionPath(modelPath: string): string {
  return `${modelPath.replace(/\.onnx$/i, '')}.konkyo.json`;
}

async function readSettings(modelPath: string): Promise<InputSettings> {
  const path = descriptionPath(modelPath);
  const exists = await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
  return exists
    ? parseInputSettings(new TextDecoder().decode(await readNamedFile(path, 'input description')), basename(path))
    : {};
}

async function readExternal(modelPath: string, bytes: Uint8Array): Promise<ExternalData> {
  const files = new Map<string, Uint8Array>();
  for (const location of externalLocations(bytes)) {
    if (isAbsolute(location) || normalize(location).startsWith('..')) {
      throw new ExternalDataError(
        `The model refers to data outside of its folder ("${location}"), which konkyo does not read.`,
        location,
      );
    }
    const contents = await readFile(join(dirname(modelPath), location)).catch(() => undefined);
    // A missing file is reported by readModel, which knows the tensor that needs it.
    if (contents) files.set(location, contents);
  }
  return files;
}
