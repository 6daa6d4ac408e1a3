import type { Command } from 'commander';
import type { Dataset } from '../datasets/dataset.ts';
import type { Classifier } from '../model/classifier.ts';
import type { LoadedModel } from '../model/loadModel.ts';
import { descriptionPath, loadModelFile, openModelFile } from '../node/modelFile.ts';
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
  readonly probabilities?: boolean;
  readonly dataDir?: string;
  readonly force?: boolean;
}

export const forceWords = 'write over what is read, and over files of another kind';

/** The flags that say which output is meant, describe a model's input, and how it is run. */
export function addModelOptions(command: Command): Command {
  return command
    .option('--output <name>', 'the output with the class scores, where the model has several')
    .option('--size <HxW>', "height and width, where the model leaves its input's size open")
    .option('--layout <layout>', 'NCHW or NHWC')
    .option('--order <order>', 'RGB or BGR')
    .option('--scale <factor>', 'pixels 0..255 are multiplied by it (default: 1/255)')
    .option('--mean <numbers>', 'then these are subtracted, one or one a channel (default: 0)')
    .option('--std <numbers>', 'then divided by these (default: 1)')
    .option('--classes <file>', 'class names, one a line')
    .option('--data-dir <folder>', 'where the files of a named data set are')
    .option('--threads <n>', 'threads (default: all)')
    .option('--device <device>', deviceWords)
    .option('--force', forceWords);
}

/** What is read for a model: never written over unasked. */
export function modelInputs(path: string, { classes }: ModelFlags): readonly (string | undefined)[] {
  return [path, descriptionPath(path), classes];
}

/** The classifier in a file, as its flags say. @throws UsageError, FileError, and what `loadClassifier` throws. */
export async function classifierFrom(path: string, flags: ModelFlags): Promise<Classifier> {
  const classifier = await loadModelFile(path, {
    runtime: watched(runtimeFrom(flags), path),
    input: await inputSettings(flags),
    sourceOf: (name) => `--${name}`,
    explain: flags.probabilities === true ? 'output' : 'scores',
    output: flags.output,
  });
  for (const caution of classifier.cautions) say(`Note: ${caution}\n`);
  return classifier;
}

/** A model with outputs of any shape, as its flags say. @throws UsageError, FileError, and what `loadModel` throws. */
export async function modelFrom(path: string, flags: ModelFlags): Promise<LoadedModel> {
  return openModelFile(path, {
    runtime: watched(runtimeFrom(flags), path),
    input: await inputSettings(flags),
    sourceOf: (name) => `--${name}`,
    output: flags.output,
  });
}

/** A data set with its images brought to the size and channels of a classifier's input. */
export function datasetFor(
  { input: { height, width, channels } }: Classifier,
  where: string,
  { dataDir }: ModelFlags,
  progress: Progress,
): Promise<Dataset> {
  const shape = { channels: channels === 1 ? 1 : 3, size: { height, width } } as const;
  return datasetWithProgress(where, { ...shape, dataDir }, progress);
}

/** A flag for each option that a method has, but for those that the command has for itself. */
export function addMethodOptions(command: Command): Command {
  command.option(
    '--baselines <images>',
    'what expected-gradients compares with: a folder of pictures, an .npy or .npz file, or a data set such as digits (default: blank images from black to white)',
  );
  command.option(
    '--segments <file>',
    'the parts of the image that feature-ablation and kernel-shap cover: an .npy array of labels, or a picture with a colour for each (default: the cells of a grid)',
  );
  const own = command.options.map(({ long }) => long);
  for (const [name, { option, methods }] of methodOptions()) {
    if (own.includes(`--${name}`)) continue;
    command.option(`--${name} <number>`, `${option.about} (${methods.join(', ')}; default ${option.default})`);
  }
  return command;
}
