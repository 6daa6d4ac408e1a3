import { InvalidInputError } from '../classifier/errors.ts';
import type { InputDescription } from '../classifier/inputDescription.ts';
import { sumChannels } from '../classifier/pixels.ts';
import type { Tensor } from '../onnx/tensor.ts';

/** One number for each cell of a grid over the image, row by row. */
export interface CellMap {
  readonly height: number;
  readonly width: number;
  readonly values: Float32Array;
}

/**
 * An attribution's values for one image as a picture, channels added up: the image's own pixels, or a layer's positions.
 * @param values [1, ...] in the image's shape, or with `layer` in that layer's.
 * @returns undefined for a layer without positions.
 * @throws InvalidInputError for values of several images, or not in the image's shape without a layer.
 */
export function cellMap(
  { values, layer }: { readonly values: Tensor<'float32'>; readonly layer?: string },
  input: InputDescription,
): CellMap | undefined {
  if (values.dims[0] !== 1) {
    throw new InvalidInputError(`The map is of ${values.dims[0]} images, [${values.dims}]: give one image's row.`);
  }
  if (layer === undefined) {
    return { height: input.height, width: input.width, values: sumChannels(values.data, input) };
  }
  const [, channels, height, width, ...more] = values.dims;
  if (channels === undefined || height === undefined || width === undefined || more.length > 0) return undefined;
  const sums = new Float32Array(height * width);
  values.data.forEach((value, i) => {
    const cell = i % sums.length;
    sums[cell] = (sums[cell] ?? 0) + value;
  });
  return { height, width, values: sums };
}

/** A map at another size, each cell as large as its share (nearest neighbour): what the report draws. */
export function stretched(map: CellMap, { height, width }: { readonly height: number; readonly width: number }) {
  if (map.height === height && map.width === width) return map;
  const values = Float32Array.from({ length: height * width }, (_, i) => {
    const row = Math.floor((Math.floor(i / width) * map.height) / height);
    return map.values[row * map.width + Math.floor(((i % width) * map.width) / width)] ?? 0;
  });
  return { height, width, values };
}
