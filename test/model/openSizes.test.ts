import { describe, expect, it } from 'vitest';
import { inputXGradient } from '../../src/attribution/gradient/inputXGradient.ts';
import type { GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { float32, type Tensor } from '../../src/onnx/tensor.ts';
import { built, load, value } from '../networks.ts';

/*
 * Models whose values inside are as long as the image has bright pixels. A score of degree d in the pixels has the sum d times
 * the score over pixel x gradient (Euler), and none of them was probed with so many bright pixels as it is explained with.
 */

type Build = (b: GraphBuilder, x: string) => string;

const size = 36;
/** The bright pixels of [1, 1, 6, 6], as one vector. */
const bright = (b: GraphBuilder, x: string) => {
  const line = b.ops.Reshape(x, b.ints([-1]));
  return b.add('Compress', [line, b.ops.Greater(line, b.scalar(0.5))]);
};
/** [k] as [1, 1, 1, k]. */
const spatial = (b: GraphBuilder, x: string) => b.ops.Unsqueeze(x, b.ints([0, 1, 2]));
const single = (b: GraphBuilder, x: string) => b.ops.Reshape(x, b.ints([1, 1]));
const mean = (b: GraphBuilder, x: string) => b.add('ReduceMean', [x, b.ints([0])], { keepdims: 0 });
const square = (b: GraphBuilder, x: string) => b.ops.Mul(x, x);

const models: Readonly<Record<string, { readonly degree: number; readonly build: Build }>> = {
  'GlobalAveragePool of squares': {
    degree: 2,
    build: (b, x) => b.add('GlobalAveragePool', [spatial(b, square(b, bright(b, x)))]),
  },
  'ReduceMean of squares': { degree: 2, build: (b, x) => mean(b, square(b, bright(b, x))) },
  'ReduceMean over the last axis': {
    degree: 1,
    build: (b, x) => b.add('ReduceMean', [spatial(b, bright(b, x)), b.ints([-1])], { keepdims: 1 }),
  },
  ReduceL2: { degree: 1, build: (b, x) => b.add('ReduceL2', [bright(b, x), b.ints([0])], { keepdims: 0 }) },
  'Concat along them': {
    degree: 1,
    build: (b, x) => {
      const chosen = bright(b, x);
      return mean(b, b.add('Concat', [chosen, b.ops.Mul(chosen, b.scalar(3))], { axis: 0 }));
    },
  },
  'Concat along a later axis': {
    degree: 2,
    build: (b, x) => {
      const chosen = spatial(b, bright(b, x));
      return b.add('GlobalAveragePool', [
        b.add('Concat', [square(b, chosen), square(b, chosen), square(b, chosen)], { axis: 3 }),
      ]);
    },
  },
  'Slice from the second on': {
    degree: 1,
    build: (b, x) => {
      const later = b.add('Slice', [spatial(b, bright(b, x)), b.ints([1]), b.ints([9999]), b.ints([3])]);
      return b.add('ReduceMean', [later, b.ints([3])], { keepdims: 0 });
    },
  },
  'the number of them by NonZero': {
    degree: 1,
    build: (b, x) => {
      const places = b.add('NonZero', [b.ops.Greater(x, b.scalar(0.5))]);
      return mean(b, b.add('GatherND', [x, b.add('Transpose', [places], { perm: [1, 0] })]));
    },
  },
  'a centred sum': {
    degree: 2,
    build: (b, x) => {
      const chosen = bright(b, x);
      return mean(
        b,
        square(
          b,
          b.ops.Sub(chosen, b.ops.Mul(b.scalar(0.5), b.add('ReduceMean', [chosen, b.ints([0])], { keepdims: 1 }))),
        ),
      );
    },
  },
  'softmax of them': {
    degree: 1,
    build: (b, x) => {
      const chosen = bright(b, x);
      const even = b.add('Softmax', [b.ops.Mul(chosen, b.scalar(0))], { axis: 0 });
      return b.add('ReduceSum', [b.ops.Mul(chosen, even), b.ints([0])], { keepdims: 0 });
    },
  },
  'attention over them': {
    degree: 1,
    build: (b, x) => {
      const chosen = b.ops.Unsqueeze(bright(b, x), b.ints([1]));
      const even = b.add('Softmax', [b.ops.Mul(chosen, b.scalar(0))], { axis: 0 });
      return b.ops.MatMul(b.add('Transpose', [even], { perm: [1, 0] }), chosen);
    },
  },
};

/** `count` bright pixels of different brightness among dark ones. */
function imageWith(count: number): Tensor<'float32'> {
  const pixels = Array.from({ length: size }, (_, i) => ((i * 7) % size < count ? 0.6 + (i % 5) / 10 : (i % 3) / 10));
  return float32([1, 1, 6, 6], pixels);
}

describe('sizes that depend on the image are counted for each', () => {
  it.each(Object.entries(models))('%s', async (_, { degree, build }) => {
    const model = built(value('x', [1, 1, 6, 6]), [1, 4], (b, x) =>
      b.ops.MatMul(single(b, build(b, x)), b.constant(float32([1, 4], [1, -1, 2, 0.5]))),
    );
    const classifier = await load(model);
    expect(classifier.preparation.batched).toBe(false);
    const explainer = await inputXGradient().compile(classifier);
    for (const count of [2, 5, 23, 36]) {
      const { values, scores } = await explainer.attribute(imageWith(count), [2]);
      const sum = values.data.reduce((total, each) => total + each, 0);
      expect(sum / (degree * scores[0]!)).toBeCloseTo(1, 4);
    }
    await explainer.release();
    await classifier.release();
  });
});

it('what needs such a size before the graph runs is refused, with the operator and the value', async () => {
  const model = built(value('x', [1, 1, 6, 6]), [1, 4], (b, x) => {
    const pooled = b.add('AveragePool', [spatial(b, bright(b, x))], { kernel_shape: [1, 3], pads: [0, 1, 0, 1] });
    const summed = b.add('ReduceSum', [pooled, b.ints([2, 3])], { keepdims: 0 });
    return b.ops.MatMul(summed, b.constant(float32([1, 4], [1, -1, 2, 0.5])));
  });
  const classifier = await load(model);
  await expect(inputXGradient().compile(classifier)).rejects.toThrow(
    /AveragePool.*needs the size of .*depends on the image/s,
  );
  await classifier.release();
});
