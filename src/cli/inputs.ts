import type { Described, ImageSource } from '../app/imageSources.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { namedDatasets } from '../datasets/namedDatasets.ts';
import { type OpenOptions, openDataset } from '../datasets/openDataset.ts';
import { counted } from '../language/english/numbers.ts';
import type { Classifier } from '../model/classifier.ts';
import { openImageFiles } from '../node/imageFiles.ts';
import { type InputFolder, inputFiles } from '../node/inputFiles.ts';
import type { NamedImage } from '../report/explanation/explainedView.ts';
import { UsageError } from './flags.ts';
import { interruption } from './interruption.ts';
import { type Progress, progressTo } from './progress.ts';
import { say } from './streams.ts';

interface InputOptions {
  /** Where the files of named data sets are, to look there first. */
  readonly dataDir?: string;
}

/** What INPUT arguments are, for the help of every command that takes them. */
export const inputWords =
  'PNG, JPEG or WebP picture (or - for one on stdin), .npy or .npz array (model input as it is), a folder of those, or DATASET:INDEX, such as digits:7';

/** The INPUT arguments with the files of folders in their place; what is in them is said. @throws FileError */
export async function namedFiles(inputs: readonly string[]): Promise<readonly string[]> {
  const { files, folders } = await inputFiles(inputs);
  for (const folder of folders) say(`${folder.path}: ${folderWords(folder)}\n`);
  return files;
}

function folderWords({ pictures, arrays, others }: InputFolder): string {
  const kinds = [
    ...(pictures > 0 ? [counted(pictures, 'picture', 'pictures')] : []),
    ...(arrays > 0 ? [counted(arrays, 'file of arrays', 'files of arrays')] : []),
  ];
  return `${kinds.join(' and ')}${others > 0 ? `; ${others} of other kinds, or folders, are passed over` : ''}.`;
}

/** The images of the INPUT arguments, all read. */
export async function readInputs(
  inputs: readonly string[],
  classifier: Classifier,
  options: InputOptions = {},
): Promise<NamedImage[]> {
  const images: NamedImage[] = [];
  for (const source of await openInputs(inputs, classifier, options)) images.push(await source.read());
  return images;
}

/** The images of the INPUT arguments, to be read when they are needed. */
export function openInputs(
  inputs: readonly string[],
  classifier: Described,
  { dataDir }: InputOptions = {},
): Promise<ImageSource[]> {
  return openImageFiles(inputs, classifier, async (dataset, input) => {
    const names = namedDatasets.map(({ name }) => name);
    if (names.includes(dataset)) return (await datasetWithProgress(dataset, { dataDir }, progressTo())).test;
    throw new UsageError(`There is no data set "${dataset}" (in ${input}). There are: ${names.join(', ')}.`);
  });
}

/** Opens a data set; where it takes long (a download, many pictures), the progress is shown in tenths. */
export async function datasetWithProgress(
  where: string,
  options: Omit<OpenOptions, 'onProgress'>,
  progress: Progress,
): Promise<Dataset> {
  let shown = '';
  try {
    return await openDataset(where, {
      signal: interruption,
      ...options,
      onProgress({ what, done, total, unit }) {
        const tenth = Math.floor((10 * done) / total);
        if (shown === `${what} ${tenth}`) return;
        shown = `${what} ${tenth}`;
        progress.update(tenth, 10, unit === 'bytes' ? `${what} (${(total / 1e6).toFixed(1)} MB)` : what);
      },
    });
  } finally {
    progress.finish();
  }
}
