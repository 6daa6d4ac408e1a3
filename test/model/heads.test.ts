import { describe, expect, it } from 'vitest';
import { saliency } from '../../src/attribution/gradient/saliency.ts';
import { methodKind } from '../../src/methods.ts';
import type { Prediction } from '../../src/model/decision.ts';
import type { GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { float32, int64, type Tensor } from '../../src/onnx/tensor.ts';
import { built, load, modelOf, node, value, weights } from '../networks.ts';

/*
 * What models end in: of each head the scores that are explained, the probabilities and the decision, on images whose
 * scores are moderate and on images so far out that the head's own numbers are exactly 0 and 1.
 */

const pixels = 12;
const input = value('x', ['n', 1, 3, 4]);
/** Scores far apart: as soon as pixels are not small, softmax and sigmoid round to 0 and 1. */
const spread = 6;

/** Models of an ensemble are sure to different degrees: where certain ones contradict each other, their mean is flat indeed. */
const matrix = (classes: number, seed: number) =>
  float32(
    [pixels, classes],
    weights([pixels, classes], 1).data.map((weight) => (spread + seed - 1) * weight),
  );

function scoresOf(builder: GraphBuilder, x: string, classes: number, seed = 1): string {
  return builder.ops.MatMul(builder.add('Flatten', [x]), builder.constant(matrix(classes, seed)));
}

/** The scores of an image, z = x W, in double precision. */
function slowScores(image: Float32Array, classes: number, seed = 1): number[] {
  const { data } = matrix(classes, seed);
  return Array.from({ length: classes }, (_, k) =>
    image.reduce((sum, pixel, i) => sum + pixel * data[i * classes + k]!, 0),
  );
}

type End = (builder: GraphBuilder, z: string, x: string) => string;

interface Case {
  readonly title: string;
  readonly classes: number;
  readonly end: End;
  /** The explained scores of an image, and the probabilities, from z (and further members' scores). */
  readonly scores?: (z: number[], others: number[][]) => number[];
  readonly probabilities: (z: number[], others: number[][]) => number[];
  readonly width?: number;
}

const softmax = (z: number[]) => {
  const top = Math.max(...z);
  const powers = z.map((each) => Math.exp(each - top));
  const total = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / total);
};
const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));
const logSigmoid = (z: number) => (z > 0 ? -Math.log1p(Math.exp(-z)) : z - Math.log1p(Math.exp(z)));
const logSum = (z: number[]) => {
  const top = Math.max(...z);
  return top + Math.log(z.reduce((sum, each) => sum + Math.exp(each - top), 0));
};
const both = ([z = 0]: number[]) => [-z, z];
const twoOf = ([z = 0]: number[]) => [sigmoid(-z), sigmoid(z)];
const mean = (rows: number[][]) => rows[0]!.map((_, k) => rows.reduce((sum, row) => sum + row[k]!, 0) / rows.length);
const seeds = [1, 4, 9];
/** Scores whose softmax is the mean of softmaxes: log mean p_k, and the members' mean log sum added. */
const pooled = (rows: number[][]) =>
  rows[0]!.map(
    (_, k) =>
      logSum(rows.map((z) => z[k]! - logSum(z))) - Math.log(rows.length) + mean(rows.map((z) => [logSum(z)]))[0]!,
  );
const logOdds = (zs: number[]) => logSum(zs.map(logSigmoid)) - logSum(zs.map((z) => logSigmoid(-z)));

const members = (b: GraphBuilder, x: string, classes: number) => seeds.map((seed) => scoresOf(b, x, classes, seed));
const softmaxes = (b: GraphBuilder, x: string, axis = 1) =>
  members(b, x, 4).map((z) => b.add('Softmax', [z], { axis }));
const axis = (b: GraphBuilder, at: number) => b.ints([at]);
const one = (b: GraphBuilder) => b.scalar(1);
const column = (b: GraphBuilder, value: string, at: number) =>
  b.add('Slice', [value, b.ints([at]), b.ints([at + 1]), b.ints([1])]);

