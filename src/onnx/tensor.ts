import { ArgumentError } from '../argumentError.ts';
import {
  allocate,
  type DataOf,
  type ElementType,
  isNumeric,
  type NumericType,
  type TypedArray,
} from './elementType.ts';

/** Row-major n-dimensional array. `dims` is `[]` for a scalar. */
export interface Tensor<T extends ElementType = ElementType> {
  readonly type: T;
  readonly dims: readonly number[];
  readonly data: DataOf<T>;
}

/** The number of elements of a shape. */
export function sizeOf(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

/**
 * A tensor of the given type, shape and elements.
 * @throws ArgumentError when the number of elements does not match the shape.
 */
export function tensor<T extends ElementType>(type: T, dims: readonly number[], data: DataOf<T>): Tensor<T> {
  if (!dims.every((dim) => Number.isSafeInteger(dim) && dim >= 0)) {
    throw new ArgumentError(`No tensor has the shape [${dims}]: dimensions are whole numbers from 0.`);
  }
  if (isNumeric(type) && data.length !== sizeOf(dims)) {
    throw new ArgumentError(`A ${type} tensor of shape [${dims}] has ${sizeOf(dims)} elements, not ${data.length}.`);
  }
  return { type, dims, data };
}

/** A float32 tensor; numbers are rounded to single precision. */
export function float32(dims: readonly number[], data: Float32Array | readonly number[]): Tensor<'float32'> {
  return tensor('float32', dims, data instanceof Float32Array ? data : Float32Array.from(data));
}

/** A float32 scalar. */
export function scalar(value: number): Tensor<'float32'> {
  return float32([], [value]);
}

const int64Max = 2n ** 63n - 1n;
const int64Min = -(2n ** 63n);

/** An int64 vector (or, with `dims`, any shape). Numbers beyond int64 are clamped to it: INT64_MAX means "to the end" in Slice. */
export function int64(values: readonly number[], dims: readonly number[] = [values.length]): Tensor<'int64'> {
  return tensor('int64', dims, BigInt64Array.from(values, clampToInt64));
}

/** A whole number as ONNX stores it, numbers beyond int64 brought to its ends. @throws ArgumentError for any other number. */
export function clampToInt64(value: number): bigint {
  if (Number.isNaN(value)) throw new ArgumentError('NaN is no whole number.');
  if (value >= Number(int64Max)) return int64Max;
  if (value <= Number(int64Min)) return int64Min;
  if (!Number.isInteger(value)) throw new ArgumentError(`${value} is no whole number.`);
  return BigInt(value);
}

/** A tensor of zeros. */
export function zeros<T extends NumericType>(type: T, dims: readonly number[]): Tensor<T> {
  return tensor(type, dims, allocate(type, sizeOf(dims)));
}

/**
 * The elements as JavaScript numbers (bool as 0 and 1).
 * @throws ArgumentError for strings, packed types and half-precision bit patterns.
 */
export function toNumbers(t: Tensor): number[] {
  const { type, data } = t;
  if (!isNumeric(type) || type === 'float16' || type === 'bfloat16') {
    throw new ArgumentError(`A ${type} tensor has no elements that are JavaScript numbers.`);
  }
  return Array.from(data as ArrayLike<number | bigint>, Number);
}

/** Whether a tensor holds elements of the given type. */
export function isTensorOf<T extends ElementType>(t: Tensor, type: T): t is Tensor<T> {
  return t.type === type;
}

/** Rows `from` to `to` of the first dimension, without copying. */
export function rows<T extends NumericType>(t: Tensor<T>, from: number, to: number): Tensor<T> {
  const [, ...rest] = t.dims;
  const width = sizeOf(rest);
  const data = (t.data as TypedArray).subarray(from * width, to * width) as DataOf<T>;
  return { type: t.type, dims: [to - from, ...rest], data };
}

/** Tensors of equal trailing shape, one after the other along the first dimension. */
export function concatRows(parts: readonly Tensor<'float32'>[]): Tensor<'float32'> {
  const [first] = parts;
  if (!first) throw new ArgumentError('No tensors to concatenate.');
  const data = new Float32Array(parts.reduce((sum, part) => sum + part.data.length, 0));
  let offset = 0;
  for (const part of parts) {
    data.set(part.data, offset);
    offset += part.data.length;
  }
  const count = parts.reduce((sum, part) => sum + (part.dims[0] ?? 1), 0);
  return float32([count, ...first.dims.slice(1)], data);
}
