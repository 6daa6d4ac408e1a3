import { describe, expect, it } from 'vitest';
import { deepLift } from '../../src/attribution/gradient/deepLift.ts';
import type { GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { float32, rows } from '../../src/onnx/tensor.ts';
import { built, dense, images, load, value, weights } from '../networks.ts';

type Part = (builder: GraphBuilder, x: string) => string;

/** A padded convolution to two channels of 6x6, a part of a network, and three classes. */
function network(part: Part) {
  return load(
    built(value('x', ['n', 1, 6, 6]), ['n', 3], (builder, x) => {
      const filtered = builder.add(
        'Conv',
        [x, builder.constant(weights([2, 1, 3, 3])), builder.constant(weights([2], 5))],
        {
          pads: [1, 1, 1, 1],
        },
      );
      const flat = builder.ops.Reshape(part(builder, filtered), builder.ints([0, 72]));
      return dense(builder, flat, 72, 3);
    }),
  );
}

const all = images(3, [1, 6, 6]);
/** Darker and lighter than the images, so that some differences have either sign. */
const baseline = 60;

const parts: Readonly<Record<string, Part>> = {
  'a sum of squares over its root': ({ ops }, x) => ops.Div(x, ops.Sqrt(ops.Add(ops.Mul(x, x), ops.Exp(x)))),
  'max pooling of an activation': (builder, x) => {
    const pooled = builder.add('MaxPool', [builder.add('Relu', [x])], { kernel_shape: [2, 2], strides: [1, 1] });
    return builder.add('Pad', [pooled, builder.ints([0, 0, 0, 0, 0, 0, 1, 1])]);
  },
  'max pooling with gaps': (builder, x) =>
    builder.add('MaxPool', [builder.ops.Tanh(x)], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
  'a gate by its own mean': (builder, x) => {
    const mean = builder.add('ReduceMean', [x, builder.ints([2, 3])], { keepdims: 1 });
    return builder.ops.Mul(x, builder.ops.Sigmoid(mean));
  },
  'Where by a comparison': (builder, x) =>
    builder.ops.Where(builder.ops.Greater(x, builder.scalar(0)), x, builder.ops.Mul(x, builder.scalar(0.1))),
  'a mask of zeros and ones': (builder, x) =>
    builder.ops.Mul(x, builder.add('Cast', [builder.ops.Greater(x, builder.scalar(0.2))], { to: 1 })),
  'a constant over it': (builder, x) =>
    builder.ops.Div(builder.scalar(2), builder.ops.Add(builder.ops.Exp(x), builder.scalar(1))),
  'a constant to its power': (builder, x) => builder.ops.Pow(builder.scalar(2), x),
  'the larger of it and its tanh': ({ ops }, x) => ops.Max(x, ops.Tanh(x)),
  'signs of it': ({ ops }, x) => ops.Sign(x),
  'it rounded': (builder, x) => builder.add('Round', [x]),
  'softmax over its columns': (builder, x) =>
    builder.add('Softmax', [builder.ops.Mul(x, builder.scalar(5))], { axis: 3 }),
  'attention to itself': (builder, x) => {
    const scores = builder.ops.MatMul(x, builder.add('Transpose', [x], { perm: [0, 1, 3, 2] }));
    return builder.ops.MatMul(builder.add('Softmax', [scores], { axis: -1 }), x);
  },
  'layer normalisation': (builder, x) =>
    builder.add('LayerNormalization', [x, builder.constant(weights([6], 7)), builder.constant(weights([6], 8))]),
  'layer normalisation written out': (builder, x) => {
    const { ops } = builder;
    const mean = (of: string) => builder.add('ReduceMean', [of, builder.ints([-1])], { keepdims: 1 });
    const centred = ops.Sub(x, mean(x));
    return ops.Div(centred, ops.Sqrt(ops.Add(mean(ops.Pow(centred, builder.scalar(2))), builder.scalar(1e-5))));
  },
  'response normalisation': (builder, x) => builder.add('LRN', [x], { size: 3, alpha: { type: 'float', value: 0.5 } }),
  'the largest of all beside it': (builder, x) =>
    builder.ops.Sub(builder.add('ReduceMax', [x, builder.ints([2, 3])], { keepdims: 1 }), builder.ops.Abs(x)),
  'its largest values, sorted': (builder, x) => {
    const [top = ''] = builder.addMany('TopK', [x, builder.ints([6])], 2, { axis: 3 });
    return top;
  },
  'a gated recurrent step': ({ ops }, x) => {
    const gate = ops.Sigmoid(x);
    return ops.Add(ops.Mul(gate, ops.Tanh(x)), ops.Mul(ops.Sub(x, gate), ops.Sigmoid(ops.Neg(x))));
  },
};

describe('DeepLIFT sums to the score difference', () => {
  it.each(Object.entries(parts))('through %s', async (_name, part) => {
    const classifier = await network(part);
    const explainer = await deepLift({ baseline }).compile(classifier);
    const { values, completeness, notes } = await explainer.attribute(all, [0, 1, 2]);
    for (const { sum, expected } of completeness!) {
      const size = values.data.reduce((total, one) => total + Math.abs(one), 0);
      expect(Math.abs(sum - expected) / size).toBeLessThan(1e-5);
    }
    expect(notes?.join()).not.toContain('not linear');
    // An image alone has the map that it has among others.
    const { values: alone } = await explainer.attribute(rows(all, 1, 2), [1]);
    for (const [i, one] of alone.data.entries()) expect(one).toBeCloseTo(values.data[36 + i]!, 4);
    await explainer.release();
    await classifier.release();
  });

  it('names the operators where it need not', async () => {
    const classifier = await network((builder, x) => {
      const largest = builder.add('ArgMax', [x], { axis: 2, keepdims: 1 });
      return builder.ops.Add(x, builder.add('GatherElements', [x, largest], { axis: 2 }));
    });
    const explainer = await deepLift({ baseline }).compile(classifier);
    const { notes } = await explainer.attribute(all, [0, 1, 2]);
    expect(notes).toEqual([
      'Plain gradient, though not linear, so that the sum can miss the score difference: 1 GatherElements.',
    ]);
    await explainer.release();
    await classifier.release();
  });

  it('and gives Where(x > 0, x, 0) the map of Relu', async () => {
    const maps = [];
    const relus: readonly Part[] = [
      (builder, x) => builder.add('Relu', [x]),
      (builder, x) => builder.ops.Where(builder.ops.Greater(x, builder.scalar(0)), x, builder.scalar(0)),
      (builder, x) => builder.ops.Max(x, builder.scalar(0)),
      (builder, x) => builder.ops.Mul(x, builder.add('Cast', [builder.ops.Greater(x, builder.scalar(0))], { to: 1 })),
    ];
    for (const relu of relus) {
      const classifier = await network(relu);
      const explainer = await deepLift({ baseline }).compile(classifier);
      maps.push((await explainer.attribute(all, [0, 1, 2])).values.data);
      await explainer.release();
      await classifier.release();
    }
    const [first, ...others] = maps;
    for (const other of others) for (const [i, one] of other.entries()) expect(one).toBeCloseTo(first![i]!, 5);
  });

  it('and does not blow up where image and baseline differ by rounding only', async () => {
    const classifier = await network(({ ops }, x) => ops.Sigmoid(x));
    const explainer = await deepLift({ baseline: 255 }).compile(classifier);
    const almost = float32(
      [1, 1, 6, 6],
      Array.from({ length: 36 }, (_, i) => 1 - (i % 2) * 6e-8),
    );
    const { values } = await explainer.attribute(almost, [0]);
    expect(Math.max(...values.data.map(Math.abs))).toBeLessThan(1e-5);
    await explainer.release();
    await classifier.release();
  });
});

describe('DeepLIFT through rounding to integers', () => {
  const quantized =
    (scale: number): Part =>
    (builder, x) => {
      const given = [builder.scalar(scale), builder.constant({ type: 'uint8', dims: [], data: Uint8Array.of(0) })];
      return builder.add('DequantizeLinear', [builder.add('QuantizeLinear', [x, ...given]), ...given]);
    };

  it.each([0.001, 0.05])(
    'with steps of %d sums to the difference but for single steps, Relu in the range and all',
    async (scale) => {
      const classifier = await network(quantized(scale));
      const explainer = await deepLift({ baseline }).compile(classifier);
      const { values, completeness, notes } = await explainer.attribute(all, [0, 1, 2]);
      for (const { sum, expected } of completeness!) {
        // 72 units, each up to a step off, and weights of up to 1.
        expect(Math.abs(sum - expected)).toBeLessThan(Math.sqrt(72) * scale);
      }
      expect(notes).toEqual([
        'Rescale rule but for single steps of rounding, which the sum can miss: 1 QuantizeLinear.',
      ]);
      expect(Math.max(...values.data.map(Math.abs))).toBeLessThan(20);
      await explainer.release();
      await classifier.release();
    },
  );
});