const plain: readonly Case[] = (
  [
    ['softmax', (b, z) => b.add('Softmax', [z], { axis: -1 })],
    ['log-softmax', (b, z) => b.add('LogSoftmax', [z], { axis: 1 })],
    [
      'softmax over the channels of [n, K, 1, 1], then flattened',
      (b, z) => b.add('Flatten', [b.add('Softmax', [b.ops.Unsqueeze(z, b.ints([2, 3]))], { axis: 1 })]),
    ],
    [
      'softmax in the middle of [n, 1, K, 1], moved last',
      (b, z) =>
        b.add('Transpose', [b.add('Softmax', [b.ops.Unsqueeze(z, b.ints([1, 3]))], { axis: 2 })], {
          perm: [0, 3, 1, 2],
        }),
    ],
    [
      'softmax, clipped as Keras does',
      (b, z) => b.add('Clip', [b.add('Softmax', [z]), b.scalar(1e-7), b.scalar(1 - 1e-7)]),
    ],
    [
      'softmax, then Max and Min with bounds',
      (b, z) => b.ops.Min(one(b), b.ops.Max(b.scalar(1e-7), b.add('Softmax', [z]))),
    ],
    ['softmax, then Log', (b, z) => b.ops.Log(b.add('Softmax', [z]))],
    ['softmax plus a little, then Log', (b, z) => b.ops.Log(b.ops.Add(b.add('Softmax', [z]), b.scalar(1e-6)))],
    ['log-softmax, then Exp', (b, z) => b.ops.Exp(b.add('LogSoftmax', [z], { axis: 1 }))],
    ['softmax of a log-softmax', (b, z) => b.add('Softmax', [b.add('LogSoftmax', [z], { axis: 1 })])],
    ['softmax in percent', (b, z) => b.ops.Mul(b.scalar(100), b.add('Softmax', [z]))],
    ['softmax divided by a number', (b, z) => b.ops.Div(b.add('Softmax', [z]), b.scalar(3))],
    [
      'powers over their sum',
      (b, z) => {
        const powers = b.ops.Exp(z);
        return b.ops.Div(powers, b.add('ReduceSum', [powers, axis(b, 1)], { keepdims: 1 }));
      },
    ],
    [
      'powers over their sum, the largest subtracted before',
      (b, z) => {
        const powers = b.ops.Exp(b.ops.Sub(z, b.add('ReduceMax', [z, axis(b, 1)], { keepdims: 1 })));
        return b.ops.Mul(powers, b.ops.Reciprocal(b.add('ReduceSum', [powers, axis(b, 1)], { keepdims: 1 })));
      },
    ],
    [
      'softmax with the largest subtracted before',
      (b, z) => b.add('Softmax', [b.ops.Sub(z, b.add('ReduceMax', [z, axis(b, 1)], { keepdims: 1 }))]),
    ],
    ['scores less their log sum', (b, z) => b.ops.Sub(z, b.add('ReduceLogSumExp', [z, axis(b, 1)], { keepdims: 1 }))],
    [
      'scores less the logarithm of their powers',
      (b, z) => b.ops.Sub(z, b.ops.Log(b.add('ReduceSum', [b.ops.Exp(z), axis(b, 1)], { keepdims: 1 }))),
    ],
  ] as [string, End][]
).map(([title, end]) => ({ title, end, classes: 4, probabilities: softmax }));

const scaled: readonly Case[] = [
  {
    title: 'temperature before the softmax',
    classes: 4,
    end: (b, z) => b.add('Softmax', [b.ops.Div(z, b.scalar(2))]),
    scores: (z) => z.map((each) => each / 2),
    probabilities: (z) => softmax(z.map((each) => each / 2)),
  },
  {
    title: 'softmax times a constant for each class',
    classes: 4,
    end: (b, z) => b.ops.Mul(b.add('Softmax', [z]), b.constant(float32([4], [1, 2, 0.5, 4]))),
    scores: (z) => z.map((each, k) => each + Math.log([1, 2, 0.5, 4][k]!)),
    probabilities: (z) => softmax(z.map((each, k) => each + Math.log([1, 2, 0.5, 4][k]!))),
  },
];

