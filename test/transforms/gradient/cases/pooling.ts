import type { AttributeLike } from '../../../../src/onnx/attributes.ts';
import { distinct, ints, shaped } from '../inputs.ts';
import type { OperatorCase } from '../operatorCase.ts';

type Attributes = Readonly<Record<string, AttributeLike>>;

const windows: readonly (readonly [readonly number[], Attributes])[] = [
  [[6, 6], { kernel_shape: [2, 2], strides: [2, 2] }],
  [[7, 6], { kernel_shape: [3, 3], strides: [2, 2] }],
  [[7, 6], { kernel_shape: [3, 2], strides: [2, 1], pads: [1, 0, 1, 1] }],
  [[7, 6], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }],
  [[7, 6], { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }],
  [[8, 7], { kernel_shape: [3, 3], strides: [3, 2], ceil_mode: 1, pads: [1, 0, 1, 1] }],
  [[8, 7], { kernel_shape: [2, 3], dilations: [2, 2], strides: [1, 2] }],
  [[7, 6], { kernel_shape: [3, 2], strides: [2, 2], auto_pad: 'SAME_UPPER' }],
  [[7, 6], { kernel_shape: [3, 2], strides: [2, 2], auto_pad: 'SAME_LOWER' }],
  [[7, 6], { kernel_shape: [3, 2], strides: [2, 3], auto_pad: 'VALID' }],
  [[9], { kernel_shape: [3], strides: [2], ceil_mode: 1 }],
  [[5, 4, 5], { kernel_shape: [2, 3, 2], strides: [2, 1, 2], pads: [1, 1, 0, 0, 0, 1] }],
];

const pool = (op: string, more: Attributes = {}): OperatorCase[] =>
  windows.map(([size, attributes]) => ({
    op,
    inputs: [distinct([3, 2, ...size])],
    attributes: { ...attributes, ...more },
    batched: [0],
  }));

const global = (op: string, more: Attributes = {}): OperatorCase[] =>
  [[4, 5], [6], [2, 3, 4]].map((size) => ({
    op,
    inputs: [distinct([3, 2, ...size])],
    attributes: more,
    batched: [0],
  }));

export const poolingCases: readonly OperatorCase[] = [
  ...pool('MaxPool'),
  ...pool('MaxPool', { storage_order: 1 }).slice(0, 3),
  ...pool('AveragePool'),
  ...pool('AveragePool', { count_include_pad: 1 }),
  ...pool('LpPool'),
  ...pool('LpPool', { p: 3 }).slice(0, 4),
  ...pool('LpPool', { p: 1 }).slice(0, 4),
  ...global('GlobalAveragePool'),
  ...global('GlobalMaxPool'),
  ...global('GlobalLpPool'),
  ...global('GlobalLpPool', { p: 3 }),
  ...global('GlobalLpPool', { p: 1 }),
  {
    op: 'MaxUnpool',
    inputs: [distinct([1, 1, 2, 2]), shaped([1, 1, 2, 2], ints(1, 3, 10, 8))],
    attributes: { kernel_shape: [2, 2], strides: [2, 2] },
  },
];
