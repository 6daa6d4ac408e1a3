import type { Classifier } from '../../model/classifier.ts';
import { eachPixel } from '../../model/pixels.ts';
import { pixelRange } from '../noncontributing/certifiedMargins.ts';
import { PixelRangeError } from '../noncontributing/errors.ts';

/** How far each input of an image can go within epsilon of the pixel range, never beyond what a pixel can be. */
export interface Reach {
  /** [inputs], 0 or below. */
  readonly down: Float64Array;
  /** [inputs], 0 or above. */
  readonly up: Float64Array;
  /** The inputs where pixels are at their lowest and highest: [inputs]. */
  readonly low: Float32Array;
  readonly high: Float32Array;
  /** The inputs of each pixel, y * width + x. */
  readonly inputsOf: readonly (readonly number[])[];
}

/** @throws PixelRangeError for an image beyond what its pixels can be. */
export function reachOf({ input }: Pick<Classifier, 'input'>, image: Float32Array, epsilon: number): Reach {
  const { low, high, range } = pixelRange(input);
  if (image.some((x, i) => x < (low.data[i] ?? 0) || x > (high.data[i] ?? 0))) {
    throw new PixelRangeError(
      'The image has values beyond what its pixels can be by the input description: --scale, --mean and --std say how pixels become input.',
    );
  }
  const step = (i: number) => epsilon * (range.data[i] ?? 0);
  const inputsOf: number[][] = Array.from({ length: input.height * input.width }, () => []);
  eachPixel(input, (pixel, at) => inputsOf[Math.floor(pixel / input.channels)]?.push(at));
  return {
    down: Float64Array.from(image, (x, i) => Math.max(-step(i), (low.data[i] ?? 0) - x)),
    up: Float64Array.from(image, (x, i) => Math.min(step(i), (high.data[i] ?? 0) - x)),
    low: low.data,
    high: high.data,
    inputsOf,
  };
}