const single: readonly Case[] = (
  [
    ['one logit', (_b, z) => z],
    ['one sigmoid', (b, z) => b.ops.Sigmoid(z)],
    ['one sigmoid, clipped', (b, z) => b.add('Clip', [b.ops.Sigmoid(z), b.scalar(1e-6), b.scalar(1 - 1e-6)])],
    ['1 / (1 + exp(-z))', (b, z) => b.ops.Div(one(b), b.ops.Add(one(b), b.ops.Exp(b.ops.Neg(z))))],
    [
      'tanh(z / 2) / 2 + 1/2',
      (b, z) => b.ops.Add(b.ops.Mul(b.scalar(0.5), b.ops.Tanh(b.ops.Mul(z, b.scalar(0.5)))), b.scalar(0.5)),
    ],
    ['1 - sigmoid(-z)', (b, z) => b.ops.Sub(one(b), b.ops.Sigmoid(b.ops.Neg(z)))],
    ['the logarithm of a sigmoid', (b, z) => b.ops.Log(b.ops.Sigmoid(z))],
    ['z less softplus(z)', (b, z) => b.ops.Sub(z, b.add('Softplus', [z]))],
    ['[1 - p, p]', (b, z) => b.add('Concat', [b.ops.Sub(one(b), b.ops.Sigmoid(z)), b.ops.Sigmoid(z)], { axis: 1 })],
    [
      '[1 - p, p] by Neg and Add',
      (b, z) => {
        const p = b.ops.Sigmoid(z);
        return b.add('Concat', [b.ops.Add(b.ops.Neg(p), one(b)), p], { axis: -1 });
      },
    ],
    [
      '[1 - p, p] by a product with -1',
      (b, z) => {
        const p = b.ops.Sigmoid(z);
        return b.add('Concat', [b.ops.Add(b.ops.Mul(p, b.scalar(-1)), one(b)), p], { axis: 1 });
      },
    ],
    [
      '[sigmoid(-z), sigmoid(z)]',
      (b, z) => b.add('Concat', [b.ops.Sigmoid(b.ops.Neg(z)), b.ops.Sigmoid(z)], { axis: 1 }),
    ],
    ['the sigmoid of [-z, z]', (b, z) => b.ops.Sigmoid(b.add('Concat', [b.ops.Neg(z), z], { axis: 1 }))],
    [
      '[1 - p, p], stacked from p without an axis',
      (b, z) => {
        const p = b.add('Squeeze', [b.ops.Sigmoid(z), axis(b, 1)]);
        const stack = [b.ops.Sub(one(b), p), p].map((each) => b.ops.Unsqueeze(each, axis(b, 1)));
        return b.add('Concat', stack, { axis: 1 });
      },
    ],
    [
      '[1, 0] + [-1, 1] p',
      (b, z) =>
        b.ops.Add(
          b.ops.Mul(b.ops.Sigmoid(z), b.constant(float32([1, 2], [-1, 1]))),
          b.constant(float32([1, 2], [1, 0])),
        ),
    ],
    [
      'logarithms of 1 - p and p by softplus',
      (b, z) =>
        b.add('Concat', [b.ops.Neg(b.add('Softplus', [z])), b.ops.Neg(b.add('Softplus', [b.ops.Neg(z)]))], { axis: 1 }),
    ],
    [
      'logarithms of clipped [1 - p, p]',
      (b, z) => {
        const p = b.ops.Sigmoid(z);
        const row = b.add('Concat', [b.ops.Sub(one(b), p), p], { axis: 1 });
        return b.ops.Log(b.add('Clip', [row, b.scalar(1e-7)]));
      },
    ],
  ] as [string, End][]
).map(([title, end]) => ({ title, end, classes: 1, width: 1, scores: both, probabilities: twoOf }));

const alsoSingle: readonly Case[] = [
  {
    title: '[p, 1 - p]',
    classes: 1,
    width: 1,
    end: (b, z) => b.add('Concat', [b.ops.Sigmoid(z), b.ops.Sub(one(b), b.ops.Sigmoid(z))], { axis: 1 }),
    scores: ([z = 0]) => [z, -z],
    probabilities: ([z = 0]) => [sigmoid(z), sigmoid(-z)],
  },
  {
    title: 'a hard sigmoid',
    classes: 1,
    width: 1,
    end: (b, z) => b.add('HardSigmoid', [z]),
    scores: both,
    probabilities: ([z = 0]) => [1 - clip(0.2 * z + 0.5), clip(0.2 * z + 0.5)],
  },
  {
    title: 'a hard sigmoid as clip(z + 3, 0, 6) / 6',
    classes: 1,
    width: 1,
    end: (b, z) => b.ops.Div(b.add('Clip', [b.ops.Add(z, b.scalar(3)), b.scalar(0), b.scalar(6)]), b.scalar(6)),
    scores: both,
    probabilities: ([z = 0]) => [1 - clip(z / 6 + 0.5), clip(z / 6 + 0.5)],
  },
  {
    title: 'the second of two softmax probabilities',
    classes: 2,
    width: 1,
    end: (b, z) => column(b, b.add('Softmax', [z]), 1),
    scores: ([a = 0, c = 0]) => [a - c, c - a],
    probabilities: ([a = 0, c = 0]) => [sigmoid(a - c), sigmoid(c - a)],
  },
  {
    title: 'the mean of three sigmoids',
    classes: 1,
    width: 1,
    end: (b, _z, x) =>
      b.add(
        'Mean',
        members(b, x, 1).map((z) => b.ops.Sigmoid(z)),
      ),
    scores: (_z, all) => both([logOdds(all.map(([z = 0]) => z))]),
    probabilities: (_z, all) => twoOf([logOdds(all.map(([z = 0]) => z))]),
  },
];
function clip(value: number): number {
  return Math.min(1, Math.max(0, value));
}

