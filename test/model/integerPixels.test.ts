import { describe, expect, it } from 'vitest';
import { saliency } from '../../src/attribution/gradient/saliency.ts';
import { allocate, type ElementType, elementTypeCode, type NumericType } from '../../src/onnx/elementType.ts';
import type { Model } from '../../src/onnx/graph.ts';
import type { GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { float32, int64, type Tensor, tensor } from '../../src/onnx/tensor.ts';
import { built, load, value, weights } from '../networks.ts';
import { cpu } from '../runtimes.ts';

const image = [1, 4, 6];
const dims = ['n', ...image];
const to = (type: ElementType) => ({ to: elementTypeCode(type) });

function whole<T extends NumericType>(type: T, shape: readonly number[], numbers: readonly number[]): Tensor<T> {
  const data = allocate(type, numbers.length);
  numbers.forEach((number, i) => {
    data[i] = type === 'int64' ? BigInt(number) : number;
  });
  return tensor(type, shape, data);
}
const one = <T extends NumericType>(type: T, number: number) => whole(type, [], [number]);

/** Three scores of whatever real numbers there are: a layer that takes everything flat. */
function scored(b: GraphBuilder, x: string, features = 24): string {
  const flat = b.ops.Reshape(x, b.ints([-1, features]));
  return b.ops.MatMul(b.ops.Mul(flat, b.scalar(0.01)), b.constant(weights([features, 3])));
}

type Build = (b: GraphBuilder, x: string) => string;
interface Case {
  readonly title: string;
  readonly type?: NumericType;
  /** With integers. */
  readonly by: Build;
  /** The same with real numbers. */
  readonly plain: Build;
}

const real: Build = (b, x) => b.add('Cast', [x], to('float32'));
const inReal =
  (op: string, more: (b: GraphBuilder) => readonly string[] = () => [], values = {}, features = 24): Case['by'] =>
  (b, x) =>
    scored(b, real(b, b.add(op, [x, ...more(b)], values)), features);

const cases: readonly Case[] = [
  {
    title: 'DequantizeLinear',
    by: (b, x) =>
      scored(b, b.add('DequantizeLinear', [x, b.constant(float32([], [0.5])), b.constant(one('uint8', 20))])),
    plain: (b, x) => scored(b, b.ops.Mul(b.ops.Sub(x, b.scalar(20)), b.scalar(0.5))),
  },
  {
    title: 'DequantizeLinear by column',
    by: (b, x) =>
      scored(
        b,
        b.add(
          'DequantizeLinear',
          [
            x,
            b.constant(float32([6], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6])),
            b.constant(whole('uint8', [6], [1, 2, 3, 4, 5, 6])),
          ],
          { axis: -1 },
        ),
      ),
    plain: (b, x) =>
      scored(
        b,
        b.ops.Mul(
          b.ops.Sub(x, b.constant(float32([6], [1, 2, 3, 4, 5, 6]))),
          b.constant(float32([6], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6])),
        ),
      ),
  },
  {
    title: 'Pad with a value',
    by: inReal('Pad', (b) => [b.ints([0, 0, 1, 0, 0, 0, 0, 2]), b.constant(one('uint8', 7))], {}, 40),
    plain: (b, x) => scored(b, b.add('Pad', [x, b.ints([0, 0, 1, 0, 0, 0, 0, 2]), b.scalar(7)]), 40),
  },
  {
    title: 'Slice, Transpose and Concat',
    by: (b, x) => {
      const part = b.add('Slice', [x, b.ints([1]), b.ints([4]), b.ints([3])]);
      const moved = b.add('Transpose', [b.add('Concat', [part, x], { axis: 3 })], { perm: [0, 1, 3, 2] });
      return scored(b, real(b, moved), 36);
    },
    plain: (b, x) => {
      const part = b.add('Slice', [x, b.ints([1]), b.ints([4]), b.ints([3])]);
      return scored(b, b.add('Transpose', [b.add('Concat', [part, x], { axis: 3 })], { perm: [0, 1, 3, 2] }), 36);
    },
  },
  {
    title: 'Gather',
    by: inReal('Gather', (b) => [b.constant(int64([3, 0, 0]))], { axis: 2 }, 18),
    plain: (b, x) => scored(b, b.add('Gather', [x, b.constant(int64([3, 0, 0]))], { axis: 2 }), 18),
  },
  {
    title: 'Resize to the nearest',
    by: inReal('Resize', (b) => ['', b.constant(float32([4], [1, 1, 2, 2]))], { mode: 'nearest' }, 96),
    plain: (b, x) =>
      scored(b, b.add('Resize', [x, '', b.constant(float32([4], [1, 1, 2, 2]))], { mode: 'nearest' }), 96),
  },
  {
    title: 'Where and Greater',
    by: (b, x) => {
      const bright = b.ops.Greater(x, b.constant(one('uint8', 100)));
      return scored(b, real(b, b.ops.Where(bright, x, b.constant(one('uint8', 9)))));
    },
    plain: (b, x) => scored(b, b.ops.Where(b.ops.Greater(x, b.scalar(100)), x, b.scalar(9))),
  },
  {
    title: 'Equal beside a way that has a slope',
    by: (b, x) => b.ops.Add(scored(b, real(b, b.ops.Equal(x, b.constant(one('uint8', 0))))), scored(b, real(b, x))),
    plain: (b, x) => b.ops.Add(scored(b, real(b, b.ops.Equal(x, b.scalar(0)))), scored(b, x)),
  },
  {
    title: 'Clip, Max and Min',
    by: (b, x) => {
      const clipped = b.add('Clip', [x, b.constant(one('uint8', 10)), b.constant(one('uint8', 240))]);
      return scored(b, real(b, b.ops.Min(clipped, b.constant(one('uint8', 200)))));
    },
    plain: (b, x) => scored(b, b.ops.Min(b.add('Clip', [x, b.scalar(10), b.scalar(240)]), b.scalar(200))),
  },
  {
    title: 'MaxPool',
    by: inReal('MaxPool', () => [], { kernel_shape: [2, 2], strides: [2, 2] }, 6),
    plain: (b, x) => scored(b, b.add('MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] }), 6),
  },
  {
    title: 'Cast to int32, Sub and Mul there',
    by: (b, x) => {
      const wide = b.add('Cast', [x], to('int32'));
      const shifted = b.ops.Mul(b.ops.Sub(wide, b.constant(one('int32', 128))), b.constant(one('int32', 3)));
      return scored(b, real(b, shifted));
    },
    plain: (b, x) => scored(b, b.ops.Mul(b.ops.Sub(x, b.scalar(128)), b.scalar(3))),
  },
  {
    title: 'CastLike to int64',
    by: (b, x) => scored(b, real(b, b.ops.Add(b.add('CastLike', [x, b.int(0)]), b.int(5)))),
    plain: (b, x) => scored(b, b.ops.Add(x, b.scalar(5))),
  },
  {
    title: 'CastLike to float32',
    by: (b, x) => scored(b, b.add('CastLike', [x, b.scalar(0)])),
    plain: scored,
  },
  {
    title: 'QLinearConv',
    by: (b, x) => {
      const scale = (number: number) => b.constant(float32([], [number]));
      const w = b.constant(whole('uint8', [1, 1, 1, 1], [140]));
      const q = b.add('QLinearConv', [
        x,
        scale(1),
        b.constant(one('uint8', 0)),
        w,
        scale(0.05),
        b.constant(one('uint8', 120)),
        scale(2),
        b.constant(one('uint8', 10)),
      ]);
      return scored(b, b.add('DequantizeLinear', [q, scale(2), b.constant(one('uint8', 10))]));
    },
    plain: scored,
  },
  {
    title: 'int8',
    type: 'int8',
    by: (b, x) =>
      scored(b, b.add('DequantizeLinear', [x, b.constant(float32([], [0.5])), b.constant(one('int8', -20))])),
    plain: (b, x) => scored(b, b.ops.Mul(b.ops.Add(x, b.scalar(20)), b.scalar(0.5))),
  },
  { title: 'uint16', type: 'uint16', by: (b, x) => scored(b, real(b, x)), plain: scored },
  {
    title: 'int32',
    type: 'int32',
    by: (b, x) => scored(b, real(b, b.ops.Add(x, x))),
    plain: (b, x) => scored(b, b.ops.Add(x, x)),
  },
  {
    title: 'int64',
    type: 'int64',
    by: (b, x) => scored(b, real(b, b.ops.Sub(x, b.int(1)))),
    plain: (b, x) => scored(b, b.ops.Sub(x, b.scalar(1))),
  },
  {
    title: 'an integer Div, of the slope of the division',
    type: 'int32',
    by: (b, x) => scored(b, real(b, b.ops.Div(x, b.constant(one('int32', 7))))),
    plain: (b, x) => scored(b, b.ops.Div(x, b.scalar(7))),
  },
  {
    title: 'Resize that interpolates, of the slope of the interpolation',
    by: inReal('Resize', (b) => ['', b.constant(float32([4], [1, 1, 2, 2]))], { mode: 'linear' }, 96),
    plain: (b, x) =>
      scored(b, b.add('Resize', [x, '', b.constant(float32([4], [1, 1, 2, 2]))], { mode: 'linear' }), 96),
  },
];

async function slopesOf(model: Model, pixels: Tensor<'float32'>) {
  const classifier = await load(model);
  const explainer = await saliency().compile(classifier);
  const { values } = await explainer.attribute(pixels, [0, 2]);
  const scores = await classifier.scoresOf(pixels);
  await explainer.release();
  await classifier.release();
  return { slopes: values.data, scores: scores.data, notes: classifier.preparation.notes };
}

describe('integer pixels are explained with real numbers in their place', () => {
  it.each(cases)('$title', async ({ type = 'uint8', by, plain }) => {
    const model = built(value('x', dims, type), ['n', 3], by);
    const numbers = Array.from({ length: 48 }, (_, i) => (type === 'int8' ? ((i * 37) % 256) - 128 : (i * 37) % 256));
    const pixels = float32([2, ...image], numbers);
    const explained = await slopesOf(model, pixels);
    expect(explained.notes[0]).toMatch(new RegExp(`takes ${type} pixels; .* real numbers in their place`));

    const session = await cpu.createSession(model);
    const { out } = await session.run({ x: whole(type, [2, ...image], numbers) });
    await session.release();
    explained.scores.forEach((score, i) => {
      expect(score).toBeCloseTo((out!.data as Float32Array)[i]!, 3);
    });

    const reals = await slopesOf(built(value('x', dims), ['n', 3], plain), pixels);
    explained.slopes.forEach((slope, i) => {
      expect(slope).toBeCloseTo(reals.slopes[i]!, 5);
    });
  });

  it('an index gets whole numbers, and has no slope', async () => {
    const table = (b: GraphBuilder) => b.constant(weights([256]));
    const by: Build = (b, x) => scored(b, b.add('Gather', [table(b), b.add('Cast', [x], to('int32'))]));
    const { slopes, scores } = await slopesOf(
      built(value('x', dims, 'uint8'), ['n', 3], by),
      float32([2, ...image], new Array(48).fill(9)),
    );
    expect(slopes.every((slope) => slope === 0)).toBe(true);
    expect(scores.some((score) => score !== 0)).toBe(true);
  });
});
