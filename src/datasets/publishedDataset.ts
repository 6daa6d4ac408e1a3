// Node only: reads and writes files.
import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Dataset } from './dataset.ts';
import { addressIn, download, type FailedAttempt } from './download.ts';
import { DownloadError, readingFrom } from './errors.ts';
import { datasetFromIdx, hasIdxFiles, type IdxFiles, readIdxFiles } from './idxFolder.ts';
import type { LoadControl } from './loadProgress.ts';
import type { PublishedDataset, PublishedFile } from './namedDatasets.ts';
import { checkPublished } from './publishedContent.ts';

export interface PublishedOptions extends LoadControl {
  /** Looked in first: the four files, or a folder named as the data set with them. */
  readonly dataDir?: string;
  /** Where downloads go, in a folder named as the data set. Default: `datasetCache()`. */
  readonly cacheDir?: string;
  /** Give a connection up on which nothing comes for so long. Default 30,000. */
  readonly stallMilliseconds?: number;
}

/** `$XDG_CACHE_HOME/konkyo/datasets`, by default `~/.cache/konkyo/datasets`. */
export function datasetCache(env: { readonly XDG_CACHE_HOME?: string | undefined } = process.env): string {
  const given = env.XDG_CACHE_HOME ?? '';
  return join(isAbsolute(given) ? given : join(homedir(), '.cache'), 'konkyo', 'datasets');
}

/**
 * Loads a published data set from the first place that has its four files: the folder given, the operating system's
 * folders, the cache; else downloads what the cache lacks. The content is compared with its published checksums wherever
 * it comes from.
 * @throws DatasetFileError, ChecksumError, DownloadError, InterruptedError
 */
export async function loadPublished(dataset: PublishedDataset, options: PublishedOptions = {}): Promise<Dataset> {
  const { name, classNames } = dataset;
  const cache = join(options.cacheDir ?? datasetCache(), name);
  const { dataDir } = options;
  if (dataDir !== undefined) await checkGivenFolder(dataDir);
  const given = dataDir === undefined ? [] : [dataDir, join(dataDir, name)];
  const places = [...given, ...dataset.systemFolders, cache];
  for (const place of places) {
    if (hasIdxFiles(await filesIn(place)))
      return datasetFromIdx(await readChecked(place, dataset), { name, classNames });
  }
  await downloadMissing(dataset, places, cache, options);
  return datasetFromIdx(await readChecked(cache, dataset), { name, classNames });
}

async function readChecked(folder: string, { files }: PublishedDataset): Promise<IdxFiles> {
  const contents = await readIdxFiles(folder);
  const parts = [
    ['train-images', contents.trainImages],
    ['train-labels', contents.trainLabels],
    ['t10k-images', contents.testImages],
    ['t10k-labels', contents.testLabels],
  ] as const;
  for (const [stem, { bytes, where }] of parts) {
    const file = files.find(({ name }) => name.startsWith(stem));
    if (file) checkPublished(bytes, file, where);
  }
  return contents;
}

async function downloadMissing(
  dataset: PublishedDataset,
  places: readonly string[],
  cache: string,
  options: PublishedOptions,
): Promise<void> {
  const present = await filesIn(cache);
  const missing = dataset.files.filter(({ name }) => !present.includes(name) && !present.includes(uncompressed(name)));
  for (const file of missing) {
    const urls = dataset.mirrors.map((mirror) => addressIn(mirror, file));
    const what = `Downloading ${dataset.name}: ${file.name}`;
    const failed = await download(file, urls, join(cache, file.name), { ...options, what });
    if (failed.length > 0) throw notDownloaded(dataset, file, places, cache, failed);
  }
}

function notDownloaded(
  { name, files, source }: PublishedDataset,
  file: PublishedFile,
  places: readonly string[],
  cache: string,
  failed: readonly FailedAttempt[],
): DownloadError {
  const attempts = failed.map(({ url, reason }) => `${url}: ${reason}`).join('; ');
  const [first] = failed;
  return new DownloadError({
    where: name,
    what: `it is not in ${places.join(', ')}, and ${file.name} could not be downloaded (${attempts})`,
    nextStep: `Put ${files.map((each) => each.name).join(', ')} (see ${source}) into ${cache}, or into a folder that you give with --data-dir`,
    cause: first?.cause,
  });
}

async function checkGivenFolder(folder: string): Promise<void> {
  const nextStep = 'Give an existing folder as --data-dir, or none';
  await readingFrom(folder, { what: () => 'the folder cannot be read', nextStep }, (path) => readdir(path));
}

async function filesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

function uncompressed(name: string): string {
  return name.replace(/\.gz$/, '');
}