const labels: readonly Case[] = (
  [
    ['a row of sigmoids', (b, z) => b.ops.Sigmoid(z)],
    [
      'sigmoids, one for each class',
      (b, z) =>
        b.add(
          'Concat',
          [0, 1, 2, 3].map((k) => b.ops.Sigmoid(column(b, z, k))),
          { axis: 1 },
        ),
    ],
    ['a row of sigmoids, clipped', (b, z) => b.add('Clip', [b.ops.Sigmoid(z), b.scalar(1e-7), b.scalar(1 - 1e-7)])],
    ['a row of sigmoids in percent', (b, z) => b.ops.Mul(b.ops.Sigmoid(z), b.scalar(100))],
    ['1 - sigmoids of the negative', (b, z) => b.ops.Sub(one(b), b.ops.Sigmoid(b.ops.Neg(z)))],
  ] as [string, End][]
).map(([title, end]) => ({ title, end, classes: 4, probabilities: (z) => z.map(sigmoid) }));

const ensembles: readonly Case[] = (
  [
    ['Mean', (b, _z, x) => b.add('Mean', softmaxes(b, x))],
    ['Sum, divided by their number', (b, _z, x) => b.ops.Div(b.ops.Sum(...softmaxes(b, x)), b.scalar(3))],
    [
      'Adds, times a third',
      (b, _z, x) => {
        const [p = '', q = '', r = ''] = softmaxes(b, x);
        return b.ops.Mul(b.ops.Add(b.ops.Add(p, q), r), b.scalar(1 / 3));
      },
    ],
    [
      'each times a third, added',
      (b, _z, x) => b.ops.Sum(...softmaxes(b, x).map((p) => b.ops.Mul(p, b.scalar(1 / 3)))),
    ],
    [
      'stacked along a new first axis, and the mean of that',
      (b, _z, x) => {
        const stack = softmaxes(b, x).map((p) => b.ops.Unsqueeze(p, axis(b, 0)));
        return b.add('ReduceMean', [b.add('Concat', stack, { axis: 0 }), axis(b, 0)], { keepdims: 0 });
      },
    ],
    [
      'stacked along a new last axis, and the mean of that, then Log',
      (b, _z, x) => {
        const stack = softmaxes(b, x).map((p) => b.ops.Unsqueeze(p, axis(b, 2)));
        return b.ops.Log(b.add('ReduceMean', [b.add('Concat', stack, { axis: -1 }), axis(b, -1)], { keepdims: 0 }));
      },
    ],
  ] as [string, End][]
).map(([title, end]) => ({
  title: `the mean of three softmaxes: ${title}`,
  end,
  classes: 4,
  scores: (_z, all) => pooled(all),
  probabilities: (_z, all) => mean(all.map(softmax)),
}));

const otherEnsembles: readonly Case[] = [
  {
    title: 'the mean of three log-softmaxes',
    classes: 4,
    end: (b, _z, x) =>
      b.add(
        'Mean',
        members(b, x, 4).map((z) => b.add('LogSoftmax', [z], { axis: 1 })),
      ),
    scores: (_z, all) => mean(all),
    probabilities: (_z, all) => softmax(mean(all)),
  },
  {
    title: 'the mean of three rows of sigmoids',
    classes: 4,
    end: (b, _z, x) =>
      b.add(
        'Mean',
        members(b, x, 4).map((z) => b.ops.Sigmoid(z)),
      ),
    scores: (_z, all) => all[0]!.map((_, k) => logOdds(all.map((z) => z[k]!))),
    probabilities: (_z, all) => mean(all.map((z) => z.map(sigmoid))),
  },
];

const all = [...plain, ...scaled, ...single, ...alsoSingle, ...labels, ...ensembles, ...otherEnsembles];

/** Small pixels, where nothing saturates, and large ones, where everything does. */
const sizes = [0.05, 0.3, 20];
const pictures = sizes.flatMap((size) =>
  [3, 5].map((seed) =>
    float32(
      [1, 1, 3, 4],
      weights([1, 1, 3, 4], seed).data.map((pixel) => size * pixel),
    ),
  ),
);

