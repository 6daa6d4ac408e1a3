import type { ImageSource } from '../app/imageSources.ts';
import { namedDatasets } from '../datasets/namedDatasets.ts';
import type { Classifier } from '../model/classifier.ts';
import { openImageFiles } from '../node/imageFiles.ts';
import type { NamedImage } from '../report/explanation/explainedView.ts';
import { datasetWithProgress } from './datasetWithProgress.ts';
import { progressTo } from './progress.ts';
import { UsageError } from './usageError.ts';

export interface InputOptions {
  /** Where the files of named data sets are, to look there first. */
  readonly dataDir?: string;
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
  classifier: Classifier,
  { dataDir }: InputOptions = {},
): Promise<ImageSource[]> {
  return openImageFiles(inputs, classifier, async (dataset, input) => {
    const names = namedDatasets.map(({ name }) => name);
    if (names.includes(dataset)) return (await datasetWithProgress(dataset, { dataDir }, progressTo())).test;
    throw new UsageError(`There is no data set "${dataset}" (in ${input}). There are: ${names.join(', ')}.`);
  });
}
