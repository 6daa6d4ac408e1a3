import { describe, expect, it } from 'vitest';
import { inputXGradient } from '../../src/attribution/gradient/inputXGradient.ts';
import { UnsuitableModelError } from '../../src/model/errors.ts';
import type { GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { float32 } from '../../src/onnx/tensor.ts';
import { built, dense, images, load, value, weights } from '../networks.ts';

type Build = (b: GraphBuilder, x: string) => string;

const minus = Number.NEGATIVE_INFINITY;
const modelOf = (build: Build) => built(value('x', ['n', 1, 4, 4]), ['n', 3], build);
const scores = (b: GraphBuilder, x: string) => dense(b, b.add('Flatten', [x]), 16, 3);
const row = (b: GraphBuilder, numbers: readonly number[]) => b.constant(float32([1, 3], numbers));

describe('a class at -Infinity', () => {
  it.each<[string, Build]>([
    ['by an additive mask', (b, x) => b.ops.Add(scores(b, x), row(b, [0, minus, 0]))],
    ['by a mask before a softmax', (b, x) => b.add('Softmax', [b.ops.Add(scores(b, x), row(b, [0, minus, 0]))])],
    [
      'by LogSoftmax of a masked score',
      (b, x) => b.add('LogSoftmax', [b.ops.Add(scores(b, x), row(b, [0, minus, 0]))]),
    ],
  ])('%s: loaded, proved and explained', async (_, build) => {
    const classifier = await load(modelOf(build));
    expect(classifier.preparation).toMatchObject({ batched: true, optimization: 'all', notes: [] });
    const all = images(2, [1, 4, 4]);
    const [prediction] = await classifier.predict(all);
    expect(prediction!.probabilities[1]).toBe(0);
    const explainer = await inputXGradient().compile(classifier);
    const explained = await explainer.attribute(all, [0, { for: 2, against: 0 }]);
    expect(Number.isFinite(explained.scores[0]) && Number.isFinite(explained.scores[1])).toBe(true);
    expect(explained.values.data.every(Number.isFinite)).toBe(true);
    await explainer.release();
    await classifier.release();
  });

  it('after a softmax, by a logarithm: loaded and proved', async () => {
    const classifier = await load(
      modelOf((b, x) => b.ops.Log(b.add('Softmax', [b.ops.Add(scores(b, x), row(b, [0, minus, 0]))]))),
    );
    expect(classifier.preparation).toMatchObject({ batched: true, optimization: 'all', notes: [] });
    const [prediction] = await classifier.predict(images(1, [1, 4, 4]));
    expect(prediction!.probabilities[1]).toBe(0);
    await classifier.release();
  });

  it('does not hide that the others mix', async () => {
    const model = modelOf((b, x) => {
      const turned = b.add('Slice', [x, b.ints([-1]), b.ints([-9999]), b.ints([0]), b.ints([-1])]);
      return b.ops.Add(scores(b, b.ops.Add(x, turned)), row(b, [0, minus, 0]));
    });
    expect((await load(model)).preparation.batched).toBe(false);
  });
});

describe('NaN', () => {
  it('for some images only: loaded, and said with the operator', async () => {
    // The logarithm of a negative number wherever the image is bright.
    const model = modelOf((b, x) => scores(b, b.ops.Log(b.ops.Sub(b.scalar(0.9), x))));
    const { preparation } = await load(model);
    expect(preparation.notes).toEqual([
      expect.stringMatching(/NaN or infinite scores for \d of 6 probe images: .*Log/),
    ]);
  });

  it('for every image of the proof: loaded, one by one and as it is, and said', async () => {
    const model = modelOf((b, x) => scores(b, b.ops.Log(b.ops.Sub(b.scalar(-1), x))));
    const classifier = await load(model);
    expect(classifier.preparation).toMatchObject({ batched: false, optimization: 'none' });
    expect(classifier.preparation.notes[0]).toMatch(/for 6 of 6 probe images: Log .* gives NaN/);
    const dark = float32([1, 1, 4, 4], new Float32Array(16).fill(-2));
    expect((await classifier.scoresOf(dark)).data.every(Number.isFinite)).toBe(true);
    await classifier.release();
  });

  it('in weights is named', async () => {
    const model = modelOf((b, x) => {
      const broken = weights([16, 3]);
      broken.data[7] = Number.NaN;
      return b.ops.MatMul(b.add('Flatten', [x]), b.constant(broken, 'broken'));
    });
    await expect(load(model)).rejects.toBeInstanceOf(UnsuitableModelError);
    await expect(load(model)).rejects.toThrow(/broken", which MatMul .* reads, holds NaN/);
  });

  it('of an overflow is said to be one', async () => {
    const model = modelOf((b, x) => {
      const huge = b.ops.Exp(b.ops.Mul(x, b.scalar(1e4)));
      return scores(b, b.ops.Div(huge, b.ops.Add(huge, b.scalar(1))));
    });
    const { preparation } = await load(model);
    expect(preparation.notes[0]).toMatch(/Exp .* goes to infinity, and Div .* gives NaN of infinite numbers/);
  });
});