const largest = (values: readonly number[]) => values.indexOf(Math.max(...values));

async function slope(model: Awaited<ReturnType<typeof load>>, image: Tensor<'float32'>, prediction: Prediction) {
  const explainer = await saliency().compile(model);
  const { values } = await explainer.attribute(image, [prediction.chosen]);
  await explainer.release();
  return values.data;
}

describe('what is explained of a model that ends in', () => {
  it.each(all)('$title', async ({ classes, end, scores = (z: number[]) => z, probabilities, width = classes }) => {
    const model = built(input, undefined, (b, x) => end(b, scoresOf(b, x, classes), x));
    const classifier = await load(model);
    expect(classifier.scores.width).toBe(width);
    for (const image of pictures) {
      const z = slowScores(image.data, classes);
      const others = seeds.map((seed) => slowScores(image.data, classes, seed));
      const expected = scores(z, others);
      const [prediction] = await classifier.predict(image);
      const tolerance = 1e-4 * Math.max(1, ...expected.map(Math.abs));
      for (const [k, score] of prediction!.scores.entries())
        expect(Math.abs(score - expected[k]!)).toBeLessThan(tolerance);
      const likely = probabilities(z, others);
      for (const [k, p] of prediction!.probabilities.entries()) expect(Math.abs(p - likely[k]!)).toBeLessThan(1e-4);
      expect(prediction!.chosen).toBe(largest(expected));
      expect(prediction!.saturated).toBeUndefined();
      // The gradient is that of the slow scores, however far out the image is.
      const map = await slope(classifier, image, prediction!);
      const steepest = map.reduce((best, value, i) => (Math.abs(value) > Math.abs(map[best]!) ? i : best), 0);
      const moved = (by: number) => {
        const data = Float32Array.from(image.data, (pixel, i) => (i === steepest ? pixel + by : pixel));
        const zs = seeds.map((seed) => slowScores(data, classes, seed));
        return { score: scores(slowScores(data, classes), zs)[prediction!.chosen]!, at: data[steepest]! };
      };
      const [up, down] = [moved(1e-3), moved(-1e-3)];
      const expectedSlope = (up.score - down.score) / (up.at - down.at);
      expect(Math.abs(expectedSlope)).toBeGreaterThan(1e-2);
      expect(Math.abs(map[steepest]! - expectedSlope)).toBeLessThan(1e-2 * Math.abs(expectedSlope));
    }
    await classifier.release();
  });
});

it('a softmax of an opset before 13 takes all that follows its axis as one', async () => {
  const nodes = [
    node('Flatten', ['x'], ['flat']),
    node('MatMul', ['flat', 'w'], ['z']),
    node('Reshape', ['z', 'shape'], ['picture']),
    node('Softmax', ['picture'], ['p']),
    node('Flatten', ['p'], ['y']),
  ];
  const initializers = new Map<string, Tensor>([
    ['w', matrix(4, 1)],
    ['shape', int64([-1, 4, 1, 1])],
  ]);
  const graph = { name: 'g', inputs: [input], outputs: [value('y', ['n', 4])], nodes, initializers, valueInfo: [] };
  const classifier = await load({ ...modelOf(graph, 11), irVersion: 6 });
  const image = pictures.at(-1)!;
  const [prediction] = await classifier.predict(image);
  const z = slowScores(image.data, 4);
  expect(prediction!.chosen).toBe(largest(z));
  for (const [k, score] of prediction!.scores.entries()) expect(score).toBeCloseTo(z[k]!, 2);
  await classifier.release();
});

it('relevance reaches the pixels through the mean of several models', async () => {
  const model = built(input, undefined, (b, x) => b.add('Mean', softmaxes(b, x)));
  const classifier = await load(model);
  for (const id of ['lrp-epsilon-plus', 'attn-lrp']) {
    const explainer = await methodKind(id).create({}).compile(classifier);
    const { values, scores } = await explainer.attribute(pictures.at(-1)!, [1]);
    const sum = values.data.reduce((total, each) => total + each, 0);
    // Dense layers without biases: what the score has is found at the pixels, but for the logarithms of the shares.
    expect(Math.abs(scores[0]!)).toBeGreaterThan(50);
    expect(Math.abs(sum - scores[0]!)).toBeLessThan(0.05 * Math.abs(scores[0]!));
    await explainer.release();
  }
  await classifier.release();
});
