import type { InputDescription } from '../../../model/inputDescription.ts';
import { elementAt } from '../../../model/pixels.ts';

/** One image of model input blurred by a Gaussian of `sigma` pixels; beyond its edge it goes on as at the edge. */
export function gaussianBlur(image: Float32Array, input: InputDescription, sigma: number): Float32Array {
  const { height, width, channels } = input;
  const kernel = gaussian(sigma);
  const at = elementAt(input);
  const rows = new Float32Array(image.length);
  const blurred = new Float32Array(image.length);
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++)
        rows[at(c, y, x)] = weighted(kernel, (k) => image[at(c, y, within(x + k, width))]);
    }
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++)
        blurred[at(c, y, x)] = weighted(kernel, (k) => rows[at(c, within(y + k, height), x)]);
    }
  }
  return blurred;
}

/** Weights for -n to n, of sum 1, out to three standard deviations. */
function gaussian(sigma: number): readonly number[] {
  const reach = Math.ceil(3 * sigma);
  const weights = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

function weighted(kernel: readonly number[], value: (offset: number) => number | undefined): number {
  const reach = (kernel.length - 1) / 2;
  let sum = 0;
  for (const [i, weight] of kernel.entries()) sum += weight * (value(i - reach) ?? 0);
  return sum;
}

function within(at: number, size: number): number {
  return Math.min(size - 1, Math.max(0, at));
}
