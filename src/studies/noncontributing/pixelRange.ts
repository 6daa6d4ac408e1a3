import type { InputDescription } from '../../model/inputDescription.ts';
import { denormalise, eachPixel } from '../../model/pixels.ts';
import { PixelRangeError } from './errors.ts';

/** So far beyond 0 and 255 a pixel may be by rounding. */
const slack = 0.5;

/**
 * Amplitudes are shares of the range of a pixel, 0 to 255 by the input description: an image beyond it shows that the
 * description is not the model's.
 * @throws PixelRangeError
 */
export function checkPixelRange(image: Float32Array, input: InputDescription): void {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  eachPixel(input, (_pixel, index, channel) => {
    const pixel = denormalise(image[index] ?? 0, channel, input);
    least = Math.min(least, pixel);
    most = Math.max(most, pixel);
  });
  if (least >= -slack && most <= 255 + slack) return;
  throw new PixelRangeError(
    `By its input description the image has pixels from ${least.toFixed(1)} to ${most.toFixed(1)}, which should be 0 to 255: the range of a pixel is not known, and amplitudes are shares of it. Give --scale, --mean and --std, or MODEL.konkyo.json.`,
  );
}
