import { ArgumentError } from '../../argumentError.ts';
import { elementOf, type PixelLayout } from './perturbed.ts';

/** Puts something else in the place of some pixels of one image of model input, in place: in all channels. */
export interface Replacement {
  (row: Float32Array, pixels: Int32Array): void;
  /** What a pixel becomes depends on nothing else of the image, so that pixels can go one after the other as well as together. */
  readonly isPixelwise?: true;
}

/** One number, in units of model input. */
export function byConstant(input: PixelLayout, value: number): Replacement {
  return pixelwise((row, pixels) => each(input, pixels, (element) => (row[element] = value)));
}

/**
 * The pixels of another image of model input: an image of one colour, a blurred one.
 * @throws ArgumentError for another size.
 */
export function byImage(input: PixelLayout, image: Float32Array): Replacement {
  const size = input.height * input.width * input.channels;
  if (image.length !== size) {
    throw new ArgumentError(`The baseline has ${image.length} values, but an image has ${size}: give one image.`);
  }
  return pixelwise((row, pixels) => each(input, pixels, (element) => (row[element] = image[element] ?? 0)));
}

/** The mean colour of the image itself. */
export function byMeanColour(input: PixelLayout): Replacement {
  const count = input.height * input.width;
  return (row, pixels) => {
    const means = Array.from({ length: input.channels }, (_, c) => {
      let sum = 0;
      for (let pixel = 0; pixel < count; pixel++) sum += row[elementOf(input, pixel, c)] ?? 0;
      return sum / count;
    });
    each(input, pixels, (element, c) => (row[element] = means[c] ?? 0));
  };
}

function pixelwise(replace: Replacement): Replacement {
  return Object.assign(replace, { isPixelwise: true } as const);
}

/** Steps through the elements of pixels, plainly: this runs for half of all pixels of every perturbed image. */
function each(input: PixelLayout, pixels: Int32Array, visit: (element: number, channel: number) => void): void {
  for (let c = 0; c < input.channels; c++) {
    const first = elementOf(input, 0, c);
    const step = elementOf(input, 1, c) - first;
    for (let i = 0; i < pixels.length; i++) visit(first + step * (pixels[i] ?? 0), c);
  }
}
