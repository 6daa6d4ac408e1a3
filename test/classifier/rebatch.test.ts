import { describe, expect, it } from 'vitest';
import { attnLrpKind } from '../../src/attribution/lrp.ts';
import { NotEquivalentError } from '../../src/classifier/errors.ts';
import type { Model } from '../../src/onnx/graph.ts';
import type { GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { float32, int64 } from '../../src/onnx/tensor.ts';
import { built, value } from '../onnx/smallModels.ts';
import { dense, images, load, originalOutputs, weights } from './smallClassifiers.ts';

const fixed = (batch: number, build: (builder: GraphBuilder, x: string) => string): Model =>
  built(value('x', [batch, 1, 4, 4]), [batch, 3], (builder, x) => build(builder, x));
const shape = [1, 4, 4];

const bias = (builder: GraphBuilder, batch: number) =>
  builder.ops.Expand(builder.constant(weights([1, 3], 5)), builder.ints([batch, 3]));

/** Score by score what the model itself says of each image, alone or in its own batch. */
async function expectSameScores(model: Model, batch: number, batched: boolean) {
  const classifier = await load(model);
  expect(classifier.preparation.batched).toBe(batched);
  const all = images(8, shape);
  const expected = await originalOutputs(model, batch, all);
  const { data } = await classifier.scoresOf(all);
  for (const [i, score] of expected.flatMap((row) => [...row]).entries()) expect(data[i]).toBeCloseTo(score, 5);
  return classifier;
}

describe('a batch that is spelt out is freed', () => {
  it.each([
    { title: 'by a Reshape to [1, 16]', build: (b, x) => dense(b, b.ops.Reshape(x, b.ints([1, 16])), 16, 3) },
    { title: 'by a Reshape to [1, -1]', build: (b, x) => dense(b, b.ops.Reshape(x, b.ints([1, -1])), 16, 3) },
    {
      title: 'by an Expand to [1, 3]',
      build: (b, x) => b.ops.Add(dense(b, b.add('Flatten', [x]), 16, 3), bias(b, 1)),
    },
    {
      title: 'by a ConstantOfShape of [1, 3]',
      build: (b, x) =>
        b.ops.Add(
          dense(b, b.add('Flatten', [x]), 16, 3),
          b.add('ConstantOfShape', [b.constant(int64([1, 3]))], { value: float32([1], [0.5]) }),
        ),
    },
  ] satisfies { title: string; build: (b: GraphBuilder, x: string) => string }[])('$title', async ({ build }) => {
    const classifier = await expectSameScores(fixed(1, build), 1, true);
    expect(classifier.batchSize).toBeGreaterThan(1);
    expect(classifier.preparation.notes).toEqual([]);
  });

  it('of four', async () => {
    const model = fixed(4, (b, x) => b.ops.Add(dense(b, b.ops.Reshape(x, b.ints([4, 16])), 16, 3), bias(b, 4)));
    const classifier = await expectSameScores(model, 4, true);
    // Relevance is proved on a batch of its own.
    await (await attnLrpKind.create({}).compile(classifier)).release();
  });
});

/** Its rows are half images: with two images stacked the softmax goes over both. */
const mixing = (batch: number) =>
  fixed(batch, (b, x) => {
    const halves = b.ops.Reshape(x, b.ints([2, -1]));
    const mixed = b.add('Softmax', [halves], { axis: 0 });
    return dense(b, b.ops.Reshape(mixed, b.ints([batch, 16])), 16, 3);
  });

describe('a batch that cannot be freed', () => {
  it.each([
    { title: 'because images would mix', model: mixing(1) },
    {
      title: 'because the mean is of the whole batch',
      model: fixed(1, (b, x) => {
        const mean = b.add('ReduceMean', [x], { keepdims: 1 });
        return dense(b, b.add('Flatten', [b.ops.Sub(x, mean)]), 16, 3);
      }),
    },
    {
      title: 'because the model fails on two',
      model: fixed(1, (b, x) => {
        const parts = b.ops.Reshape(x, b.ints([4, 4]));
        return dense(b, b.ops.Reshape(parts, b.ints([1, 16])), 16, 3);
      }),
    },
  ])('$title: images run one by one, and it says so', async ({ model }) => {
    const classifier = await expectSameScores(model, 1, false);
    expect(classifier.batchSize).toBe(1);
    expect(classifier.preparation.notes).toEqual([expect.stringMatching(/batch dimension could not be freed/)]);
  });

  it('of four: the model is refused, with a way out', async () => {
    await expect(load(mixing(4))).rejects.toBeInstanceOf(NotEquivalentError);
    await expect(load(mixing(4))).rejects.toThrow(/Export it again .* with a dynamic batch dimension/s);
  });
});

it('a free batch stays free', async () => {
  const model = built(value('x', ['n', 1, 4, 4]), ['n', 3], (b, x) => dense(b, b.add('Flatten', [x]), 16, 3));
  expect((await load(model)).preparation).toMatchObject({ batched: true, difference: 0, notes: [] });
});
