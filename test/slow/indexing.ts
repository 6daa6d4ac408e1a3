import {
  type Array64,
  at,
  axisOf,
  flatIndex,
  forEachIndex,
  type SlowOperator,
  SlowOperatorError,
  sizeOf,
  tabulate,
  withAxis,
} from './array64.ts';
import { inputAt, numberOf, textOf, valuesAt } from './attributes.ts';
import { INT64 } from './integerTypes.ts';

const wrapped = (position: number, size: number): number => {
  const positive = position < 0 ? position + size : position;
  if (positive < 0 || positive >= size) throw new SlowOperatorError(`index ${position} is outside an axis of ${size}`);
  return positive;
};

/** Gather: y[before, i, after] = x[before, indices[i], after]. */
const Gather: SlowOperator = (inputs, attributes) => {
  const [x, indices] = [inputAt(inputs, 0), inputAt(inputs, 1)];
  const axis = axisOf(numberOf(attributes, 'axis') ?? 0, x.dims.length);
  const rank = indices.dims.length;
  return [
    tabulate(x.dims.toSpliced(axis, 1, ...indices.dims), (index) => {
      const position = wrapped(at(indices, index.slice(axis, axis + rank)), x.dims[axis]!);
      return at(x, index.toSpliced(axis, rank, position));
    }),
  ];
};

const GatherElements: SlowOperator = (inputs, attributes) => {
  const [x, indices] = [inputAt(inputs, 0), inputAt(inputs, 1)];
  const axis = axisOf(numberOf(attributes, 'axis') ?? 0, x.dims.length);
  return [tabulate(indices.dims, (index, i) => at(x, withAxis(index, axis, wrapped(indices.data[i]!, x.dims[axis]!))))];
};

/** The tuple that the last axis of `indices` holds at `lead`, counted from axis `first` of `dims`. */
const tupleAt = (indices: Array64, lead: readonly number[], dims: readonly number[], first: number): number[] =>
  Array.from({ length: indices.dims.at(-1)! }, (_, k) => wrapped(at(indices, [...lead, k]), dims[first + k]!));

/** GatherND: the last axis of the indices addresses the axes of x after the first batch_dims. */
const GatherND: SlowOperator = (inputs, attributes) => {
  const [x, indices] = [inputAt(inputs, 0), inputAt(inputs, 1)];
  const batch = numberOf(attributes, 'batch_dims') ?? 0;
  const leadRank = indices.dims.length - 1;
  const rest = x.dims.slice(batch + indices.dims.at(-1)!);
  return [
    tabulate([...indices.dims.slice(0, -1), ...rest], (index) => {
      const lead = index.slice(0, leadRank);
      return at(x, [...lead.slice(0, batch), ...tupleAt(indices, lead, x.dims, batch), ...index.slice(leadRank)]);
    }),
  ];
};

const reducers: Readonly<Record<string, (old: number, update: number) => number>> = {
  none: (_old, update) => update,
  add: (old, update) => old + update,
  mul: (old, update) => old * update,
  max: Math.max,
  min: Math.min,
};

function scatter(
  x: Array64,
  reduction: string | undefined,
  updates: Array64,
  target: (index: readonly number[], i: number) => readonly number[],
): Array64 {
  const reduce = reducers[reduction ?? 'none'];
  if (reduce === undefined) throw new SlowOperatorError(`unknown reduction "${reduction}"`);
  const data = x.data.slice();
  forEachIndex(updates.dims, (index, i) => {
    const position = flatIndex(x.dims, target(index, i));
    data[position] = reduce(data[position]!, updates.data[i]!);
  });
  return { dims: x.dims, data };
}

const ScatterElements: SlowOperator = (inputs, attributes) => {
  const [x, indices, updates] = [inputAt(inputs, 0), inputAt(inputs, 1), inputAt(inputs, 2)];
  const axis = axisOf(numberOf(attributes, 'axis') ?? 0, x.dims.length);
  return [
    scatter(x, textOf(attributes, 'reduction'), updates, (index, i) =>
      withAxis(index, axis, wrapped(indices.data[i]!, x.dims[axis]!)),
    ),
  ];
};

const ScatterND: SlowOperator = (inputs, attributes) => {
  const [x, indices, updates] = [inputAt(inputs, 0), inputAt(inputs, 1), inputAt(inputs, 2)];
  const leadRank = indices.dims.length - 1;
  return [
    scatter(x, textOf(attributes, 'reduction'), updates, (index) => [
      ...tupleAt(indices, index.slice(0, leadRank), x.dims, 0),
      ...index.slice(leadRank),
    ]),
  ];
};

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

