import { float } from '../../../../src/onnx/attributes.ts';
import { distinct, positive, scaled } from '../inputs.ts';
import type { OperatorCase } from '../operatorCase.ts';

const image = scaled(distinct([3, 4, 3, 5]), 2, 0.5);
const rows = distinct([3, 4], 2);
const [scale, bias, mean, variance] = [distinct([4], 3), distinct([4], 4), distinct([4], 5), positive([4], 6)];
const statistics = [scale, bias, mean, variance];

export const normalizationCases: readonly OperatorCase[] = [
  { op: 'BatchNormalization', inputs: [image, ...statistics], batched: [0] },
  { op: 'BatchNormalization', inputs: [rows, ...statistics], attributes: { epsilon: float(0.1) }, batched: [0] },
  { op: 'BatchNormalization', inputs: [distinct([3, 4, 6]), ...statistics], constants: [1, 2, 3, 4], wrt: [0] },
  { op: 'InstanceNormalization', inputs: [image, scale, bias], batched: [0] },
  { op: 'InstanceNormalization', inputs: [distinct([3, 4, 6]), scale, bias], attributes: { epsilon: float(0.1) } },
  { op: 'GroupNormalization', inputs: [image, scale, bias], attributes: { num_groups: 2 }, batched: [0] },
  { op: 'GroupNormalization', inputs: [image, scale, bias], attributes: { num_groups: 1 }, batched: [0] },
  { op: 'GroupNormalization', inputs: [distinct([3, 4, 6]), scale, bias], attributes: { num_groups: 4 }, batched: [0] },
  { op: 'LayerNormalization', inputs: [image, distinct([5], 3), distinct([5], 4)], batched: [0] },
  { op: 'LayerNormalization', inputs: [image, distinct([3, 5], 3)], attributes: { axis: 2 }, batched: [0] },
  {
    op: 'LayerNormalization',
    inputs: [image, distinct([4, 3, 5], 3), distinct([4, 1, 5], 4)],
    attributes: { axis: 1, epsilon: float(0.1) },
    outputs: 3,
    batched: [0],
  },
  { op: 'RMSNormalization', opset: 23, inputs: [image, distinct([5], 3)], batched: [0] },
  {
    op: 'RMSNormalization',
    opset: 23,
    inputs: [image, distinct([3, 5], 3)],
    attributes: { axis: 2, epsilon: float(0.1) },
    batched: [0],
  },
  { op: 'MeanVarianceNormalization', inputs: [image], batched: [0] },
  { op: 'MeanVarianceNormalization', inputs: [image], attributes: { axes: [2, 3] }, batched: [0] },
  { op: 'LpNormalization', inputs: [image], attributes: { axis: 1, p: 1 }, batched: [0] },
  { op: 'LpNormalization', inputs: [image], batched: [0] },
  ...[1, 3].map(
    (size): OperatorCase => ({
      op: 'LRN',
      inputs: [scaled(distinct([3, 6, 2, 3]), 2)],
      attributes: { size, alpha: float(0.5), beta: float(0.6), bias: float(1.5) },
      batched: [0],
    }),
  ),
  { op: 'LRN', inputs: [distinct([3, 6, 2, 2])], attributes: { size: 5 }, batched: [0] },
];
