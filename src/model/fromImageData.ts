import { ArgumentError } from '../argumentError.ts';
import type { Tensor } from '../onnx/tensor.ts';
import { rows } from '../onnx/tensor.ts';
import type { InputDescription } from './inputDescription.ts';
import { toFittedInput } from './pixels.ts';

/** What a canvas gives: `context.getImageData(...)`. */
interface CanvasPixels {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue and opacity, 0 to 255. */
  readonly data: Uint8ClampedArray;
}

/**
 * The pixels of a canvas as model input [1, ...], brought to the model's size and channels; what is transparent shows white.
 * @throws ArgumentError for data of another length; what `toFittedInput` throws.
 */
export function fromImageData({ width, height, data }: CanvasPixels, input: InputDescription): Tensor<'float32'> {
  if (data.length !== 4 * width * height) {
    throw new ArgumentError(
      `Pixels of ${height}x${width} have ${4 * width * height} numbers (RGBA), not ${data.length}.`,
    );
  }
  const opaque = Uint8Array.from({ length: 3 * width * height }, (_, i) => {
    const pixel = 4 * Math.floor(i / 3);
    const opacity = (data[pixel + 3] ?? 255) / 255;
    return Math.round(255 + opacity * ((data[pixel + (i % 3)] ?? 0) - 255));
  });
  return toFittedInput({ width, height, channels: 3, data: opaque }, input);
}

/**
 * One image of a batch, [1, ...]: a view of the same numbers. `concatRows` makes a batch of images.
 * @throws ArgumentError for an index that the batch does not have.
 */
export function imageAt(batch: Tensor<'float32'>, index: number): Tensor<'float32'> {
  const [count = 0] = batch.dims;
  if (!Number.isInteger(index) || index < 0 || index >= count) {
    throw new ArgumentError(`There is no image ${index} in a batch of ${count}: they are counted from 0.`);
  }
  return rows(batch, index, index + 1);
}
