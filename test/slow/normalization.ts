import { type Array64, at, axisOf, broadcastAt, type SlowOperator, sizeOf, tabulate, withAxis } from './array64.ts';
import { inputAt, numberOf, numbersOf } from './attributes.ts';

interface Moments {
  readonly mean: number;
  /** Population variance: divided by the count. */
  readonly variance: number;
}

function momentsOf(values: readonly number[]): Moments {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, variance };
}

/** The elements of `x` grouped by a key of their index, in row-major order. */
function groupBy(x: Array64, keyOf: (index: readonly number[]) => number): ReadonlyMap<number, readonly number[]> {
  const groups = new Map<number, number[]>();
  tabulate(x.dims, (index, position) => {
    const key = keyOf(index);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [x.data[position]!]);
    else group.push(x.data[position]!);
    return 0;
  });
  return groups;
}

/** (x - mean) / sqrt(variance + epsilon), with the moments of the group that `keyOf` puts an element in. */
function standardize(x: Array64, keyOf: (index: readonly number[]) => number, epsilon: number): Array64 {
  const moments = new Map([...groupBy(x, keyOf)].map(([key, values]) => [key, momentsOf(values)]));
  return tabulate(x.dims, (index, position) => {
    const { mean, variance } = moments.get(keyOf(index))!;
    return (x.data[position]! - mean) / Math.sqrt(variance + epsilon);
  });
}

/** y * scale[c] + bias[c], c being the index along axis 1. */
const scaleChannels = (y: Array64, scale: Array64, bias: Array64): Array64 =>
  tabulate(y.dims, (index, position) => y.data[position]! * scale.data[index[1]!]! + bias.data[index[1]!]!);

/**
 * BatchNormalization: (x - mean[c]) / sqrt(var[c] + epsilon) * scale[c] + B[c]. In training mode the moments are those
 * of the batch, and running_x = input_x * momentum + current_x * (1 - momentum).
 */
const BatchNormalization: SlowOperator = (inputs, attributes) => {
  const [x, scale, bias] = [inputAt(inputs, 0), inputAt(inputs, 1), inputAt(inputs, 2)];
  const [inputMean, inputVariance] = [inputAt(inputs, 3), inputAt(inputs, 4)];
  const epsilon = numberOf(attributes, 'epsilon') ?? 1e-5;
  const momentum = numberOf(attributes, 'momentum') ?? 0.9;
  const channelOf = (index: readonly number[]): number => index[1] ?? 0;
  const normalized = (mean: Array64, variance: Array64): Array64 =>
    tabulate(x.dims, (index, position) => {
      const c = channelOf(index);
      const standard = (x.data[position]! - mean.data[c]!) / Math.sqrt(variance.data[c]! + epsilon);
      return standard * scale.data[c]! + bias.data[c]!;
    });
  if ((numberOf(attributes, 'training_mode') ?? 0) === 0) return [normalized(inputMean, inputVariance)];

  const groups = groupBy(x, channelOf);
  const current = inputMean.dims[0] === 0 ? [] : [...inputMean.data].map((_, c) => momentsOf(groups.get(c) ?? []));
  const meanOf = (f: (moments: Moments) => number): Array64 => ({
    dims: inputMean.dims,
    data: Float64Array.from(current, f),
  });
  const [mean, variance] = [meanOf((m) => m.mean), meanOf((m) => m.variance)];
  const running = (old: Array64, fresh: Array64): Array64 =>
    tabulate(old.dims, (_, c) => old.data[c]! * momentum + fresh.data[c]! * (1 - momentum));
  return [normalized(mean, variance), running(inputMean, mean), running(inputVariance, variance)];
};

/** InstanceNormalization: the moments of each plane [n, c]. */
const InstanceNormalization: SlowOperator = (inputs, attributes) => {
  const x = inputAt(inputs, 0);
  const channels = x.dims[1]!;
  const y = standardize(x, (index) => index[0]! * channels + index[1]!, numberOf(attributes, 'epsilon') ?? 1e-5);
  return [scaleChannels(y, inputAt(inputs, 1), inputAt(inputs, 2))];
};

/** GroupNormalization of opset 21: the moments of each group of channels; scale and bias have one entry a channel. */
const GroupNormalization: SlowOperator = (inputs, attributes) => {
  const x = inputAt(inputs, 0);
  const groups = numberOf(attributes, 'num_groups') ?? 1;
  const groupSize = x.dims[1]! / groups;
  const keyOf = (index: readonly number[]): number => index[0]! * groups + Math.floor(index[1]! / groupSize);
  const y = standardize(x, keyOf, numberOf(attributes, 'epsilon') ?? 1e-5);
  return [scaleChannels(y, inputAt(inputs, 1), inputAt(inputs, 2))];
};

