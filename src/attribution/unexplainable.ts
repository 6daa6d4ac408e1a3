import type { KonkyoError } from '../konkyoError.ts';
import type { Classifier } from '../model/classifier.ts';
import { InvalidInputError } from '../model/errors.ts';
import { concatRows, rows, type Tensor } from '../onnx/tensor.ts';
import { RunError } from '../runtime/runtime.ts';

/** An image that cannot be explained, counted from 0, and why. */
interface UnexplainableImage {
  readonly image: number;
  readonly reason: KonkyoError;
}

/**
 * The images [n, ...] whose pixels or scores are not numbers.
 * @throws InvalidInputError for images of another shape than the model's.
 */
export async function unexplainable(
  classifier: Classifier,
  images: Tensor<'float32'>,
): Promise<readonly UnexplainableImage[]> {
  const count = images.dims[0] ?? 0;
  const named = (image: number) => (count === 1 ? 'the image' : `image ${image + 1} of ${count}`);
  const badPixels = Array.from({ length: count }, (_, image) => image).flatMap((image) => {
    const pixels = rows(images, image, image + 1).data;
    const bad = pixels.findIndex((value) => !Number.isFinite(value));
    const text = `Element ${bad} of ${named(image)} is ${pixels[bad]}: an explanation needs finite numbers.`;
    return bad < 0 ? [] : [{ image, reason: new InvalidInputError(text) }];
  });
  const { places, kept } = without(images, new Set(badPixels.map(({ image }) => image)));
  if (places.length === 0) return badPixels;
  const { data, dims } = await classifier.scoresOf(kept);
  const width = dims[1] ?? 1;
  const badScores = places.flatMap((image, row) => {
    if (!data.subarray(row * width, (row + 1) * width).some(Number.isNaN)) return [];
    const text = `The model gives NaN for ${named(image)}. Check the input, and how its pixels are scaled.`;
    return [{ image, reason: new RunError(text) }];
  });
  return [...badPixels, ...badScores].sort((a, b) => a.image - b.image);
}

/** The images that are not left out, and which they are. */
export function without(
  images: Tensor<'float32'>,
  leftOut: ReadonlySet<number>,
): { readonly places: readonly number[]; readonly kept: Tensor<'float32'> } {
  const places = Array.from({ length: images.dims[0] ?? 0 }, (_, i) => i).filter((i) => !leftOut.has(i));
  if (leftOut.size === 0) return { places, kept: images };
  const parts = places.map((i) => rows(images, i, i + 1));
  return { places, kept: parts.length === 0 ? rows(images, 0, 0) : concatRows(parts) };
}
