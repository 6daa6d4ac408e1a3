import type { InputDescription } from '../model/inputDescription.ts';
import { denormalise, eachPixel } from '../model/pixels.ts';
import type { Tensor } from '../onnx/tensor.ts';
import { random } from '../random/random.ts';
import { MetricSettingsError } from './metrics/errors.ts';
import type { CellMap } from './pixelMap.ts';

/** What any explanation has to beat: a map that knows neither the model nor the image. */
export function randomMap({ height, width }: InputDescription, seed: number): CellMap {
  const source = random(seed);
  return { height, width, values: Float32Array.from({ length: height * width }, () => source.uniform()) };
}

/**
 * The image itself as a map, which knows no model: each pixel's brightness, the mean of its colours as pixel values 0
 * to 255.
 * @param image one image of model input.
 */
export function inputMap(image: Float32Array, input: InputDescription): CellMap {
  const values = new Float32Array(input.height * input.width);
  eachPixel(input, (pixelIndex, inputIndex, channel) => {
    const pixel = Math.floor(pixelIndex / input.channels);
    values[pixel] = (values[pixel] ?? 0) + denormalise(image[inputIndex] ?? 0, channel, input) / input.channels;
  });
  return { height: input.height, width: input.width, values };
}

/** How far each value of a row of a table is from 0 in model input: a map that knows the row but not the model. */
export function sizeMap(row: Float32Array, { height, width }: InputDescription): CellMap {
  return { height, width, values: row.map(Math.abs) };
}

/**
 * The mean image of a set as a map, the same for every image: it knows where things usually are, but neither model nor
 * image. Brightness, pixel values 0 to 255.
 * @param images [n, ...] model input.
 * @throws MetricSettingsError for a set of no images.
 */
export function meanImageMap(images: Tensor<'float32'>, input: InputDescription): CellMap {
  const [count = 0] = images.dims;
  if (count === 0) throw new MetricSettingsError('There are no images to take the mean of: give one or more.');
  const size = images.data.length / count;
  const mean = Float32Array.from({ length: size }, (_, element) => {
    let sum = 0;
    for (let image = 0; image < count; image++) sum += images.data[image * size + element] ?? 0;
    return sum / count;
  });
  return inputMap(mean, input);
}

const horizontal = [-1, 0, 1, -2, 0, 2, -1, 0, 1];
const vertical = [-1, -2, -1, 0, 0, 0, 1, 2, 1];

/**
 * A map that knows the image but not the model: the steepness of the brightness (Sobel's operator), edges repeated outward.
 * @param image one image of model input.
 */
export function edgeMap(image: Float32Array, input: InputDescription): CellMap {
  const { height, width, values: grey } = inputMap(image, input);
  const at = (y: number, x: number) =>
    grey[Math.min(height - 1, Math.max(0, y)) * width + Math.min(width - 1, Math.max(0, x))] ?? 0;
  const values = Float32Array.from({ length: height * width }, (_, pixel) => {
    const [y, x] = [Math.floor(pixel / width), pixel % width];
    const slope = (kernel: readonly number[]) =>
      kernel.reduce((sum, weight, k) => sum + weight * at(y + Math.floor(k / 3) - 1, x + (k % 3) - 1), 0);
    return Math.hypot(slope(horizontal), slope(vertical));
  });
  return { height, width, values };
}
