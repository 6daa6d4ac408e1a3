import { type Array64, at, axisOf, forEachIndex, type SlowOperator, sizeOf, tabulate, withAxis } from './array64.ts';
import { inputAt, numberOf, valuesAt } from './attributes.ts';
import { INT64 } from './integerTypes.ts';

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/**
 * A reduction over `axes` (input 1; absent or empty: all axes, or none with noop_with_empty_axes). With keepdims the
 * reduced axes stay as 1.
 */
const reduction =
  (reduce: (values: readonly number[], integer: boolean) => number): SlowOperator =>
  (inputs, attributes) => {
    const x = inputAt(inputs, 0);
    const given = valuesAt(inputs, 1) ?? [];
    const all = given.length === 0 && (numberOf(attributes, 'noop_with_empty_axes') ?? 0) === 0;
    const axes = new Set(all ? x.dims.keys() : given.map((axis) => axisOf(axis, x.dims.length)));
    const kept = x.dims.map((dim, axis) => (axes.has(axis) ? 1 : dim));

    const groups = Array.from({ length: sizeOf(kept) }, (): number[] => []);
    forEachIndex(x.dims, (index, position) => {
      const group = index.reduce((flat, entry, axis) => (axes.has(axis) ? flat : flat * x.dims[axis]! + entry), 0);
      groups[group]!.push(x.data[position]!);
    });
    const data = Float64Array.from(groups, (values) => reduce(values, x.integerType !== undefined));
    const keep = (numberOf(attributes, 'keepdims') ?? 1) === 1;
    return [{ dims: keep ? kept : x.dims.filter((_, axis) => !axes.has(axis)), data }];
  };

const mean = (values: readonly number[], integer: boolean): number => {
  const quotient = sum(values) / values.length;
  return integer ? Math.trunc(quotient) : quotient;
};

/** log sum exp, with the maximum taken out so that nothing overflows. */
const logSumExp = (values: readonly number[]): number => {
  const top = Math.max(...values);
  if (!Number.isFinite(top)) return top;
  return top + Math.log(sum(values.map((value) => Math.exp(value - top))));
};

/** ArgMax and ArgMin: the first, or with select_last_index the last, index along `axis` of the best value. */
const argument =
  (better: (a: number, b: number) => boolean): SlowOperator =>
  (inputs, attributes) => {
    const x = inputAt(inputs, 0);
    const axis = axisOf(numberOf(attributes, 'axis') ?? 0, x.dims.length);
    const last = numberOf(attributes, 'select_last_index') === 1;
    const reduced = tabulate(withAxis(x.dims, axis, 1), (index) => {
      let best = 0;
      for (let k = 1; k < x.dims[axis]!; k++) {
        const [candidate, held] = [at(x, withAxis(index, axis, k)), at(x, withAxis(index, axis, best))];
        if (better(candidate, held) || (last && candidate === held)) best = k;
      }
      return best;
    });
    const keep = (numberOf(attributes, 'keepdims') ?? 1) === 1;
    const dims = keep ? reduced.dims : reduced.dims.filter((_, position) => position !== axis);
    return [{ dims, data: reduced.data, integerType: INT64 }];
  };

/** CumSum along `axis` (input 1): `exclusive` leaves the element itself out, `reverse` sums from the end. */
const CumSum: SlowOperator = (inputs, attributes) => {
  const x = inputAt(inputs, 0);
  const axis = axisOf(inputAt(inputs, 1).data[0]!, x.dims.length);
  const exclusive = numberOf(attributes, 'exclusive') === 1;
  const reverse = numberOf(attributes, 'reverse') === 1;
  return [
    tabulate(x.dims, (index) => {
      let total = 0;
      for (let k = 0; k < x.dims[axis]!; k++) {
        const before = reverse ? k > index[axis]! : k < index[axis]!;
        if (before || (k === index[axis] && !exclusive)) total += at(x, withAxis(index, axis, k));
      }
      return total;
    }),
  ];
};

/** TopK along `axis`: values and indices, best first, the lower index first among equals. */
const TopK: SlowOperator = (inputs, attributes) => {
  const x = inputAt(inputs, 0);
  const k = inputAt(inputs, 1).data[0]!;
  const axis = axisOf(numberOf(attributes, 'axis') ?? -1, x.dims.length);
  const direction = (numberOf(attributes, 'largest') ?? 1) === 1 ? -1 : 1;
  const dims = withAxis(x.dims, axis, k);
  const ranked = (index: readonly number[]): { readonly value: number; readonly position: number } => {
    const line = Array.from({ length: x.dims[axis]! }, (_, position) => ({
      value: at(x, withAxis(index, axis, position)),
      position,
    }));
    return line.sort((a, b) => direction * (a.value - b.value) || a.position - b.position)[index[axis]!]!;
  };
  const values: Array64 = tabulate(dims, (index) => ranked(index).value);
  return [values, { ...tabulate(dims, (index) => ranked(index).position), integerType: INT64 }];
};

export const reductionOperators = {
  ArgMax: argument((a, b) => a > b),
  ArgMin: argument((a, b) => a < b),
  CumSum,
  ReduceL1: reduction((values) => sum(values.map(Math.abs))),
  ReduceL2: reduction((values) => Math.sqrt(sum(values.map((value) => value ** 2)))),
  ReduceLogSum: reduction((values) => Math.log(sum(values))),
  ReduceLogSumExp: reduction(logSumExp),
  ReduceMax: reduction((values) => Math.max(...values)),
  ReduceMean: reduction(mean),
  ReduceMin: reduction((values) => Math.min(...values)),
  ReduceProd: reduction((values) => values.reduce((product, value) => product * value, 1)),
  ReduceSum: reduction(sum),
  ReduceSumSquare: reduction((values) => sum(values.map((value) => value ** 2))),
  TopK,
} satisfies Record<string, SlowOperator>;
