import type { Command } from 'commander';
import { isCsv } from '../app/imageSources.ts';
import type { InputPart } from '../app/severalInputs.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { methodKinds } from '../methods.ts';
import type { Classifier } from '../model/classifier.ts';
import type { LoadedModel } from '../model/loadModel.ts';
import { picturesOnly } from '../model/picturesOnly.ts';
import { readAs } from '../model/reading/reading.ts';
import { sliceReading } from '../model/reading/slice.ts';
import { valueReading } from '../model/reading/value.ts';
import type { Task } from '../model/task/task.ts';
import { describedTask, descriptionPath, loadModelFile, openModelFile } from '../node/modelFile.ts';
import { heldFrom } from './heldFlag.ts';
import { type InputFlags, inputSettings } from './inputFlags.ts';
import { datasetWithProgress } from './inputs.ts';
import { methodOptions } from './methodFlags.ts';
import type { Progress } from './progress.ts';
import { deviceWords, type RuntimeFlags, runtimeFrom } from './runtimeFlags.ts';
import { say } from './streams.ts';
import { watched } from './watchdog.ts';

/** What `addModelOptions` adds; the commands that can explain probabilities add `--probabilities`. */
export interface ModelFlags extends InputFlags, RuntimeFlags {
  readonly output?: string;
  readonly input?: string;
  readonly with?: string;
  readonly probabilities?: boolean;
  readonly dataDir?: string;
  readonly force?: boolean;
}

export const forceWords = 'write over what is read, and over files of another kind';

/** The flags that say which output is meant, describe a model's input, and how it is run. */
export function addModelOptions(command: Command): Command {
  return command
    .optionsGroup('Model, input and machine:')
    .option('--output <name>', 'the output with the class scores, where the model has several')
    .option('--size <HxW>', "height and width, or the length of a signal, where the model leaves its input's size open")
    .option('--input <name>', 'the input to explain, where the model has several; the others are held fixed')
    .option('--with <file.npz>', 'the values of the inputs that are held fixed, an array for each')
    .option('--kind <kind>', 'what the input is, where its shape does not say: image, signal or table')
    .option('--layout <layout>', 'NCHW or NHWC; of a signal, channels before or after its length')
    .option('--order <order>', 'RGB or BGR')
    .option('--scale <factor>', 'pixels 0..255 are multiplied by it (default: 1/255)')
    .option('--mean <numbers>', 'then these are subtracted, one or one a channel (default: 0)')
    .option('--std <numbers>', 'then divided by these (default: 1)')
    .option(
      '--softmax',
      'the scores are logits: their softmax gives probabilities ("scores": "logits" in MODEL.konkyo.json)',
    )
    .option('--classes <file>', 'class names, one a line')
    .option('--data-dir <folder>', 'where the files of a named data set are')
    .option('--threads <n>', 'threads (default: all)')
    .option('--device <device>', deviceWords)
    .option('--force', forceWords);
}

/** What is read for a model: never written over unasked. */
export function modelInputs(path: string, { classes, with: held }: ModelFlags): readonly (string | undefined)[] {
  return [path, descriptionPath(path), classes, held];
}

/** The input that is explained and the values of the others, where flags do not say so. */
type ExplainedPart = Pick<InputPart, 'inputName' | 'held' | 'images'>;

/**
 * The classifier in a file, as its flags say.
 * @param inputs what is explained: of a CSV file, the model takes a table or a signal.
 * @throws UsageError, FileError, and what `loadClassifier` throws.
 */
export async function classifierFrom(
  path: string,
  flags: ModelFlags,
  inputs: readonly string[] = [],
  part?: ExplainedPart,
): Promise<Classifier> {
  const classifier = await loadModelFile(path, {
    ...(await loadedAs(path, flags, inputs, part)),
    explain: flags.probabilities === true ? 'output' : 'scores',
  });
  for (const caution of classifier.cautions) say(`Note: ${caution}\n`);
  return classifier;
}

