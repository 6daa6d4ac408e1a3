/* What needs Node: the native runtime and reading files. */

export type { Dataset } from './datasets/dataset.ts';
export { loadDigits } from './datasets/digits.ts';
export { readIdxFolder } from './datasets/idxFolder.ts';
export { decodeImage, readImageFile } from './datasets/imageFile.ts';
export { namedDatasets } from './datasets/namedDatasets.ts';
export { openDataset } from './datasets/openDataset.ts';
export { datasetCache } from './datasets/publishedDataset.ts';
export { nodeRuntime } from './runtime/node.ts';
