import { type Array64, type SlowOperator, SlowOperatorError, sizeOf, stridesOf, tabulate } from './array64.ts';
import { inputAt, numberOf, numbersOf, valuesAt } from './attributes.ts';
import { INT64 } from './integerTypes.ts';
import { extentOf, forEachWindow, slidingOf, type Tap, windowsOf } from './windows.ts';

/** Every window of every plane [n, c] reduced to one number: `reduce(values, window, valueAt)` with padding left out of values. */
function pool(
  x: Array64,
  attributes: Parameters<SlowOperator>[1],
  reduce: (values: readonly number[], window: readonly Tap[], valueAt: (cell: number) => number) => number,
): Array64 {
  const spatial = x.dims.slice(2);
  const sliding = slidingOf(attributes, spatial);
  const dims = [...x.dims.slice(0, 2), ...sliding.output];
  const data = new Float64Array(sizeOf(dims));
  const [plane, pooled] = [sizeOf(spatial), sizeOf(sliding.output)];
  // A window serves all planes before the next is made: there may be a million of them.
  forEachWindow(sliding, spatial, (window, position) => {
    for (let at = position, start = 0; at < data.length; at += pooled, start += plane) {
      const values: number[] = [];
      for (const { input } of window) if (input !== undefined) values.push(x.data[start + input]!);
      data[at] = reduce(values, window, (cell) => x.data[start + cell]!);
    }
  });
  return { dims, data };
}

/**
 * MaxPool: Y and Indices. An index is that of the first maximum, flat over all of X; storage_order 1 counts the
 * spatial axes of a plane column-major.
 */
const MaxPool: SlowOperator = (inputs, attributes, outputCount) => {
  const x = inputAt(inputs, 0);
  const maximum = pool(x, attributes, (values) => Math.max(...values));
  if (outputCount < 2) return [maximum];

  const spatial = x.dims.slice(2);
  const windows = windowsOf(slidingOf(attributes, spatial), spatial);
  const plane = sizeOf(spatial);
  const columnMajor = numberOf(attributes, 'storage_order') === 1;
  const indices = tabulate(maximum.dims, (_, position) => {
    const window = windows[position % windows.length]!;
    const start = Math.floor(position / windows.length) * plane;
    const first = window.find(({ input }) => input !== undefined && x.data[start + input] === maximum.data[position]);
    if (first?.input === undefined) throw new SlowOperatorError('MaxPool: a window without a maximum');
    return start + (columnMajor ? columnMajorPosition(first.input, spatial) : first.input);
  });
  return [maximum, { ...indices, integerType: INT64 }];
};

function columnMajorPosition(flat: number, dims: readonly number[]): number {
  const strides = stridesOf(dims);
  const index = dims.map((dim, axis) => Math.floor(flat / strides[axis]!) % dim);
  return index.reduceRight((position, at, axis) => position * dims[axis]! + at, 0);
}

/**
 * AveragePool: the mean of a window, which ends with the padding, over its cells in X or, with count_include_pad, over those
 * in the padding too.
 */
const AveragePool: SlowOperator = (inputs, attributes) => {
  const countPadding = numberOf(attributes, 'count_include_pad') === 1;
  return [
    pool(inputAt(inputs, 0), attributes, (_, window, valueAt) => {
      const within = window.filter(({ beyond }) => !beyond);
      const values = within.flatMap(({ input }) => (input === undefined ? [] : [valueAt(input)]));
      const sum = values.reduce((total, value) => total + value, 0);
      return sum / (countPadding ? within.length : values.length);
    }),
  ];
};

const lpNorm = (values: readonly number[], p: number): number =>
  values.reduce((sum, value) => sum + Math.abs(value) ** p, 0) ** (1 / p);

const LpPool: SlowOperator = (inputs, attributes) => {
  const p = numberOf(attributes, 'p') ?? 2;
  return [pool(inputAt(inputs, 0), attributes, (values) => lpNorm(values, p))];
};

/** Global pooling: one window as large as the plane. */
const globally =
  (reduce: (values: readonly number[], p: number) => number): SlowOperator =>
  (inputs, attributes) => {
    const x = inputAt(inputs, 0);
    const p = numberOf(attributes, 'p') ?? 2;
    const plane = sizeOf(x.dims.slice(2));
    return [
      tabulate(
        x.dims.map((dim, axis) => (axis < 2 ? dim : 1)),
        (_, position) => reduce([...x.data.subarray(position * plane, (position + 1) * plane)], p),
      ),
    ];
  };

/**
 * MaxUnpool: zeros, and each value at its index, flat over the output. The output's shape is `output_shape`, or what
 * MaxPool would have to have seen: (size - 1) * stride + kernel - pads.
 */
const MaxUnpool: SlowOperator = (inputs, attributes) => {
  const [x, indices] = [inputAt(inputs, 0), inputAt(inputs, 1)];
  const kernel = numbersOf(attributes, 'kernel_shape') ?? [];
  const strides = numbersOf(attributes, 'strides') ?? kernel.map(() => 1);
  const pads = numbersOf(attributes, 'pads') ?? [...kernel, ...kernel].map(() => 0);
  const spatial = kernel.map(
    (size, axis) =>
      (x.dims[axis + 2]! - 1) * strides[axis]! + extentOf(size, 1) - pads[axis]! - pads[axis + kernel.length]!,
  );
  const dims = valuesAt(inputs, 2) ?? [...x.dims.slice(0, 2), ...spatial];
  const data = new Float64Array(sizeOf(dims));
  x.data.forEach((value, position) => {
    data[indices.data[position]!] = value;
  });
  return [{ dims, data }];
};

export const poolingOperators = {
  AveragePool,
  GlobalAveragePool: globally((values) => values.reduce((sum, value) => sum + value, 0) / values.length),
  GlobalLpPool: globally(lpNorm),
  GlobalMaxPool: globally((values) => Math.max(...values)),
  LpPool,
  MaxPool,
  MaxUnpool,
} satisfies Record<string, SlowOperator>;
