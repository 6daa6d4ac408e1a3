/**
 * A tensor for the slow witness: row-major float64. Integers and booleans are held as float64 numbers too;
 * `integerType` is the TensorProto code of the integer type they stand for, absent for floats and booleans: ONNX's Div
 * truncates integers, and QuantizeLinear needs their range.
 */
export interface Array64 {
  readonly dims: readonly number[];
  readonly data: Float64Array;
  readonly integerType?: number;
}

export type SlowAttributes = Readonly<
  Record<string, number | string | readonly number[] | readonly string[] | Array64>
>;

/** One ONNX operator: inputs by position (`undefined`: absent), and how many outputs the node names. */
export type SlowOperator = (
  inputs: readonly (Array64 | undefined)[],
  attributes: SlowAttributes,
  outputCount: number,
) => readonly Array64[];

/** Thrown where an operator is given something its definition does not allow, or this witness does not cover. */
export class SlowOperatorError extends Error {
  readonly tag = 'SlowOperatorError';
  constructor(message: string) {
    super(message);
    this.name = 'SlowOperatorError';
  }
}

export const sizeOf = (dims: readonly number[]): number => dims.reduce((product, dim) => product * dim, 1);

/** Row-major strides, in elements. */
export function stridesOf(dims: readonly number[]): number[] {
  const strides = dims.map(() => 1);
  for (let axis = dims.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * dims[axis + 1]!;
  return strides;
}

export function flatIndex(dims: readonly number[], index: readonly number[]): number {
  let flat = 0;
  for (let axis = 0; axis < dims.length; axis++) flat = flat * dims[axis]! + index[axis]!;
  return flat;
}

/** Calls `visit` for every index of a tensor, row-major. The index array is reused: copy it to keep it. */
export function forEachIndex(
  dims: readonly number[],
  visit: (index: readonly number[], position: number) => void,
): void {
  const index = dims.map(() => 0);
  const size = sizeOf(dims);
  for (let position = 0; position < size; position++) {
    visit(index, position);
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      const next = index[axis]! + 1;
      index[axis] = next === dims[axis] ? 0 : next;
      if (next !== dims[axis]) break;
    }
  }
}

/** The tensor whose element at each index is `value(index)`. */
export function tabulate(
  dims: readonly number[],
  value: (index: readonly number[], position: number) => number,
): Array64 {
  const data = new Float64Array(sizeOf(dims));
  forEachIndex(dims, (index, position) => {
    data[position] = value(index, position);
  });
  return { dims, data };
}

export const at = (array: Array64, index: readonly number[]): number => array.data[flatIndex(array.dims, index)]!;

export const scalar = (value: number): Array64 => ({ dims: [], data: Float64Array.of(value) });

export const vector = (values: readonly number[]): Array64 => ({
  dims: [values.length],
  data: Float64Array.from(values),
});

/** `index` with the entry at `axis` replaced. */
export const withAxis = (index: readonly number[], axis: number, value: number): number[] =>
  index.map((entry, position) => (position === axis ? value : entry));

/** A negative axis counts from the back. */
export function axisOf(axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis;
  if (positive < 0 || positive > rank) throw new SlowOperatorError(`axis ${axis} is outside a tensor of rank ${rank}`);
  return positive;
}

export function mapValues(array: Array64, f: (x: number) => number): Array64 {
  return { dims: array.dims, data: array.data.map((x) => f(x)) };
}

/** Multidirectional (NumPy) broadcasting of shapes. */
export function broadcastDims(...shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map((dims) => dims.length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = shapes.map((dims) => dims[axis - rank + dims.length] ?? 1);
    const wanted = sizes.find((size) => size !== 1) ?? 1;
    if (sizes.some((size) => size !== 1 && size !== wanted)) {
      throw new SlowOperatorError(`shapes ${shapes.map((dims) => `[${dims}]`).join(' and ')} do not broadcast`);
    }
    return wanted;
  });
}

/** The element of `array` that broadcasting puts at `index` of a larger tensor. */
export function broadcastAt(array: Array64, index: readonly number[]): number {
  const lead = index.length - array.dims.length;
  let flat = 0;
  for (let axis = 0; axis < array.dims.length; axis++) {
    const dim = array.dims[axis]!;
    flat = flat * dim + (dim === 1 ? 0 : index[lead + axis]!);
  }
  return array.data[flat]!;
}

/** `f` of the elements of all arrays, broadcast together. */
export function zipWith(arrays: readonly Array64[], f: (...values: number[]) => number): Array64 {
  return tabulate(broadcastDims(...arrays.map(({ dims }) => dims)), (index) =>
    f(...arrays.map((array) => broadcastAt(array, index))),
  );
}
