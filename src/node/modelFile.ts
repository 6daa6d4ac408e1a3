import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { readExternalFiles } from '../files/externalFiles.ts';
import { KonkyoError } from '../konkyoError.ts';
import type { Classifier } from '../model/classifier.ts';
import { withConstantInitializers } from '../model/imageInput.ts';
import { type InputSettings, parseInputSettings, type SettingSources } from '../model/inputDescription.ts';
import { type LoadOptions, loadClassifier } from '../model/loadClassifier.ts';
import { type LoadedModel, loadModel } from '../model/loadModel.ts';
import type { Task } from '../model/task/task.ts';
import type { ValueInfo } from '../onnx/graph.ts';
import { readModel } from '../onnx/readModel.ts';
import { readNamedFile, readNamedText } from './namedFile.ts';

/** The runtime, and what neither the model's file nor its description says. */
export interface ModelFileOptions
  extends Pick<LoadOptions, 'runtime' | 'output' | 'explain' | 'isNumbers' | 'inputName' | 'held' | 'sampleDims'> {
  /** How pixels become model input; it wins over the file beside the model. */
  readonly input?: InputSettings;
  /** Where a setting of `input` comes from, for the report. Default: `given`. */
  readonly sourceOf?: (setting: string) => string;
}

/**
 * Loads a classifier from a file, with its external data and the description of its input beside it, MODEL.konkyo.json.
 * @throws FileError, and what `loadClassifier` throws.
 */
export function loadModelFile(path: string, options: ModelFileOptions): Promise<Classifier> {
  return fromFile(path, options, (bytes, read) => loadClassifier(bytes, { ...options, ...read }));
}

/**
 * The same of a model whose outputs may have any shape; `output` is the only one of them that is read.
 * @throws FileError, and what `loadModel` throws.
 */
export function openModelFile(path: string, options: Omit<ModelFileOptions, 'explain'>): Promise<LoadedModel> {
  const { output, ...rest } = options;
  const outputs = output === undefined ? undefined : [output];
  return fromFile(path, options, (bytes, read) => loadModel(bytes, { ...rest, outputs, ...read }));
}

/** What a file and its neighbours say, for those who load it. */
type ReadFromFile = Pick<LoadOptions, 'input' | 'inputSources' | 'external'>;

async function fromFile<T>(
  path: string,
  { input = {}, sourceOf = () => 'given' }: Pick<ModelFileOptions, 'input' | 'sourceOf'>,
  load: (bytes: Uint8Array, read: ReadFromFile) => Promise<T>,
): Promise<T> {
  const bytes = await readNamedFile(path, 'model');
  const described = await readSettings(path);
  try {
    return await load(bytes, {
      input: { ...described.settings, ...input, inputs: withFlags(described.settings.inputs, input) },
      inputSources: { ...sources(described.settings, () => described.file), ...sources(input, sourceOf) },
      external: path === '-' ? new Map() : await readExternalFiles(path, bytes),
    });
  } catch (error) {
    if (error instanceof KonkyoError) error.message = `${path}: ${error.message}`;
    throw error;
  }
}

/** What is said of single inputs, under what is given for all. */
function withFlags(inputs: InputSettings['inputs'], given: InputSettings): InputSettings['inputs'] {
  const { inputs: _, ...all } = given;
  return inputs && Object.fromEntries(Object.entries(inputs).map(([name, own]) => [name, { ...own, ...all }]));
}

/**
 * The inputs that a model's file has, without loading it.
 * @throws FileError, InvalidModelError, ExternalDataError
 */
export async function modelFileInputs(path: string): Promise<readonly ValueInfo[]> {
  const bytes = await readNamedFile(path, 'model');
  return withConstantInitializers(readModel(bytes, await readExternalFiles(path, bytes))).graph.inputs;
}

function sources(settings: InputSettings, sourceOf: (setting: string) => string): Partial<SettingSources> {
  return Object.fromEntries(Object.keys(settings).map((name) => [name, sourceOf(name)]));
}

/** Where the description of a model's input is: beside it. */
export function descriptionPath(modelPath: string): string {
  return `${modelPath.replace(/\.onnx$/i, '')}.konkyo.json`;
}

/** What the description beside a model says that it does. @throws FileError, InputDescriptionError */
export async function describedTask(modelPath: string): Promise<Task | undefined> {
  const { settings } = await readSettings(modelPath);
  return settings.task;
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
