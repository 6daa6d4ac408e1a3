import { percent } from './numbers.ts';

export const question = 'How was it made?';
export const gist = 'model, input, settings, versions, hashes';

/** Of work that a signal ended, for the page and the command line. */
export function interrupted(missing: readonly string[]): string {
  return `This run was interrupted. Missing: ${missing.join(', ')}.`;
}

export const headings = {
  model: 'The model',
  input: 'What it was given',
  settings: 'Settings',
  environment: 'Computed with',
  repeat: 'To repeat it',
};

export const repeatNote = 'The same model, images, seed, versions and number of threads give the same figures.';

export const rows = {
  madeAt: 'Made at',
  author: 'Author',
  file: 'File',
  madeBy: 'Made by',
  opset: 'ONNX opset',
  parameters: 'Parameters',
  sha256: 'SHA-256',
  batch: 'Images at a time',
  rewritten: 'Rewritten model',
  note: 'Note',
  runtime: 'Runtime',
  threads: 'Threads',
  input: 'Input',
  size: 'Size',
  pixels: 'Pixels',
  values: 'Values',
  comparedWith: 'Compared with',
  range: 'Range',
  saidBy: 'Said by',
  image: 'Image',
  model: 'Model',
};

/** What a hash was taken of. */
export const hashes = { file: 'SHA-256', input: 'SHA-256 of the model input' };

export const opsetFrom = (opset: number, from: number) => `${opset}, rewritten from ${from} on loading`;
export const difference = (part: number) =>
  `differs from the original by at most ${percent(part)} of what a score varies by over probe images`;
export const imageSize = (height: number, width: number, channels: string, layout: string) =>
  `${height} x ${width}, ${channels} (${layout})`;
export const grey = 'grey';
export const channels = (count: number, order: string) => `${count} channels, ${order}`;
export const pixels = (factor: string, mean: string, std: string) =>
  `0 to 255, times ${factor}, minus ${mean}, divided by ${std}`;
export const tableSize = (features: number) => `a table of ${features} features`;
export const signalSize = (channels: number, length: number, isFirst: boolean) =>
  `a signal of ${channels} channels, ${length} values each (channels ${isFirst ? 'first' : 'last'})`;
export const parts = { table: 'feature', signal: 'channel' };
export const asTheyAre = 'as they are';
export const standardised = (part: string) => `less the mean and divided by the std of each ${part}`;
export const meanOfEach = (part: string) => `the mean of each ${part}`;
export const range = (low: number, high: number) =>
  `${low} to ${high} in model input, an assumption: of the numbers that the rewritten model is tried with, and of what noise is a share of`;

/** Which settings a source gave: nobody (`default`), the model, or a file or flag by its name. */
export const saidBy = (source: string, settings: readonly string[]) => `${source}: ${settings.join(', ')}`;
