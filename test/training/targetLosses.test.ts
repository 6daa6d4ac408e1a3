import { describe, expect, it } from 'vitest';
import type { Model } from '../../src/onnx/graph.ts';
import { emptyGraph, GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { float32, sizeOf } from '../../src/onnx/tensor.ts';
import { random } from '../../src/random/random.ts';
import { nodeRuntime } from '../../src/runtime/node.ts';
import { runOnce } from '../../src/runtime/program.ts';
import { floatOutputOf } from '../../src/runtime/runtime.ts';
import type { TargetLoss } from '../../src/training/losses.ts';
import {
  boxLoss,
  meanSquaredError,
  pixelCrossEntropy,
  sigmoidCrossEntropy,
  sumOfPartsError,
} from '../../src/training/targetLosses.ts';

const runtime = nodeRuntime({ threads: 1 });

/** Loss and gradient as a training step computes them. @param dims of one image's output. */
async function computed(
  loss: TargetLoss,
  dims: readonly number[],
  output: readonly number[],
  targets: readonly number[],
) {
  const targetDims = loss.targetDims(dims);
  const count = output.length / sizeOf(dims);
  const builder = new GraphBuilder(emptyGraph('loss'), 'test');
  const inputs = {
    output: builder.input('output', 'float32', ['N', ...dims]),
    targets: builder.input('targets', 'float32', ['N', ...targetDims]),
  };
  const made = loss.add(builder, { ...inputs, dims });
  const graph = builder.build([{ name: made.loss }, { name: made.gradient }]);
  const model: Model = { irVersion: 10, opset: 21, domains: new Map(), producer: 'test', metadata: new Map(), graph };
  const values = await runOnce(
    runtime,
    model,
    {},
    {
      output: float32([count, ...dims], output),
      targets: float32([count, ...targetDims], targets),
    },
  );
  return { loss: floatOutputOf(values, made.loss).data[0]!, gradient: floatOutputOf(values, made.gradient) };
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const logistic = (z: number) => 1 / (1 + Math.exp(-z));
const binary = (z: number, t: number) => -(t * Math.log(logistic(z)) + (1 - t) * Math.log(1 - logistic(z)));

/** One loss by its definition, in double precision. */
type Slow = (output: readonly number[], targets: readonly number[]) => number;

interface Case {
  readonly loss: TargetLoss;
  readonly dims: readonly number[];
  readonly targets: readonly number[];
  readonly slow: Slow;
}

const images = 2;

/** [2, 4 + 3, 2]: rows x, y, width, height and three classes, two cells; in the targets a row more. */
const boxes: Slow = (output, targets) => {
  const [rows, cells, unit] = [7, 2, 8];
  const at = (values: readonly number[], n: number, k: number, c: number, all: number) =>
    values[(n * all + k) * cells + c]!;
  const places = [0, 1].flatMap((n) => [0, 1].map((c) => [n, c] as const));
  const taken = places.filter(([n, c]) => at(targets, n, rows, c, rows + 1) === 1);
  const classes = places.flatMap(([n, c]) =>
    [4, 5, 6].map((k) => binary(at(output, n, k, c, rows), at(targets, n, k, c, rows + 1))),
  );
  const sides = taken.flatMap(([n, c]) =>
    [0, 1, 2, 3].map((k) => {
      const d = Math.abs(at(output, n, k, c, rows) - at(targets, n, k, c, rows + 1)) / unit;
      return d < 1 ? (d * d) / 2 : d - 0.5;
    }),
  );
  return (sum(classes) + sum(sides)) / Math.max(1, taken.length);
};

const cases: Readonly<Record<string, Case>> = {
  'mean squared error': {
    loss: meanSquaredError(),
    dims: [3],
    targets: [1, -2, 3, 0, 5, 0.5],
    slow: (y, t) => sum(y.map((value, i) => (value - t[i]!) ** 2)) / 6,
  },
  'parts and their sum': {
    loss: sumOfPartsError([3, 20]),
    dims: [2, 1, 2],
    targets: [1, 0, 0.25, 0.75, 0, 0, 0, 1],
    slow: (z, t) => {
      const worths = [3, 3, 20, 20];
      const total = (n: number) => sum(worths.map((worth, i) => worth * (logistic(z[4 * n + i]!) - t[4 * n + i]!)));
      const parts = sum(z.map((value, i) => binary(value, t[i]!)));
      return (parts + (total(0) ** 2 + total(1) ** 2) / 5) / images;
    },
  },
  'sigmoid cross-entropy': {
    loss: sigmoidCrossEntropy(),
    dims: [3],
    targets: [1, 0, 1, 0, 0, 1],
    slow: (z, t) => sum(z.map((value, i) => binary(value, t[i]!))) / 6,
  },
  'softmax cross-entropy of each pixel': {
    loss: pixelCrossEntropy(),
    dims: [3, 1, 2],
    targets: [2, 0, 1, 1],
    slow: (scores, classes) =>
      sum(
        classes.map((right, place) => {
          const [n, pixel] = [Math.floor(place / 2), place % 2];
          const row = [0, 1, 2].map((k) => scores[n * 6 + k * 2 + pixel]!);
          return Math.log(sum(row.map(Math.exp))) - row[right]!;
        }),
      ) / 4,
  },
  'boxes and classes': {
    loss: boxLoss(8),
    dims: [7, 2],
    // The first image's second cell and the second's first have a box; both far (over a unit) and near.
    targets: [
      ...[0, 20, 0, 1, 0, 30, 0, 3, 0, 0, 0, 1, 0, 0, 0, 1],
      ...[1, 0, 2, 0, 1, 0, -1, 0, 0, 0, 0, 0, 1, 0, 1, 0],
    ],
    slow: boxes,
  },
};

describe.each(Object.entries(cases))('the loss: %s', (_, { loss, dims, targets, slow }) => {
  const source = random(4);
  const output = Array.from({ length: images * sizeOf(dims) }, () => 4 * source.uniform() - 2).map(Math.fround);

  it('is its definition, and its gradient that of finite differences', async () => {
    const got = await computed(loss, dims, output, targets);
    expect(got.loss).toBeCloseTo(slow(output, targets), 4);
    expect(got.gradient.dims).toEqual([images, ...dims]);
    const h = 1e-4;
    got.gradient.data.forEach((value, i) => {
      const at = (by: number) => slow(output.with(i, output[i]! + by), targets);
      expect(value, `at ${i}`).toBeCloseTo((at(h) - at(-h)) / (2 * h), 4);
    });
  });
});

describe('losses, by hand', () => {
  it('stay finite for logits that are far off', async () => {
    const { loss, gradient } = await computed(sigmoidCrossEntropy(), [2], [200, -200], [0, 1]);
    expect(loss).toBe(200);
    expect([...gradient.data]).toEqual([0.5, -0.5]);
  });

  it('count a box’s error square up to one cell and in proportion beyond', async () => {
    // x is off by half a unit, y by three; both classes are as sure as can be, so they add 2 log 2.
    const output = [4, 24, 0, 0, 0, 0];
    const { loss, gradient } = await computed(boxLoss(8), [6, 1], output, [0, 0, 0, 0, 1, 0, 1]);
    expect(loss).toBeCloseTo(0.125 + 2.5 + 2 * Math.log(2), 5);
    expect([...gradient.data]).toEqual([0.5 / 8, 1 / 8, 0, 0, -0.5, 0.5]);
  });

  it('of an image without boxes is that of its classes alone', async () => {
    const { loss, gradient } = await computed(boxLoss(8), [5, 1], [9, 9, 9, 9, 0], [0, 0, 0, 0, 0, 0]);
    expect(loss).toBeCloseTo(Math.log(2), 6);
    expect([...gradient.data]).toEqual([0, 0, 0, 0, 0.5]);
  });
});
