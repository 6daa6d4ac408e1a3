import { describe, expect, it } from 'vitest';
import type { GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { float32, int64 } from '../../src/onnx/tensor.ts';
import { built, dense, load, value, weights } from '../networks.ts';

type End = (b: GraphBuilder, z: string, other: string) => string;

const softmax = (b: GraphBuilder, z: string) => b.add('Softmax', [z], { axis: -1 });

/** Ends from which the scores before the probabilities cannot be told, or are not. */
const unread: Readonly<Record<string, End>> = {
  'a power': (b, z) => b.ops.Pow(softmax(b, z), b.scalar(2)),
  'a root': (b, z) => b.ops.Sqrt(softmax(b, z)),
  'a mask': (b, z) => b.ops.Mul(softmax(b, z), b.constant(float32([3], [1, 0, 1]))),
  'a threshold less': (b, z) => b.ops.Sub(b.ops.Sigmoid(z), b.constant(float32([3], [0.1, 0.5, 0.3]))),
  'half less': (b, z) => b.ops.Sub(softmax(b, z), b.scalar(0.5)),
  'label smoothing': (b, z) => b.ops.Add(b.ops.Mul(softmax(b, z), b.scalar(0.9)), b.scalar(0.1 / 3)),
  'by their sum': (b, z) => {
    const p = b.ops.Sigmoid(z);
    return b.ops.Div(p, b.add('ReduceSum', [p, b.ints([1])]));
  },
  'a product of two': (b, z, other) => b.ops.Mul(softmax(b, z), softmax(b, other)),
  'heads side by side': (b, z, other) => b.add('Concat', [softmax(b, z), softmax(b, other)], { axis: 1 }),
  'of two kinds': (b, z, other) => b.add('Concat', [b.ops.Sigmoid(z), softmax(b, other)], { axis: 1 }),
  'the larger of two': (b, z, other) => b.ops.Max(softmax(b, z), softmax(b, other)),
  'their mean over crops': (b, z, other) => {
    const crops = b.ops.Reshape(b.add('Concat', [z, other], { axis: 1 }), b.ints([0, 2, 3]));
    return b.add('ReduceMean', [softmax(b, crops), b.ints([1])], { keepdims: 0 });
  },
  rounded: (b, z) => b.ops.Div(b.add('Round', [b.ops.Mul(softmax(b, z), b.scalar(1000))]), b.scalar(1000)),
  cumulated: (b, z) => b.add('CumSum', [softmax(b, z), b.constant(int64([1], []))]),
  'taken apart': (b, z) => {
    const parts = b.addMany('Split', [softmax(b, z), b.ints([1, 2])], 2, { axis: 1 });
    return b.add('Concat', parts, { axis: 1 });
  },
  'numbers in place of NaN': (b, z) => {
    const p = softmax(b, z);
    return b.ops.Where(b.add('IsNaN', [p]), b.scalar(0), p);
  },
};

/** Ends that are read, or hold no probabilities. */
const read: Readonly<Record<string, End>> = {
  'a softmax': softmax,
  'sigmoids times a factor': (b, z) => b.ops.Mul(b.ops.Sigmoid(z), b.scalar(100)),
  'scores alone': (_b, z) => z,
  'scores scaled and shifted': (b, z) => b.ops.Sub(b.ops.Mul(z, b.scalar(3)), b.scalar(1)),
  'a dense layer after sigmoids': (b, z) => b.ops.MatMul(b.ops.Sigmoid(z), b.constant(weights([3, 3], 4))),
  'an activation x sigmoid(x)': (b, z) => b.ops.Mul(z, b.ops.Sigmoid(z)),
};

async function cautionsOf(end: End, explain: 'scores' | 'output' = 'scores'): Promise<readonly string[]> {
  const model = built(value('x', ['n', 1, 3, 4]), undefined, (b, x) => {
    const flat = b.add('Flatten', [x]);
    return end(b, dense(b, flat, 12, 3), b.ops.MatMul(flat, b.constant(weights([12, 3], 2))));
  });
  const classifier = await load(model, { explain });
  await classifier.release();
  return classifier.cautions;
}

describe('an output that is made of probabilities', () => {
  it.each(Object.entries(unread))('by %s: that it is explained as it is is said', async (_title, end) => {
    expect(await cautionsOf(end)).toContainEqual(
      expect.stringMatching(/made of probabilities \((Softmax|Sigmoid) .*cannot be told.*--output /),
    );
  });

  it.each(Object.entries(read))('%s: there is nothing to say', async (_title, end) => {
    expect((await cautionsOf(end)).join()).not.toContain('made of probabilities');
  });

  it('is what was asked for', async () => {
    expect((await cautionsOf(unread['a power']!, 'output')).join()).not.toContain('made of probabilities');
  });
});
