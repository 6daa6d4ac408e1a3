import { describe, expect, it } from 'vitest';
import { loadDigits } from '../../../src/datasets/digits.ts';
import type { AttributeLike } from '../../../src/onnx/attributes.ts';
import { float32, type Tensor } from '../../../src/onnx/tensor.ts';
import { runtimes } from '../../runtimes.ts';
import { slowOperators } from '../../slow/index.ts';
import { slowNodes, toArray64 } from '../../slow/slowGraph.ts';
import { ints, numbers } from './inputs.ts';
import { gradientModel, gradientModelOf, modelOf, type OperatorCase, productOnRuntimes } from './operatorCase.ts';

const digits = await loadDigits();
const count = 24;
const images = float32(
  [count, 1, 28, 28],
  Float32Array.from(digits.test.images.subarray(0, count * 784), (byte) => byte / 255),
);

const windows: readonly Readonly<Record<string, AttributeLike>>[] = [
  { kernel_shape: [2, 2], strides: [2, 2] },
  { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
  { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 },
];

/** dy added up at the first maximum of each window. */
function firstTakesAll(operatorCase: OperatorCase, dy: Tensor): Float64Array {
  const [node] = slowNodes(modelOf(operatorCase).graph);
  const [, indices] = slowOperators.MaxPool!([toArray64(images)], node!.attributes, 2);
  const dx = new Float64Array(images.data.length);
  indices!.data.forEach((index, i) => {
    dx[index] = dx[index]! + Number(dy.data[i]);
  });
  return dx;
}

describe.each(runtimes)('equal values, on $name', ({ runtime }) => {
  it.each(windows)('max pooling of real digits gives dy to the first of a window: %o', async (attributes) => {
    const operatorCase: OperatorCase = { op: 'MaxPool', inputs: [images], attributes };
    const [pooled] = slowOperators.MaxPool!(
      [toArray64(images)],
      slowNodes(modelOf(operatorCase).graph)[0]!.attributes,
      1,
    );
    const added = await gradientModel(modelOf(operatorCase), { x0: images }, ['x0'], new Map([['y0', pooled!.dims]]));
    const session = await runtime.createSession(added.model);
    const values = await session.run({ x0: images, ...added.cotangents });
    await session.release();
    const dx = values[added.gradients.get('x0')!]!.data as Float32Array;
    const wanted = firstTakesAll(operatorCase, added.cotangents['cotangent of y0']!);
    const worst = wanted.reduce((most, value, i) => Math.max(most, Math.abs(value - dx[i]!)), 0);
    // Up to four windows meet in an element: a few roundings of sums below 4.
    expect(worst).toBeLessThan(1e-6);
  });

  const line = numbers(1, 3, 3, 2, 3, 1, 1, 2);
  const image = { ...line, dims: [1, 2, 2, 2] };
  const flat: readonly { readonly operatorCase: OperatorCase; readonly places: readonly number[] }[] = [
    { operatorCase: { op: 'ReduceMax', inputs: [line] }, places: [1] },
    { operatorCase: { op: 'ReduceMin', inputs: [line] }, places: [0] },
    { operatorCase: { op: 'ReduceMax', inputs: [image, ints(1, 3)] }, places: [1, 2] },
    { operatorCase: { op: 'GlobalMaxPool', inputs: [image] }, places: [1, 4] },
    { operatorCase: { op: 'Max', inputs: [line, line], constants: [1], wrt: [0] }, places: [0, 1, 2, 3, 4, 5, 6, 7] },
    { operatorCase: { op: 'Max', inputs: [line, line], constants: [0], wrt: [1] }, places: [] },
    { operatorCase: { op: 'Relu', inputs: [numbers(-1, 0, 1)] }, places: [2] },
    { operatorCase: { op: 'Relu', inputs: [{ ...numbers(-1, 0, 1), dims: [1, 3, 1, 1] }] }, places: [2] },
    {
      operatorCase: { op: 'Clip', inputs: [numbers(0, 3, 6), float32([], [0]), float32([], [6])], wrt: [0] },
      places: [1],
    },
    { operatorCase: { op: 'HardSigmoid', inputs: [numbers(-2.5, 0, 2.5)] }, places: [1] },
    { operatorCase: { op: 'HardSwish', inputs: [numbers(-3, 1, 3)] }, places: [1, 2] },
    { operatorCase: { op: 'Abs', inputs: [numbers(-1, 0, 1)] }, places: [0, 2] },
    { operatorCase: { op: 'ReduceL2', inputs: [numbers(0, 0, 0)] }, places: [] },
    { operatorCase: { op: 'LpNormalization', inputs: [numbers(0, 0, 0)] }, places: [] },
  ];
  it.each(['none', 'tanh'])('Gelu (%s) is straight far out: slopes of 0 and 1, and no NaN', async (approximate) => {
    const far = numbers(-Infinity, -3e38, -1e15, -40, 40, 1e15, 3e38);
    const operatorCase: OperatorCase = { op: 'Gelu', inputs: [far], attributes: { approximate } };
    const model = await gradientModel(modelOf(operatorCase), { x0: far }, ['x0'], new Map([['y0', [7]]]));
    const [gradients] = await productOnRuntimes(model, operatorCase, [runtime]);
    const dy = model.cotangents['cotangent of y0']!.data;
    expect([...gradients![0]!.data].map((value, i) => (value === 0 ? 0 : value / Number(dy[i])))).toEqual([
      0, 0, 0, 0, 1, 1, 1,
    ]);
  });

  it.each(flat)(
    'of $operatorCase.op $operatorCase.inputs: only the decided side has a gradient',
    async ({ operatorCase, places }) => {
      const [gradients] = await productOnRuntimes(await gradientModelOf(operatorCase), operatorCase, [runtime]);
      expect([...gradients![0]!.data].flatMap((value, i) => (value === 0 ? [] : [i]))).toEqual(places);
    },
  );
});
