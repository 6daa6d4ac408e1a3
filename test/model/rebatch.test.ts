import { describe, expect, it } from 'vitest';
import { attnLrp } from '../../src/attribution/relevance/lrp.ts';
import { NotEquivalentError } from '../../src/model/errors.ts';
import type { Model } from '../../src/onnx/graph.ts';
import type { GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { float32, int64 } from '../../src/onnx/tensor.ts';
import { built, dense, images, load, originalOutputs, value, weights } from '../networks.ts';

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
    await (await attnLrp.create({}).compile(classifier)).release();
  });
});

/** A model for a batch of any size, of which only the first rows differ between sizes. */
type Spelt = (b: GraphBuilder, x: string, n: number) => string;

/** A constant that has the same row for each of n images. */
const rowsOf = (b: GraphBuilder, n: number, dims: readonly number[], seed: number) => {
  const row = weights([1, ...dims], seed).data;
  return b.constant(
    float32(
      [n, ...dims],
      Array.from({ length: n * row.length }, (_, i) => row[i % row.length]!),
    ),
  );
};

/** Attention in each group of rows of [groups, rows, width]. */
const attention = (b: GraphBuilder, x: string) => {
  const scores = b.ops.MatMul(x, b.add('Transpose', [x], { perm: [0, 2, 1] }));
  return b.ops.MatMul(b.add('Softmax', [scores], { axis: -1 }), x);
};

const spelt: readonly { title: string; build: Spelt }[] = [
  {
    title: 'beside a Reshape of weights to one row, and one of a bias',
    build: (b, x, n) => {
      const bias = b.ops.Reshape(b.constant(weights([2], 7)), b.ints([1, 2, 1, 1]));
      const kernel = b.ops.Reshape(b.constant(weights([18])), b.ints([2, 1, 3, 3]));
      const conv = b.ops.Add(b.add('Conv', [x, kernel]), bias);
      return dense(b, b.ops.Reshape(conv, b.ints([n, 8])), 8, 3);
    },
  },
  {
    title: 'beside a ConstantOfShape that makes weights',
    build: (b, x, n) => {
      const kernel = b.add('ConstantOfShape', [b.constant(int64([1, 1, 2, 2]))], { value: float32([1], [0.5]) });
      return dense(b, b.ops.Reshape(b.add('Conv', [x, kernel]), b.ints([n, 9])), 9, 3);
    },
  },
  {
    title: 'with a row of constants before the positions (a class token)',
    build: (b, x, n) => {
      const positions = b.ops.Reshape(x, b.ints([n, 4, 4]));
      const all = b.add('Concat', [rowsOf(b, n, [1, 4], 5), positions], { axis: 1 });
      return dense(b, b.ops.Reshape(attention(b, all), b.ints([n, 20])), 20, 3);
    },
  },
  {
    title: 'with a token that ConstantOfShape makes',
    build: (b, x, n) => {
      const token = b.add('ConstantOfShape', [b.constant(int64([n, 1, 4]))], { value: float32([1], [0.5]) });
      const all = b.add('Concat', [token, b.ops.Reshape(x, b.ints([n, 4, 4]))], { axis: 1 });
      return dense(b, b.ops.Reshape(all, b.ints([n, 20])), 20, 3);
    },
  },
  {
    title: 'times the number of windows (Swin)',
    build: (b, x, n) => {
      const split = b.ops.Reshape(x, b.ints([n, 2, 2, 2, 2]));
      const windows = b.ops.Reshape(b.add('Transpose', [split], { perm: [0, 1, 3, 2, 4] }), b.ints([n * 4, 4, 1]));
      const mixed = b.ops.Reshape(attention(b, windows), b.ints([n, 2, 2, 2, 2]));
      const whole = b.ops.Reshape(b.add('Transpose', [mixed], { perm: [0, 1, 3, 2, 4] }), b.ints([n, 16]));
      return dense(b, whole, 16, 3);
    },
  },
  {
    title: 'times the number of heads, behind the positions (MultiheadAttention)',
    build: (b, x, n) => {
      const positions = b.ops.Reshape(x, b.ints([n, 4, 4]));
      const first = b.add('Transpose', [positions], { perm: [1, 0, 2] });
      const heads = b.ops.Reshape(first, b.ints([4, n * 2, 2]));
      const mixed = attention(b, b.add('Transpose', [heads], { perm: [1, 0, 2] }));
      const back = b.ops.Reshape(b.add('Transpose', [mixed], { perm: [1, 0, 2] }), b.ints([4, n, 4]));
      const rows = b.ops.Reshape(back, b.ints([4 * n, 4]));
      const projected = b.ops.Reshape(b.ops.MatMul(rows, b.constant(weights([4, 4], 8))), b.ints([4, n, 4]));
      const mean = b.add('ReduceMean', [projected, b.ints([0])], { keepdims: 0 });
      return dense(b, mean, 4, 3);
    },
  },
  {
    title: 'in a bias for each image, and an Expand of the images',
    build: (b, x, n) => {
      const wide = b.ops.Expand(x, b.ints([n, 2, 4, 4]));
      return b.ops.Add(dense(b, b.ops.Reshape(wide, b.ints([n, 32])), 32, 3), rowsOf(b, n, [3], 4));
    },
  },
  {
    title: 'among sizes that are computed from shapes',
    build: (b, x, n) => {
      const height = b.add('Shape', [x], { start: 2, end: 3 });
      const target = b.add('Concat', [b.ints([n]), height, b.ints([4])], { axis: 0 });
      return dense(b, b.add('Flatten', [b.ops.Reshape(x, target)]), 16, 3);
    },
  },
  {
    title: 'through rows that are taken apart into images',
    build: (b, x, n) =>
      dense(b, b.ops.Reshape(b.ops.Tanh(b.ops.Reshape(x, b.ints([n * 4, 4]))), b.ints([n, 16])), 16, 3),
  },
];

describe('a batch that is spelt out away from the first place, or in what is no image, is freed', () => {
  it.each(spelt.flatMap(({ title, build }) => [1, 3].map((batch) => ({ title, build, batch }))))(
    '$title, of $batch',
    async ({ build, batch }) => {
      const model = fixed(batch, (b, x) => build(b, x, batch));
      await expectFreed(model, batch);
    },
  );
});

/** As above, for a number of images that the batch divides. */
async function expectFreed(model: Model, batch: number) {
  const classifier = await load(model);
  expect(classifier.preparation).toMatchObject({ batched: true, notes: [] });
  const all = images(6, shape);
  const expected = await originalOutputs(model, batch, all);
  const { data } = await classifier.scoresOf(all);
  for (const [i, score] of expected.flatMap((row) => [...row]).entries()) expect(data[i]).toBeCloseTo(score, 5);
}

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
        const single = b.add('Squeeze', [x, b.ints([0])]);
        return dense(b, b.ops.Reshape(single, b.ints([1, 16])), 16, 3);
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
