import { isSignalLayer, type Positions, tokenGrid } from '../attribution/layers/positions.ts';
import { InvalidInputError } from '../model/errors.ts';
import type { InputDescription } from '../model/inputDescription.ts';
import { sumChannels } from '../model/pixels.ts';
import type { Tensor } from '../onnx/tensor.ts';

/** One number for each cell of a grid over the image, row by row. */
export interface CellMap {
  readonly height: number;
  readonly width: number;
  readonly values: Float32Array;
}

/**
 * An attribution's values for one image as a picture, channels added up: the image's own pixels, or a layer's positions or
 * grid of tokens.
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
  if (isSignalLayer(values.dims.slice(1), input)) {
    return cellMap({ values: { ...values, dims: [1, channels ?? 1, 1, height ?? 1] }, layer }, input);
  }
  const grid = values.dims.length === 3 ? tokenGrid(channels ?? 0, input) : undefined;
  if (grid) return cellsOf(values, grid);
  const [rows = 0, columns = 0] = [channels, height];
  const isOf = (h: number, w: number) => h * input.width === w * input.height;
  if (values.dims.length === 4 && isOf(rows, columns) && !isOf(height ?? 0, width ?? 0)) {
    // Channels last: each position's features are a row.
    return cellsOf({ ...values, dims: [1, rows * columns, width ?? 1] }, { height: rows, width: columns, first: 0 });
  }
  if (channels === undefined || height === undefined || width === undefined || more.length > 0) return undefined;
  const sums = new Float32Array(height * width);
  values.data.forEach((value, i) => {
    const cell = i % sums.length;
    sums[cell] = (sums[cell] ?? 0) + value;
  });
  return { height, width, values: sums };
}

/** Each token's features added up, without the tokens that stand for no part of the image. */
function cellsOf(
  { data, dims: [, , features = 1] }: Tensor<'float32'>,
  { height, width, first }: Omit<Positions, 'layout'>,
): CellMap {
  const sumAt = (token: number) =>
    data.subarray(token * features, (token + 1) * features).reduce((sum, value) => sum + value, 0);
  return { height, width, values: Float32Array.from({ length: height * width }, (_, i) => sumAt(first + i)) };
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
