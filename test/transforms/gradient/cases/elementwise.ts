import { tensor } from '../../../../src/onnx/tensor.ts';
import { distinct, int, int32s, ints, number, numbers, positive, scaled, shaped, truths } from '../inputs.ts';
import type { OperatorCase } from '../operatorCase.ts';

const image = distinct([3, 2, 4, 5]);
const other = distinct([3, 2, 4, 5], 2);
const channels = distinct([2, 1, 1], 3);
const farFromZero = scaled(distinct([2, 1, 1], 3), 0.2, 1);

const binary = (op: string): OperatorCase[] => [
  { op, inputs: [image, scaled(other, 0.4, 1)], batched: [0, 1] },
  { op, inputs: [image, farFromZero], batched: [0] },
  { op, inputs: [farFromZero, positive([3, 2, 4, 5])], batched: [1] },
  { op, inputs: [positive([3, 1, 5]), scaled(distinct([4, 1], 5), 0.4, 1)] },
  { op, inputs: [image, number(1.5)], batched: [0] },
];

export const elementwiseCases: readonly OperatorCase[] = [
  ...['Add', 'Sub', 'Mul', 'Div'].flatMap(binary),
  { op: 'Pow', inputs: [positive([3, 4]), distinct([4], 2)], batched: [0] },
  { op: 'Pow', inputs: [positive([1, 4]), scaled(distinct([3, 1], 2), 3)] },
  { op: 'Pow', inputs: [distinct([3, 4]), number(2)], constants: [1], batched: [0], wrt: [0] },
  { op: 'Pow', inputs: [distinct([3, 4]), number(3)], constants: [1], batched: [0], wrt: [0] },
  { op: 'Pow', inputs: [distinct([3, 4]), number(1)], constants: [1], batched: [0], wrt: [0] },
  { op: 'Pow', inputs: [numbers(0, 1, -2), number(0)], constants: [1], wrt: [0] },
  { op: 'Pow', inputs: [numbers(0, 1, -2), ints(3)], batched: [] },
  { op: 'Pow', inputs: [numbers(0.5, 1, -2), int32s(0, 1, 2)] },
  { op: 'Pow', inputs: [numbers(0.5, 1, -2), int(2)] },
  { op: 'Mod', inputs: [scaled(distinct([3, 4]), 5), positive([4])], attributes: { fmod: 1 }, batched: [0] },
  { op: 'Sum', inputs: [image, channels, number(2)], batched: [0] },
  { op: 'Sum', inputs: [image] },
  { op: 'Mean', inputs: [image, other, channels], batched: [0, 1] },
  ...['Max', 'Min'].flatMap((op): OperatorCase[] => [
    { op, inputs: [image, other], batched: [0, 1] },
    { op, inputs: [channels, image, number(0.1)], batched: [1] },
    { op, inputs: [distinct([3, 1], 8), distinct([1, 4], 9), distinct([3, 4], 10)] },
    { op, inputs: [image] },
  ]),
  { op: 'Where', inputs: [truths([3, 1], 1, 0, 1), distinct([3, 4]), distinct([4], 2)] },
  { op: 'Where', inputs: [truths([4], 1, 0, 0, 1), distinct([1]), distinct([3, 4], 2)], batched: [2] },
  { op: 'Neg', inputs: [image], batched: [0] },
  { op: 'Identity', inputs: [image], batched: [0] },
  { op: 'Dropout', inputs: [image], batched: [0] },
  { op: 'Dropout', inputs: [image, number(0.3), tensor('bool', [], Uint8Array.of(0))], constants: [1], wrt: [0] },
  { op: 'Cast', inputs: [image], attributes: { to: 1 }, batched: [0] },
  { op: 'Cast', inputs: [image], attributes: { to: 11 }, batched: [0] },
  { op: 'CastLike', inputs: [image, number(1)], constants: [1], wrt: [0], batched: [0] },
  { op: 'Abs', inputs: [image], batched: [0] },
  { op: 'Sqrt', inputs: [positive([3, 4])], batched: [0] },
  { op: 'Exp', inputs: [image], batched: [0] },
  { op: 'Log', inputs: [positive([3, 4])], batched: [0] },
  { op: 'Reciprocal', inputs: [positive([3, 4])], batched: [0] },
  { op: 'Erf', inputs: [image], batched: [0] },
  ...['Sin', 'Cos', 'Tan', 'Atan', 'Sinh', 'Cosh', 'Asinh'].map(
    (op): OperatorCase => ({ op, inputs: [image], batched: [0] }),
  ),
  ...['Asin', 'Acos', 'Atanh'].map((op): OperatorCase => ({ op, inputs: [scaled(image, 0.9)], batched: [0] })),
  { op: 'Acosh', inputs: [scaled(image, 1, 2.5)], batched: [0] },
  { op: 'CumSum', inputs: [image, int(1)], batched: [0] },
  { op: 'CumSum', inputs: [image, int(-1)], attributes: { exclusive: 1 } },
  { op: 'CumSum', inputs: [image, int(2)], attributes: { reverse: 1 } },
  { op: 'CumSum', inputs: [image, shaped([1], ints(3))], attributes: { reverse: 1, exclusive: 1 } },
];
