import {
  type Array64,
  at,
  axisOf,
  broadcastAt,
  broadcastDims,
  type SlowOperator,
  SlowOperatorError,
  sizeOf,
  tabulate,
  vector,
} from './array64.ts';
import { allInputs, inputAt, numberOf, numbersOf, textOf, valuesAt } from './attributes.ts';
import { INT64 } from './integerTypes.ts';

const withDims = (array: Array64, dims: readonly number[]): Array64 => {
  if (sizeOf(dims) !== array.data.length) {
    throw new SlowOperatorError(`[${array.dims}] has not as many elements as [${dims}]`);
  }
  return { dims, data: array.data };
};

/** Reshape: -1 takes what is left; 0 copies the input's size unless allowzero. */
const Reshape: SlowOperator = (inputs, attributes) => {
  const x = inputAt(inputs, 0);
  const allowZero = numberOf(attributes, 'allowzero') === 1;
  const wanted = [...inputAt(inputs, 1).data].map((dim, axis) => (dim === 0 && !allowZero ? x.dims[axis]! : dim));
  const known = sizeOf(wanted.filter((dim) => dim !== -1));
  return [
    withDims(
      x,
      wanted.map((dim) => (dim === -1 ? x.data.length / known : dim)),
    ),
  ];
};

/** Flatten: the axes before `axis` and the rest, each as one. */
const Flatten: SlowOperator = (inputs, attributes) => {
  const x = inputAt(inputs, 0);
  const axis = axisOf(numberOf(attributes, 'axis') ?? 1, x.dims.length);
  return [withDims(x, [sizeOf(x.dims.slice(0, axis)), sizeOf(x.dims.slice(axis))])];
};

const Squeeze: SlowOperator = (inputs) => {
  const x = inputAt(inputs, 0);
  const axes = valuesAt(inputs, 1)?.map((axis) => axisOf(axis, x.dims.length));
  return [
    withDims(
      x,
      x.dims.filter((dim, axis) => (axes === undefined ? dim !== 1 : !axes.includes(axis))),
    ),
  ];
};

/** Unsqueeze: the axes count in the output. */
const Unsqueeze: SlowOperator = (inputs) => {
  const x = inputAt(inputs, 0);
  const given = [...inputAt(inputs, 1).data];
  const rank = x.dims.length + given.length;
  const axes = new Set(given.map((axis) => axisOf(axis, rank)));
  const rest = [...x.dims];
  return [
    withDims(
      x,
      Array.from({ length: rank }, (_, axis) => (axes.has(axis) ? 1 : rest.shift()!)),
    ),
  ];
};

const Transpose: SlowOperator = (inputs, attributes) => {
  const x = inputAt(inputs, 0);
  const perm = numbersOf(attributes, 'perm') ?? [...x.dims.keys()].reverse();
  return [
    tabulate(
      perm.map((axis) => x.dims[axis]!),
      (index) => {
        const source = x.dims.map(() => 0);
        perm.forEach((axis, position) => {
          source[axis] = index[position]!;
        });
        return at(x, source);
      },
    ),
  ];
};

const Concat: SlowOperator = (inputs, attributes) => {
  const arrays = allInputs(inputs);
  const first = inputAt(inputs, 0);
  const axis = axisOf(numberOf(attributes, 'axis') ?? 0, first.dims.length);
  const owners = arrays.flatMap((array) =>
    Array.from({ length: array.dims[axis]! }, (_, position) => ({ array, position })),
  );
  return [
    tabulate(
      first.dims.map((dim, k) => (k === axis ? owners.length : dim)),
      (index) => {
        const { array, position } = owners[index[axis]!]!;
        return at(
          array,
          index.map((entry, k) => (k === axis ? position : entry)),
        );
      },
    ),
  ];
};

/** Split by sizes (input 1), or into `num_outputs` equal parts of which the last may be smaller. */
const Split: SlowOperator = (inputs, attributes, outputCount) => {
  const x = inputAt(inputs, 0);
  const axis = axisOf(numberOf(attributes, 'axis') ?? 0, x.dims.length);
  const length = x.dims[axis]!;
  const parts = numberOf(attributes, 'num_outputs') ?? outputCount;
  const chunk = Math.ceil(length / parts);
  const sizes =
    valuesAt(inputs, 1) ?? Array.from({ length: parts }, (_, part) => Math.min(chunk, length - part * chunk));
  let start = 0;
  return sizes.map((size) => {
    const offset = start;
    start += size;
    return tabulate(
      x.dims.map((dim, k) => (k === axis ? size : dim)),
      (index) =>
        at(
          x,
          index.map((entry, k) => (k === axis ? offset + entry : entry)),
        ),
    );
  });
};

