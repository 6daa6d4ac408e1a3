import type { InputDescription } from '../model/inputDescription.ts';
import { denormalise, eachPixel } from '../model/pixels.ts';
import { random } from '../random/random.ts';
import type { CellMap } from './pixelMap.ts';

/** What any explanation has to beat: a map that knows neither the model nor the image. */
export function randomMap({ height, width }: InputDescription, seed: number): CellMap {
  const source = random(seed);
  return { height, width, values: Float32Array.from({ length: height * width }, () => source.uniform()) };
}

const horizontal = [-1, 0, 1, -2, 0, 2, -1, 0, 1];
const vertical = [-1, -2, -1, 0, 0, 0, 1, 2, 1];

/**
 * A map that knows the image but not the model: the steepness of the brightness (Sobel's operator), edges repeated outward.
 * @param image one image of model input.
 */
export function edgeMap(image: Float32Array, input: InputDescription): CellMap {
  const { height, width, channels } = input;
  const grey = new Float32Array(height * width);
  eachPixel(input, (pixelIndex, inputIndex, channel) => {
    const pixel = Math.floor(pixelIndex / channels);
    grey[pixel] = (grey[pixel] ?? 0) + denormalise(image[inputIndex] ?? 0, channel, input) / channels;
  });
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