/** LayerNormalization over the axes from `axis` on: Y, Mean and InvStdDev = 1 / sqrt(variance + epsilon). */
const LayerNormalization: SlowOperator = (inputs, attributes) => {
  const [x, scale, bias] = [inputAt(inputs, 0), inputAt(inputs, 1), inputs[2]];
  const axis = axisOf(numberOf(attributes, 'axis') ?? -1, x.dims.length);
  const epsilon = numberOf(attributes, 'epsilon') ?? 1e-5;
  const row = sizeOf(x.dims.slice(axis));
  const reduced = x.dims.map((dim, position) => (position < axis ? dim : 1));
  const moments = Array.from({ length: sizeOf(reduced) }, (_, r) =>
    momentsOf([...x.data.subarray(r * row, (r + 1) * row)]),
  );
  const inverse = moments.map(({ variance }) => 1 / Math.sqrt(variance + epsilon));
  const y = tabulate(x.dims, (index, position) => {
    const r = Math.floor(position / row);
    const standard = (x.data[position]! - moments[r]!.mean) * inverse[r]!;
    return standard * broadcastAt(scale, index) + (bias === undefined ? 0 : broadcastAt(bias, index));
  });
  return [y, tabulate(reduced, (_, r) => moments[r]!.mean), tabulate(reduced, (_, r) => inverse[r]!)];
};

/** RMSNormalization (opset 23): x / sqrt(mean of x^2 over the axes from `axis` on + epsilon) * scale. */
const RMSNormalization: SlowOperator = (inputs, attributes) => {
  const [x, scale] = [inputAt(inputs, 0), inputAt(inputs, 1)];
  const axis = axisOf(numberOf(attributes, 'axis') ?? -1, x.dims.length);
  const epsilon = numberOf(attributes, 'epsilon') ?? 1e-5;
  const row = sizeOf(x.dims.slice(axis));
  return [
    tabulate(x.dims, (index, position) => {
      const start = Math.floor(position / row) * row;
      const squares = x.data.subarray(start, start + row).reduce((sum, value) => sum + value ** 2, 0);
      return (x.data[position]! / Math.sqrt(squares / row + epsilon)) * broadcastAt(scale, index);
    }),
  ];
};

/** LpNormalization: x / its p-norm along `axis`; where the norm is 0 the result is 0. */
const LpNormalization: SlowOperator = (inputs, attributes) => {
  const x = inputAt(inputs, 0);
  const axis = axisOf(numberOf(attributes, 'axis') ?? -1, x.dims.length);
  const p = numberOf(attributes, 'p') ?? 2;
  return [
    tabulate(x.dims, (index, position) => {
      let sum = 0;
      for (let k = 0; k < x.dims[axis]!; k++) sum += Math.abs(at(x, withAxis(index, axis, k))) ** p;
      return sum === 0 ? 0 : x.data[position]! / sum ** (1 / p);
    }),
  ];
};

/** LRN: x / (bias + alpha / size * sum of squares over `size` neighbouring channels)^beta. */
const LRN: SlowOperator = (inputs, attributes) => {
  const x = inputAt(inputs, 0);
  const alpha = numberOf(attributes, 'alpha') ?? 1e-4;
  const beta = numberOf(attributes, 'beta') ?? 0.75;
  const bias = numberOf(attributes, 'bias') ?? 1;
  const size = numberOf(attributes, 'size') ?? 1;
  return [
    tabulate(x.dims, (index, position) => {
      const c = index[1]!;
      const first = Math.max(0, c - Math.floor((size - 1) / 2));
      const last = Math.min(x.dims[1]! - 1, c + Math.ceil((size - 1) / 2));
      let squares = 0;
      for (let i = first; i <= last; i++) squares += at(x, withAxis(index, 1, i)) ** 2;
      return x.data[position]! / (bias + (alpha / size) * squares) ** beta;
    }),
  ];
};

/** MeanVarianceNormalization over `axes`: the function body adds 1e-9 to the standard deviation. */
const MeanVarianceNormalization: SlowOperator = (inputs, attributes) => {
  const x = inputAt(inputs, 0);
  const axes = (numbersOf(attributes, 'axes') ?? [0, 2, 3]).map((axis) => axisOf(axis, x.dims.length));
  const keyOf = (index: readonly number[]): number =>
    index.reduce((key, entry, axis) => (axes.includes(axis) ? key : key * x.dims[axis]! + entry), 0);
  const groups = new Map([...groupBy(x, keyOf)].map(([key, values]) => [key, momentsOf(values)]));
  return [
    tabulate(x.dims, (index, position) => {
      const { mean, variance } = groups.get(keyOf(index))!;
      return (x.data[position]! - mean) / (Math.sqrt(variance) + 1e-9);
    }),
  ];
};

export const normalizationOperators = {
  BatchNormalization,
  GroupNormalization,
  InstanceNormalization,
  LRN,
  LayerNormalization,
  LpNormalization,
  MeanVarianceNormalization,
  RMSNormalization,
} satisfies Record<string, SlowOperator>;
