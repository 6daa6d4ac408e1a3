/* What needs Node: the native runtime and reading files. */

export { loadDigits } from './datasets/digits.ts';
export { readIdxFolder } from './datasets/idxFolder.ts';
export { decodeImage, readImageFile } from './datasets/imageFile.ts';
export { nodeRuntime } from './runtime/node.ts';
