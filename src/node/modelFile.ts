import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { readExternalFiles } from '../files/externalFiles.ts';
import { KonkyoError } from '../konkyoError.ts';
import type { Classifier } from '../model/classifier.ts';
import type { Detector } from '../model/detection/detector.ts';
import { loadDetector } from '../model/detection/loadDetector.ts';
import { type InputSettings, parseInputSettings, type SettingSources } from '../model/inputDescription.ts';
import { type LoadOptions, loadClassifier } from '../model/loadClassifier.ts';
import type { LoadModelOptions } from '../model/loadModel.ts';
import { readNamedFile, readNamedText } from './namedFile.ts';

/** The runtime, and what neither the model's file nor its description says. */
export interface ModelFileOptions extends Pick<LoadOptions, 'runtime' | 'output' | 'explain'> {
  /** How pixels become model input; it wins over the file beside the model. */
  readonly input?: InputSettings;
  /** Where a setting of `input` comes from, for the report. Default: `given`. */
  readonly sourceOf?: (setting: string) => string;
}

/**
 * Loads a classifier from a file, with its external data and the description of its input beside it, MODEL.konkyo.json.
 * @throws FileError, and what `loadClassifier` throws.
 */
export async function loadModelFile(path: string, options: ModelFileOptions): Promise<Classifier> {
  const { explain, output, ...file } = options;
  return fromModelFile(path, file, (bytes, found) => loadClassifier(bytes, { ...found, explain, output }));
}

/**
 * Loads a detector from a file, as `loadModelFile` does a classifier.
 * @throws FileError, and what `loadDetector` throws.
 */
export async function loadDetectorFile(
  path: string,
  { outputs, ...file }: Omit<ModelFileOptions, 'output' | 'explain'> & Pick<LoadModelOptions, 'outputs'>,
): Promise<Detector> {
  return fromModelFile(path, file, (bytes, found) => loadDetector(bytes, { ...found, outputs }));
}

/** Loads something from a model's file, with its external data and the description beside it; its name goes before an error. */
async function fromModelFile<T>(
  path: string,
  { input = {}, sourceOf = () => 'given', runtime }: Omit<ModelFileOptions, 'output' | 'explain'>,
  load: (bytes: Uint8Array, options: LoadModelOptions) => Promise<T>,
): Promise<T> {
  const bytes = await readNamedFile(path, 'model');
  const described = await readSettings(path);
  try {
    return await load(bytes, {
      runtime,
      input: { ...described.settings, ...input },
      inputSources: { ...sources(described.settings, () => described.file), ...sources(input, sourceOf) },
      external: path === '-' ? new Map() : await readExternalFiles(path, bytes),
    });
  } catch (error) {
    if (error instanceof KonkyoError) error.message = `${path}: ${error.message}`;
    throw error;
  }
}

function sources(settings: InputSettings, sourceOf: (setting: string) => string): Partial<SettingSources> {
  return Object.fromEntries(Object.keys(settings).map((name) => [name, sourceOf(name)]));
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
  return { settings: parseInputSettings(await readNamedText(path, 'input description'), file), file };
}
