import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { readExternalFiles } from '../files/externalFiles.ts';
import { readBounded, readBoundedStream } from '../files/readBounded.ts';
import { KonkyoError } from '../konkyoError.ts';
import type { Classifier } from '../model/classifier.ts';
import { type InputSettings, parseInputSettings, type SettingSources } from '../model/inputDescription.ts';
import { loadClassifier } from '../model/loadClassifier.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { decodeText } from './textFile.ts';

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
      input: { ...described.settings, ...settings },
      inputSources: {
        ...mapped(described.settings, () => described.file),
        ...mapped(settings, (name) => `--${name}`),
      },
      external: path === '-' ? new Map() : await readExternalFiles(path, bytes),
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
    return path === '-' ? await readBoundedStream(process.stdin) : await readBounded(path);
  } catch (cause) {
    throw new FileError(`Cannot read the ${what} ${path}: ${cause instanceof Error ? cause.message : cause}.`, {
      cause,
    });
  }
}

/** The same for each setting that is there. */
function mapped(settings: InputSettings, source: (name: string) => string): Partial<SettingSources> {
  return Object.fromEntries(Object.keys(settings).map((name) => [name, source(name)]));
}

/** Where the description of a model's input is: beside it. */
export function descriptionPath(modelPath: string): string {
  return `${modelPath.replace(/\.onnx$/i, '')}.konkyo.json`;
}

async function readSettings(modelPath: string): Promise<{ readonly settings: InputSettings; readonly file: string }> {
  const path = descriptionPath(modelPath);
  const file = basename(path);
  const exists = await stat(path).then(
    () => true,
    () => false,
  );
  if (!exists) return { settings: {}, file };
  const text = decodeText(await readNamedFile(path, 'input description'));
  return { settings: parseInputSettings(text, file), file };
}
