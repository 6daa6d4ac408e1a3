import { withChannels } from '../datasets/fitImages.ts';
import { concatRows, float32, sizeOf, type Tensor } from '../onnx/tensor.ts';
import type { Picture } from '../pictures/picture.ts';
import { resizeImage } from '../pictures/resizeImage.ts';
import { InvalidInputError } from './errors.ts';
import { type InputDescription, imageDims } from './inputDescription.ts';

/** Where element (channel, y, x) of one image of model input lies; the channel is the model's own. */
export function elementAt({ layout, channels, height, width }: InputDescription) {
  return layout === 'NCHW'
    ? (channel: number, y: number, x: number) => (channel * height + y) * width + x
    : (channel: number, y: number, x: number) => (y * width + x) * channels + channel;
}

/** Calls `visit` for each element of one image: its index in pixels [h, w, c], in model input, and its model channel. */
export function eachPixel(
  input: InputDescription,
  visit: (pixelIndex: number, inputIndex: number, channel: number) => void,
): void {
  const at = elementAt(input);
  for (let y = 0; y < input.height; y++) {
    for (let x = 0; x < input.width; x++) {
      for (let c = 0; c < input.channels; c++) {
        const channel = input.order === 'BGR' ? input.channels - 1 - c : c;
        visit((y * input.width + x) * input.channels + c, at(channel, y, x), channel);
      }
    }
  }
}

/** A pixel value (0..255) as model input. */
export function normalise(pixel: number, channel: number, { scale, mean, std }: InputDescription): number {
  return (pixel * scale - (mean[channel] ?? 0)) / (std[channel] ?? 1);
}

/** Model input as a pixel value, not rounded. */
export function denormalise(value: number, channel: number, { scale, mean, std }: InputDescription): number {
  return (value * (std[channel] ?? 1) + (mean[channel] ?? 0)) / scale;
}

/** The pixel values that the model's own input range is made of. */
export function pixelRange({ numbers }: InputDescription): { readonly low: number; readonly high: number } {
  return numbers ?? { low: 0, high: 255 };
}

/**
 * A picture of the model's size as model input [1, ...]. Grey becomes colour and colour grey as the model takes it.
 * @throws InvalidInputError for a picture of another size, or of other bytes than it says; for a model of signals or tables.
 */
export function toInput(picture: Picture, input: InputDescription): Tensor<'float32'> {
  checkTakesPictures(input);
  if (picture.height !== input.height || picture.width !== input.width) {
    throw new InvalidInputError(
      `The picture has ${picture.height} x ${picture.width} pixels, but the model takes ${input.height} x ${input.width}. Bring it to that size with resizeImage.`,
    );
  }
  if (picture.data.length !== picture.height * picture.width * picture.channels) {
    throw new InvalidInputError(
      `A picture of ${picture.height} x ${picture.width} x ${picture.channels} does not have ${picture.data.length} bytes.`,
    );
  }
  const { data } = withChannels(picture, input.channels === 1 ? 1 : 3);
  return fill(input, (pixelIndex) => data[pixelIndex] ?? 0);
}

/** A picture of any size as model input [1, ...]: brought to the model's size and channels. */
export function toFittedInput(picture: Picture, input: InputDescription): Tensor<'float32'> {
  checkTakesPictures(input);
  const fits = picture.height === input.height && picture.width === input.width;
  return toInput(fits ? picture : resizeImage(picture, input), input);
}

/** @throws InvalidInputError */
function checkTakesPictures({ numbers, inFile }: InputDescription): void {
  if (!numbers) return;
  const shape = inFile ? `, [${inFile}] each` : '';
  throw new InvalidInputError(
    `The model takes ${numbers.kind}s${shape}, not pictures: give a .csv, .npy or .npz file. If they are pictures, say --kind image.`,
  );
}

/**
 * One image of model input as pixels, rounded and clipped to 0..255: the picture as the model saw it.
 * @throws InvalidInputError for values that are not one image of the model's.
 */
export function toPixels(image: Float32Array, input: InputDescription): Picture {
  const { height, width, channels } = input;
  checkOneImage(image, input);
  const data = new Uint8Array(height * width * channels);
  eachPixel(input, (pixelIndex, inputIndex, channel) => {
    const pixel = denormalise(image[inputIndex] ?? 0, channel, input);
    data[pixelIndex] = Math.min(255, Math.max(0, Math.round(pixel)));
  });
  return { height, width, channels: channels === 1 ? 1 : 3, data };
}

/**
 * One image's map of model-input shape summed over its channels: [height * width].
 * @throws InvalidInputError for a map of another shape, a layer's say.
 */
export function sumChannels(values: Float32Array, input: InputDescription): Float32Array {
  checkOneImage(values, input);
  const sums = new Float32Array(input.height * input.width);
  eachPixel(input, (pixelIndex, inputIndex) => {
    const at = Math.floor(pixelIndex / input.channels);
    sums[at] = (sums[at] ?? 0) + (values[inputIndex] ?? 0);
  });
  return sums;
}

function checkOneImage({ length }: Float32Array, input: InputDescription): void {
  const dims = imageDims(input);
  if (length === sizeOf(dims)) return;
  throw new InvalidInputError(
    `There are ${length} values, but one image of the model's input has ${sizeOf(dims)}, [${dims}] (${input.layout}). Give one image's row of the values; a layer's map has the layer's own shape, [n, channels, height, width], and its own channels to add up.`,
  );
}

/** An image of one pixel value everywhere, as model input [1, ...]. */
export function baselineImage(pixel: number, input: InputDescription): Tensor<'float32'> {
  return fill(input, () => pixel);
}

function fill(input: InputDescription, pixelAt: (pixelIndex: number) => number): Tensor<'float32'> {
  const dims = imageDims(input);
  const data = new Float32Array(sizeOf(dims));
  eachPixel(input, (pixelIndex, inputIndex, channel) => {
    data[inputIndex] = normalise(pixelAt(pixelIndex), channel, input);
  });
  return float32([1, ...dims], data);
}

/** Images of evenly distributed pixel values, whole ones from 0 to 255 or as fine over another range, always the same ones, as model input [count, ...]. */
export function noiseImages(input: InputDescription, count: number): Tensor<'float32'> {
  const { low, high } = pixelRange(input);
  let state = 1;
  const images = Array.from({ length: count }, () =>
    fill(input, () => {
      // A linear congruential generator (Numerical Recipes) is random enough to tell two programs apart.
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return low + ((high - low) * (state >>> 24)) / 255;
    }),
  );
  return concatRows(images);
}
