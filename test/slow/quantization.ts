import { type Array64, at, axisOf, type SlowOperator, scalar, tabulate } from './array64.ts';
import { inputAt, numberOf } from './attributes.ts';
import { roundHalfToEven } from './elementwise.ts';
import { saturate } from './integerTypes.ts';

const UINT8 = 2;

/** The scale or zero point that holds at `index` of x: one for all, one an entry along `axis`, or one a block. */
function parameterAt(parameter: Array64, index: readonly number[], axis: number, blockSize: number): number {
  if (parameter.data.length === 1) return parameter.data[0]!;
  if (parameter.dims.length === 1) return parameter.data[index[axis]!]!;
  return at(
    parameter,
    index.map((entry, k) => (k === axis ? Math.floor(entry / blockSize) : entry)),
  );
}

/** QuantizeLinear: saturate(round(x / scale) + zero point), halves to even. */
const QuantizeLinear: SlowOperator = (inputs, attributes) => {
  const [x, scale, zero] = [inputAt(inputs, 0), inputAt(inputs, 1), inputs[2] ?? scalar(0)];
  const axis = axisOf(numberOf(attributes, 'axis') ?? 1, Math.max(1, x.dims.length));
  const blockSize = numberOf(attributes, 'block_size') ?? 0;
  const type = inputs[2]?.integerType ?? (numberOf(attributes, 'output_dtype') || UINT8);
  const y = tabulate(x.dims, (index, position) => {
    const steps = x.data[position]! / parameterAt(scale, index, axis, blockSize);
    return saturate(type, roundHalfToEven(steps) + parameterAt(zero, index, axis, blockSize));
  });
  return [{ ...y, integerType: type }];
};

/** DequantizeLinear: (x - zero point) scale. */
const DequantizeLinear: SlowOperator = (inputs, attributes) => {
  const [x, scale, zero] = [inputAt(inputs, 0), inputAt(inputs, 1), inputs[2] ?? scalar(0)];
  const axis = axisOf(numberOf(attributes, 'axis') ?? 1, Math.max(1, x.dims.length));
  const blockSize = numberOf(attributes, 'block_size') ?? 0;
  return [
    tabulate(
      x.dims,
      (index, position) =>
        (x.data[position]! - parameterAt(zero, index, axis, blockSize)) * parameterAt(scale, index, axis, blockSize),
    ),
  ];
};

/** DynamicQuantizeLinear: uint8 over the range of x widened to hold 0; y, its scale and its zero point. */
const DynamicQuantizeLinear: SlowOperator = (inputs) => {
  const x = inputAt(inputs, 0);
  const [low, high] = [Math.min(0, ...x.data), Math.max(0, ...x.data)];
  const scale = (high - low) / 255;
  const zero = saturate(UINT8, roundHalfToEven(-low / scale));
  const y = tabulate(x.dims, (_, position) => saturate(UINT8, roundHalfToEven(x.data[position]! / scale) + zero));
  return [{ ...y, integerType: UINT8 }, scalar(scale), { ...scalar(zero), integerType: UINT8 }];
};

export const quantizationOperators = {
  DequantizeLinear,
  DynamicQuantizeLinear,
  QuantizeLinear,
} satisfies Record<string, SlowOperator>;
