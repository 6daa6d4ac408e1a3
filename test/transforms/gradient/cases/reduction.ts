import type { Tensor } from '../../../../src/onnx/tensor.ts';
import { distinct, ints, positive } from '../inputs.ts';
import type { OperatorCase } from '../operatorCase.ts';

const forms = (op: string, x: Tensor): OperatorCase[] => [
  { op, inputs: [x, ints(-1, 1)], batched: [0] },
  { op, inputs: [x, ints(2)], attributes: { keepdims: 0 }, batched: [0] },
  { op, inputs: [x, ints(0, 2)], attributes: { keepdims: 0 }, batched: [0] },
  { op, inputs: [x], attributes: { keepdims: 0 }, batched: [0] },
  { op, inputs: [x], batched: [0] },
  { op, inputs: [x, ints()], attributes: { noop_with_empty_axes: 1 }, batched: [0] },
];

const image = distinct([3, 2, 4, 5]);
const fed = (op: string, keepdims: number): OperatorCase => ({
  op,
  inputs: [image, ints(3, 1)],
  attributes: { keepdims },
  fed: [1],
  batched: [0],
});

const withZeros = (...zeros: number[]): Tensor<'float32'> => {
  const x = positive([3, 4]);
  return { ...x, data: x.data.map((value, i) => (zeros.includes(i) ? 0 : value)) };
};

export const reductionCases: readonly OperatorCase[] = [
  ...['ReduceSum', 'ReduceMean', 'ReduceMax', 'ReduceMin', 'ReduceL1', 'ReduceL2', 'ReduceSumSquare'].flatMap((op) =>
    forms(op, image),
  ),
  ...forms('ReduceLogSumExp', image),
  ...forms('ReduceLogSum', positive([3, 2, 4, 5])),
  ...forms('ReduceProd', positive([3, 2, 4, 5])),
  { op: 'ReduceProd', inputs: [withZeros(1, 4, 6), ints(1)] },
  ...['ReduceSum', 'ReduceMean', 'ReduceL2', 'ReduceLogSumExp'].flatMap((op) => [fed(op, 0), fed(op, 1)]),
];
