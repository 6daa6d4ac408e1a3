import { basename } from 'node:path';
import { type Described, type ImageReader, type ImageSource, openImages } from '../app/imageSources.ts';
import { decodeImage } from '../datasets/imageFile.ts';
import { openDataset } from '../datasets/openDataset.ts';
import { inputFiles } from './inputFiles.ts';
import { readNamedFile } from './namedFile.ts';

/**
 * The images of files: PNG, JPEG or WebP pictures, .npy or .npz arrays (model input as it is), folders of those (see
 * `inputFiles`), or DATASET:INDEX, such as `digits:7`. Pictures are read when they are needed.
 * @throws FileError, and what says that an array or a data set is none.
 */
export async function openImageFiles(
  inputs: readonly string[],
  classifier: Described,
  testSet: ImageReader['testSet'] = async (dataset) => (await openDataset(dataset)).test,
): Promise<ImageSource[]> {
  const read = (path: string) => readNamedFile(path, 'input');
  const { files } = await inputFiles(inputs);
  return openImages(files, classifier, { nameOf: (path) => basename(path), read, decode: decodeImage, testSet });
}
