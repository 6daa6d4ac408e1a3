import { InvalidInputError } from '../../model/errors.ts';
import { float32, sizeOf, type Tensor } from '../../onnx/tensor.ts';

/**
 * Amplitudes in the images' shape as [n, 1, h, w] or [n, h, w, 1], where one number is for all channels of a pixel.
 * @throws InvalidInputError where the channels differ.
 */
export function sharedByChannels(amplitude: Tensor<'float32'>, dims: readonly number[]): Tensor<'float32'> {
  const given = amplitude.dims.slice(1);
  const axis = given.findIndex((dim, i) => dim !== dims[i]);
  if (axis < 0) return amplitude;
  const [channels, inner] = [given[axis] ?? 1, sizeOf(given.slice(axis + 1))];
  const at = (outer: number, channel: number, place: number) =>
    amplitude.data[(outer * channels + channel) * inner + place] ?? 0;
  const data = Float32Array.from({ length: amplitude.data.length / channels }, (_, i) => {
    const [outer, place] = [Math.floor(i / inner), i % inner];
    for (let channel = 1; channel < channels; channel++) {
      if (at(outer, channel, place) !== at(outer, 0, place)) {
        throw new InvalidInputError(
          'The amplitudes differ between the channels of a pixel. Make the certifier with amplitudes: "channel".',
        );
      }
    }
    return at(outer, 0, place);
  });
  return float32([amplitude.dims[0] ?? 1, ...dims], data);
}

/** Amplitudes [1, 1, h, w] or [1, h, w, 1] for every channel. */
export function inImageShape(amplitude: Tensor<'float32'>, dims: readonly number[]): Tensor<'float32'> {
  const shape = [1, ...dims.slice(1)];
  const axis = amplitude.dims.findIndex((dim, i) => dim !== shape[i]);
  if (axis < 0) return amplitude;
  const inner = sizeOf(shape.slice(axis + 1));
  const channels = shape[axis] ?? 1;
  const data = Float32Array.from({ length: sizeOf(shape) }, (_, at) => {
    const outer = Math.floor(at / (inner * channels));
    return amplitude.data[outer * inner + (at % inner)] ?? 0;
  });
  return float32(shape, data);
}
