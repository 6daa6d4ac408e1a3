import { concatRows, float32, rows, sizeOf, type Tensor } from '../onnx/tensor.ts';
import { type InputDescription, imageDims } from './inputDescription.ts';
import { baselineImage, denormalise, eachPixel, noiseImages, normalise, pixelRange } from './pixels.ts';

/** Beyond so many numbers an image the rarer kinds are left out: a proof should not take longer than an explanation. */
const largeImage = 2 ** 20;

/**
 * Images to tell two programs apart by, of different kinds, for what a model does may hang on the pixels: noise, all white,
 * all black, faint noise and a ramp from left to right. Always the same ones, of whole pixel values or as fine over another range.
 * @param noise how many of noise there are; they come first.
 * @returns [noise + 4, ...] model input, or [noise + 2, ...] for large images.
 */
export function probeImages(input: InputDescription, noise: number): Tensor<'float32'> {
  const plain = noiseImages(input, noise + 1);
  const faint = rows(plain, noise, noise + 1);
  const { low, high } = pixelRange(input);
  const uniform = [baselineImage(high, input), baselineImage(low, input)];
  const rarer = [
    mapPixels(faint, input, (pixel) => Math.floor(pixel / 32)),
    mapPixels(faint, input, (_, x) => Math.round((255 * x) / Math.max(1, input.width - 1))),
  ];
  const large = sizeOf(imageDims(input)) > largeImage;
  return concatRows([rows(plain, 0, noise), ...uniform, ...(large ? [] : rarer)]);
}

/** One image with other pixel values, 0 to 255 over their range, each made of what it was and its column. */
function mapPixels(
  image: Tensor<'float32'>,
  input: InputDescription,
  change: (pixel: number, x: number) => number,
): Tensor<'float32'> {
  const { low, high } = pixelRange(input);
  const data = new Float32Array(image.data.length);
  eachPixel(input, (pixelIndex, inputIndex, channel) => {
    const x = Math.floor(pixelIndex / input.channels) % input.width;
    const pixel = denormalise(image.data[inputIndex] ?? 0, channel, input);
    const level = change(Math.round((255 * (pixel - low)) / (high - low)), x);
    data[inputIndex] = normalise(low + ((high - low) * level) / 255, channel, input);
  });
  return float32(image.dims, data);
}