/**
 * A row of numbers of a model that may do something else than decide for a class: the value of one that gives one; of others, for what
 * looks at layers alone, the sum of an output.
 * @param takes the tasks that are no decisions for classes and make sense all the same.
 * @throws what `classifierFrom` throws; UnsuitableModelError for a model of another task.
 */
export async function rowFrom(path: string, flags: ModelFlags, takes: readonly Task[]): Promise<Classifier> {
  const task = await describedTask(path);
  if (task === undefined || !takes.includes(task)) return classifierFrom(path, flags);
  const loaded = await modelFrom(path, flags);
  try {
    const [output] = loaded.outputs;
    const isValue = task === 'value' || output === undefined;
    return await readAs(loaded, isValue ? valueReading(loaded) : sliceReading(loaded, `${output.name}[:]`));
  } finally {
    await loaded.release();
  }
}

/**
 * A model with outputs of any shape, as its flags say; see `classifierFrom`.
 * @throws UsageError, FileError, and what `loadModel` throws.
 */
export async function modelFrom(
  path: string,
  flags: ModelFlags,
  inputs: readonly string[] = [],
  part?: ExplainedPart,
): Promise<LoadedModel> {
  return openModelFile(path, await loadedAs(path, flags, inputs, part));
}

async function loadedAs(path: string, flags: ModelFlags, inputs: readonly string[], part: ExplainedPart | undefined) {
  return {
    runtime: watched(runtimeFrom(flags), path),
    input: await inputSettings(flags),
    sourceOf: (name: string) => (name === 'scores' ? '--softmax' : `--${name}`),
    output: flags.output,
    isNumbers: areNumbers(inputs),
    sampleDims: part?.images[0]?.array.dims,
    inputName: part?.inputName ?? flags.input,
    held: part?.held ?? (flags.with === undefined ? undefined : await heldFrom(flags.with)),
  };
}

/** Rows of a CSV file are numbers, pictures are not, and of arrays it is not known. */
function areNumbers(inputs: readonly string[]): boolean | undefined {
  if (inputs.some(isCsv)) return true;
  return inputs.length === 0 || inputs.some((path) => /\.np[yz]$/i.test(path)) ? undefined : false;
}

/** A data set with its images brought to the size and channels of a classifier's input. */
export function datasetFor(
  { input }: Classifier,
  where: string,
  { dataDir }: ModelFlags,
  progress: Progress,
): Promise<Dataset> {
  picturesOnly(input, 'Data sets are');
  const { height, width, channels } = input;
  const shape = { channels: channels === 1 ? 1 : 3, size: { height, width } } as const;
  return datasetWithProgress(where, { ...shape, dataDir }, progress);
}

/** A flag for each option that a method has, but for those that the command has for itself. */
export function addMethodOptions(command: Command): Command {
  command.optionsGroup('Options of methods:');
  command.option(
    '--baselines <images>',
    'what expected-gradients compares with: a folder of pictures, an .npy or .npz file, or a data set such as digits (default: blank images from black to white)',
  );
  command.option(
    '--segments <file>',
    'the parts of the image that feature-ablation and kernel-shap cover: an .npy array of labels, or a picture with a colour for each (default: the cells of a grid)',
  );
  const own = command.options.map(({ long }) => long);
  for (const name of methodOptions().keys()) {
    if (own.includes(`--${name}`)) continue;
    command.option(`--${name} <number>`, optionWords(name));
  }
  return command;
}

/** What an option means, and to which methods with which default, where that differs: `... (default 100: smoothgrad; 1000: rise)`. */
function optionWords(name: string): string {
  const meanings = new Map<string, Map<number, string[]>>();
  for (const { id, options } of methodKinds) {
    const option = options[name];
    if (!option) continue;
    const byDefault = meanings.get(option.about) ?? new Map<number, string[]>();
    meanings.set(option.about, byDefault.set(option.default, [...(byDefault.get(option.default) ?? []), id]));
  }
  const defaults = (byDefault: ReadonlyMap<number, readonly string[]>) =>
    [...byDefault].map(([value, ids]) => `${value}: ${ids.join(', ')}`).join('; ');
  return [...meanings].map(([about, byDefault]) => `${about} (default ${defaults(byDefault)})`).join('; or ');
}
