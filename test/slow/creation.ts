import { type Array64, at, axisOf, type SlowOperator, SlowOperatorError, scalar, tabulate, vector } from './array64.ts';
import { arrayOf, inputAt, numberOf, numbersOf } from './attributes.ts';
import { INT64, integerTypes } from './integerTypes.ts';

const integral = (array: Array64): Array64 => ({ ...array, integerType: INT64 });

const Constant: SlowOperator = (_inputs, attributes) => {
  const value = arrayOf(attributes, 'value');
  if (value !== undefined) return [value];
  const [float, floats] = [numberOf(attributes, 'value_float'), numbersOf(attributes, 'value_floats')];
  const [int, ints] = [numberOf(attributes, 'value_int'), numbersOf(attributes, 'value_ints')];
  if (float !== undefined) return [scalar(float)];
  if (floats !== undefined) return [vector(floats)];
  if (int !== undefined) return [integral(scalar(int))];
  if (ints !== undefined) return [integral(vector(ints))];
  throw new SlowOperatorError('Constant: sparse and string values have no float64 form');
};

const ConstantOfShape: SlowOperator = (inputs, attributes) => {
  const value = arrayOf(attributes, 'value');
  const filled = tabulate([...inputAt(inputs, 0).data], () => value?.data[0] ?? 0);
  return [value?.integerType === undefined ? filled : { ...filled, integerType: value.integerType }];
};

/** Range: start, start + delta, ..., before limit. */
const Range: SlowOperator = (inputs) => {
  const [start, limit, delta] = [0, 1, 2].map((position) => inputAt(inputs, position).data[0]!);
  const count = Math.max(0, Math.ceil((limit! - start!) / delta!));
  return [vector(Array.from({ length: count }, (_, k) => start! + k * delta!))];
};

/** EyeLike: ones on the k-th diagonal of a matrix of the input's shape. */
const EyeLike: SlowOperator = (inputs, attributes) => {
  const k = numberOf(attributes, 'k') ?? 0;
  const type = numberOf(attributes, 'dtype') ?? inputAt(inputs, 0).integerType;
  const eye = tabulate(inputAt(inputs, 0).dims, (index) => (index[1]! - index[0]! === k ? 1 : 0));
  return [type !== undefined && integerTypes.has(type) ? { ...eye, integerType: type } : eye];
};

/** OneHot: a new axis of length depth, "on" at the index and "off" elsewhere; an index outside [-depth, depth) is all off. */
const OneHot: SlowOperator = (inputs, attributes) => {
  const [indices, values] = [inputAt(inputs, 0), inputAt(inputs, 2)];
  const depth = inputAt(inputs, 1).data[0]!;
  const [off, on] = [values.data[0]!, values.data[1]!];
  const axis = axisOf(numberOf(attributes, 'axis') ?? -1, indices.dims.length + 1);
  const hot = tabulate(indices.dims.toSpliced(axis, 0, depth), (index) => {
    const wanted = at(indices, index.toSpliced(axis, 1));
    return index[axis] === (wanted < 0 ? wanted + depth : wanted) ? on : off;
  });
  return [values.integerType === undefined ? hot : { ...hot, integerType: values.integerType }];
};

export const creationOperators = { Constant, ConstantOfShape, EyeLike, OneHot, Range } satisfies Record<
  string,
  SlowOperator
>;
