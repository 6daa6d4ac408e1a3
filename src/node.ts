/* What needs Node: the native runtime, reading files, and a folder for a report. */

export { bulkByQueue, type QueuedBulkOptions } from './app/bulkByQueue.ts';
export { type WorkedShards, type WorkShardsOptions, workShards } from './bulk/queue/workShards.ts';
export type { Dataset } from './datasets/dataset.ts';
export { loadDigits } from './datasets/digits.ts';
export { readIdxFolder } from './datasets/idxFolder.ts';
export { decodeImage, readImageFile } from './datasets/imageFile.ts';
export { openImageStream, type StreamOptions } from './datasets/imageStream.ts';
export { loadMosaics } from './datasets/mosaic/loadMosaics.ts';
export type { Box as MosaicBox, MosaicDataset, Mosaics, PlacedDigit } from './datasets/mosaic/mosaic.ts';
export { namedDatasets } from './datasets/namedDatasets.ts';
export { openDataset } from './datasets/openDataset.ts';
export type { ImagePart } from './datasets/pictureList.ts';
export { datasetCache } from './datasets/publishedDataset.ts';
export { openImageFiles } from './node/imageFiles.ts';
export { loadModelFile, type ModelFileOptions } from './node/modelFile.ts';
export { reportFolder } from './node/reportFolder.ts';
export { storeFolder } from './node/storeFolder.ts';
export { type VirelayProject, writeVirelayProject } from './node/virelayProject.ts';
export type { Device } from './runtime/device.ts';
export { type NodeRuntimeOptions, nodeRuntime } from './runtime/node.ts';