/** Slice: starts, ends, axes and steps as inputs; out-of-range ends are clamped, negative ones count from the back. */
const Slice: SlowOperator = (inputs) => {
  const x = inputAt(inputs, 0);
  const [starts, ends] = [valuesAt(inputs, 1) ?? [], valuesAt(inputs, 2) ?? []];
  const axes = (valuesAt(inputs, 3) ?? [...starts.keys()]).map((axis) => axisOf(axis, x.dims.length));
  const steps = valuesAt(inputs, 4) ?? starts.map(() => 1);
  const ranges = x.dims.map((size, axis) => {
    const k = axes.indexOf(axis);
    if (k < 0) return { start: 0, step: 1, count: size };
    const step = steps[k]!;
    const fromFront = (value: number): number => (value < 0 ? value + size : value);
    const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
    const start = clamp(fromFront(starts[k]!), Math.max(low, 0), high);
    const end = clamp(fromFront(ends[k]!), low, high);
    return { start, step, count: Math.max(0, Math.ceil((end - start) / step)) };
  });
  return [
    tabulate(
      ranges.map(({ count }) => count),
      (index) =>
        at(
          x,
          ranges.map(({ start, step }, axis) => start + step * index[axis]!),
        ),
    ),
  ];
};

/** Where a padded coordinate comes from: the axis mirrored without its border, its border, or itself repeated. */
const paddedFrom: Readonly<Record<string, (position: number, size: number) => number>> = {
  reflect: (position, size) => {
    const period = Math.max(1, 2 * (size - 1));
    const folded = ((position % period) + period) % period;
    return folded < size ? folded : period - folded;
  },
  edge: (position, size) => clamp(position, 0, size - 1),
  wrap: (position, size) => ((position % size) + size) % size,
};

/** Pad: begins and ends (input 1) of the axes in input 3; negative pads cut off. */
const Pad: SlowOperator = (inputs, attributes) => {
  const x = inputAt(inputs, 0);
  const pads = [...inputAt(inputs, 1).data];
  const value = inputs[2]?.data[0] ?? 0;
  const axes = (valuesAt(inputs, 3) ?? [...x.dims.keys()]).map((axis) => axisOf(axis, x.dims.length));
  const from = paddedFrom[textOf(attributes, 'mode') ?? 'constant'];
  const ranges = x.dims.map((size, axis) => {
    const k = axes.indexOf(axis);
    return k < 0 ? { size, begin: 0, end: 0 } : { size, begin: pads[k]!, end: pads[k + axes.length]! };
  });
  return [
    tabulate(
      ranges.map(({ size, begin, end }) => size + begin + end),
      (index) => {
        const source = index.map((entry, axis) => entry - ranges[axis]!.begin);
        if (from !== undefined) {
          return at(
            x,
            source.map((entry, axis) => from(entry, x.dims[axis]!)),
          );
        }
        return source.every((entry, axis) => entry >= 0 && entry < x.dims[axis]!) ? at(x, source) : value;
      },
    ),
  ];
};

/** NonZero: one column of indices an element that is not 0. */
const NonZero: SlowOperator = (inputs) => {
  const x = inputAt(inputs, 0);
  const found: number[][] = [];
  forEachIndex(x.dims, (index, position) => {
    if (x.data[position] !== 0) found.push([...index]);
  });
  const y = tabulate([x.dims.length, found.length], ([axis = 0, k = 0]) => found[k]![axis]!);
  return [{ ...y, integerType: INT64 }];
};

/** Compress: the slices along `axis` (default: the elements of the flattened input) whose condition holds. */
const Compress: SlowOperator = (inputs, attributes) => {
  const given = numberOf(attributes, 'axis');
  const whole = inputAt(inputs, 0);
  const x = given === undefined ? { ...whole, dims: [sizeOf(whole.dims)] } : whole;
  const axis = axisOf(given ?? 0, x.dims.length);
  const kept = [...inputAt(inputs, 1).data].flatMap((condition, k) => (condition === 0 ? [] : [k]));
  return [tabulate(withAxis(x.dims, axis, kept.length), (index) => at(x, withAxis(index, axis, kept[index[axis]!]!)))];
};

/** ReverseSequence: the first sequence_lens[b] entries along time_axis, backwards. */
const ReverseSequence: SlowOperator = (inputs, attributes) => {
  const [x, lengths] = [inputAt(inputs, 0), inputAt(inputs, 1)];
  const timeAxis = numberOf(attributes, 'time_axis') ?? 0;
  const batchAxis = numberOf(attributes, 'batch_axis') ?? 1;
  return [
    tabulate(x.dims, (index) => {
      const length = lengths.data[index[batchAxis]!]!;
      const time = index[timeAxis]!;
      return at(x, withAxis(index, timeAxis, time < length ? length - 1 - time : time));
    }),
  ];
};

export const indexingOperators = {
  Compress,
  Gather,
  GatherElements,
  GatherND,
  NonZero,
  Pad,
  ReverseSequence,
  ScatterElements,
  ScatterND,
  Slice,
} satisfies Record<string, SlowOperator>;
