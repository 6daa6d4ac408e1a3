import type { NpyArray } from '../datasets/npyTypes.ts';
import { type Classifier, checkImages } from '../model/classifier.ts';
import { InvalidInputError } from '../model/errors.ts';
import { type InputDescription, imageDims } from '../model/inputDescription.ts';
import { float32, rows } from '../onnx/tensor.ts';
import type { NamedImage } from '../report/explanation/explainedView.ts';

/** An array's shape as [n, ...image], of one image or a batch in the shape the model takes or took. Another stays as it is. */
function batchDims(dims: readonly number[], input: InputDescription): readonly number[] {
  const image = imageDims(input);
  const isImage = (sizes: readonly number[]) =>
    [image, input.inFile ?? image].some(
      (own) => own.length === sizes.length && own.every((dim, i) => dim === sizes[i]),
    );
  const [count = 0, ...rest] = dims;
  if (isImage(rest)) return [count, ...image];
  if (isImage(dims)) return [1, ...image];
  return dims.length === 3 ? [1, ...dims] : dims;
}

/**
 * Arrays are model input, not preprocessed: one image, or a batch of them.
 * @throws InvalidInputError for an array of another shape or type, or with numbers that are none.
 */
export function fromArray(array: NpyArray, name: string, classifier: Pick<Classifier, 'input'>): NamedImage[] {
  const isPlain = ['float32', 'float64', 'uint8'].includes(array.type);
  if (!isPlain && !(classifier.input.numbers && array.type !== 'bool')) {
    throw new InvalidInputError(`${name} holds ${array.type}; save it as float32 (array.astype('float32')).`);
  }
  const dims = batchDims(array.dims, classifier.input);
  const images = float32(dims, Float32Array.from<number | bigint>(array.data, Number));
  try {
    checkImages(classifier, images);
  } catch (error) {
    if (error instanceof InvalidInputError) error.message = `${name}: ${error.message}`;
    throw error;
  }
  const count = dims[0] ?? 0;
  return Array.from({ length: count }, (_, i) => ({
    name: count === 1 ? name : `${name}[${i}]`,
    image: rows(images, i, i + 1),
  }));
}