/** Expand: two-way broadcasting with the shape. */
const Expand: SlowOperator = (inputs) => {
  const x = inputAt(inputs, 0);
  return [tabulate(broadcastDims(x.dims, [...inputAt(inputs, 1).data]), (index) => broadcastAt(x, index))];
};

const Tile: SlowOperator = (inputs) => {
  const [x, repeats] = [inputAt(inputs, 0), inputAt(inputs, 1)];
  return [
    tabulate(
      x.dims.map((dim, axis) => dim * repeats.data[axis]!),
      (index) =>
        at(
          x,
          index.map((entry, axis) => entry % x.dims[axis]!),
        ),
    ),
  ];
};

const Shape: SlowOperator = (inputs, attributes) => {
  const { dims } = inputAt(inputs, 0);
  return [
    { ...vector(dims.slice(numberOf(attributes, 'start') ?? 0, numberOf(attributes, 'end'))), integerType: INT64 },
  ];
};

const Size: SlowOperator = (inputs) => [
  { dims: [], data: Float64Array.of(inputAt(inputs, 0).data.length), integerType: INT64 },
];

/** DepthToSpace: y[n, c, h b + i, w b + j] = x[n, channel, h, w]; DCR: channel = (i b + j) C + c, CRD: c b^2 + i b + j. */
const DepthToSpace: SlowOperator = (inputs, attributes) => {
  const x = inputAt(inputs, 0);
  const block = numberOf(attributes, 'blocksize') ?? 1;
  const columnFirst = textOf(attributes, 'mode') === 'CRD';
  const [n = 0, depth = 0, height = 0, width = 0] = x.dims;
  const channels = depth / block ** 2;
  return [
    tabulate([n, channels, height * block, width * block], ([b = 0, c = 0, h = 0, w = 0]) => {
      const cell = (h % block) * block + (w % block);
      const channel = columnFirst ? c * block ** 2 + cell : cell * channels + c;
      return at(x, [b, channel, Math.floor(h / block), Math.floor(w / block)]);
    }),
  ];
};

/** SpaceToDepth: y[n, (i b + j) C + c, h, w] = x[n, c, h b + i, w b + j]. */
const SpaceToDepth: SlowOperator = (inputs, attributes) => {
  const x = inputAt(inputs, 0);
  const block = numberOf(attributes, 'blocksize') ?? 1;
  const [n = 0, channels = 0, height = 0, width = 0] = x.dims;
  return [
    tabulate([n, channels * block ** 2, height / block, width / block], ([b = 0, depth = 0, h = 0, w = 0]) => {
      const cell = Math.floor(depth / channels);
      return at(x, [b, depth % channels, h * block + Math.floor(cell / block), w * block + (cell % block)]);
    }),
  ];
};

/** Trilu: what lies above (or with upper = 0 below) the k-th diagonal, itself included; the rest is 0. */
const Trilu: SlowOperator = (inputs, attributes) => {
  const x = inputAt(inputs, 0);
  const k = inputs[1]?.data[0] ?? 0;
  const upper = (numberOf(attributes, 'upper') ?? 1) === 1;
  return [
    tabulate(x.dims, (index, position) => {
      const diagonal = index.at(-1)! - index.at(-2)!;
      return (upper ? diagonal >= k : diagonal <= k) ? x.data[position]! : 0;
    }),
  ];
};

/** Dropout outside training: the input, and a mask of ones. Training is random and has no textbook value. */
const Dropout: SlowOperator = (inputs, _attributes, outputCount) => {
  const x = inputAt(inputs, 0);
  const ratio = inputs[1]?.data[0] ?? 0.5;
  if ((inputs[2]?.data[0] ?? 0) !== 0 && ratio !== 0) throw new SlowOperatorError('Dropout: training mode is random');
  const mask = { dims: x.dims, data: new Float64Array(x.data.length).fill(1) };
  return outputCount > 1 ? [x, mask] : [x];
};

export const shapeOperators = {
  Concat,
  DepthToSpace,
  Dropout,
  Expand,
  Flatten,
  Reshape,
  Shape,
  Size,
  SpaceToDepth,
  Split,
  Squeeze,
  Tile,
  Transpose,
  Trilu,
  Unsqueeze,
} satisfies Record<string, SlowOperator>;
