import { float } from '../../../../src/onnx/attributes.ts';
import { distinct, number, scaled } from '../inputs.ts';
import type { OperatorCase } from '../operatorCase.ts';

const image = scaled(distinct([3, 2, 4, 5]), 4);
const rows = scaled(distinct([3, 7], 2), 4);

const plain = (op: string): OperatorCase[] => [
  { op, inputs: [image], batched: [0] },
  { op, inputs: [rows], batched: [0] },
];

const withAlpha = (op: string, alpha: number): OperatorCase[] => [
  ...plain(op),
  { op, inputs: [rows], attributes: { alpha: float(alpha) }, batched: [0] },
];

const alongAxis = (op: string): OperatorCase[] =>
  [-1, 1, 2].map((axis) => ({ op, inputs: [image], attributes: { axis }, batched: [0] }));

export const activationCases: readonly OperatorCase[] = [
  ...['Relu', 'Sigmoid', 'Tanh', 'HardSwish', 'Softplus', 'Softsign'].flatMap(plain),
  ...withAlpha('LeakyRelu', 0.3),
  ...withAlpha('Elu', 1.7),
  ...withAlpha('Celu', 1.7),
  ...withAlpha('ThresholdedRelu', 0.5),
  ...plain('Selu'),
  { op: 'Selu', inputs: [rows], attributes: { alpha: float(2), gamma: float(0.5) } },
  ...plain('HardSigmoid'),
  { op: 'HardSigmoid', inputs: [rows], attributes: { alpha: float(0.3), beta: float(0.2) }, batched: [0] },
  ...plain('Gelu'),
  { op: 'Gelu', inputs: [image], attributes: { approximate: 'tanh' }, batched: [0] },
  { op: 'Mish', inputs: [image], opset: 22, batched: [0] },
  ...plain('Mish'),
  { op: 'Swish', inputs: [image], opset: 24, attributes: { alpha: float(1.3) }, batched: [0] },
  ...plain('Shrink'),
  { op: 'Shrink', inputs: [rows], attributes: { bias: float(0.4), lambd: float(1.2) }, batched: [0] },
  { op: 'PRelu', inputs: [image, distinct([2, 1, 1], 4)], batched: [0] },
  { op: 'PRelu', inputs: [image, distinct([1], 4)], batched: [0] },
  { op: 'PRelu', inputs: [rows, distinct([7], 4)], batched: [0] },
  { op: 'Clip', inputs: [image], batched: [0] },
  { op: 'Clip', inputs: [image, number(-1.5), number(2)], batched: [0] },
  { op: 'Clip', inputs: [image, number(0), number(6)], constants: [1, 2], batched: [0] },
  { op: 'Clip', inputs: [image, undefined, number(1)], batched: [0] },
  { op: 'Clip', inputs: [image, number(1)], batched: [0] },
  { op: 'Clip', inputs: [rows, number(1), number(-1)], batched: [0] },
  ...alongAxis('Softmax'),
  ...alongAxis('LogSoftmax'),
  ...plain('Softmax'),
];
