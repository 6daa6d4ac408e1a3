import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deepLift } from '../../../src/attribution/gradient/deepLift.ts';
import { saliency } from '../../../src/attribution/gradient/saliency.ts';
import type { Method } from '../../../src/attribution/method.ts';
import { lrpEpsilonPlus } from '../../../src/attribution/relevance/lrp.ts';
import type { Classifier } from '../../../src/model/classifier.ts';
import type { AttributeLike } from '../../../src/onnx/attributes.ts';
import { float32, sizeOf } from '../../../src/onnx/tensor.ts';
import { built, dense, images, load, value, weights } from '../../networks.ts';

interface Case {
  readonly title: string;
  readonly op: string;
  readonly size: readonly [number, number];
  readonly given: Readonly<Record<string, AttributeLike>>;
  /** Numbers in its output for one image. */
  readonly features: number;
}

const cases: readonly Case[] = [
  {
    title: 'SAME padding with a stride above the kernel: windows start behind the first pixel',
    op: 'LpPool',
    size: [12, 12],
    features: 48,
    given: { kernel_shape: [1, 1], strides: [3, 3], auto_pad: 'SAME_UPPER' },
  },
  {
    title: 'the same of an average',
    op: 'AveragePool',
    size: [12, 10],
    features: 12,
    given: { kernel_shape: [2, 1], strides: [6, 5], auto_pad: 'SAME_LOWER', count_include_pad: 1 },
  },
  {
    title: 'ceil_mode, the last window dropped',
    op: 'AveragePool',
    size: [5, 5],
    features: 27,
    given: { kernel_shape: [2, 2], strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode: 1 },
  },
  {
    title: 'ceil_mode, the last window dropped along one axis and kept along the other, padding counted',
    op: 'AveragePool',
    size: [5, 6],
    features: 36,
    given: { kernel_shape: [2, 3], strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode: 1, count_include_pad: 1 },
  },
  {
    title: 'ceil_mode, pixels behind the last window',
    op: 'MaxPool',
    size: [6, 6],
    features: 18,
    given: { kernel_shape: [1, 2], strides: [2, 3], ceil_mode: 1 },
  },
  {
    title: 'SAME padding with dilations',
    op: 'AveragePool',
    size: [7, 7],
    features: 27,
    given: { kernel_shape: [3, 3], strides: [2, 2], dilations: [2, 2], auto_pad: 'SAME_UPPER' },
  },
  {
    title: 'maxima counted column by column after a ReLU',
    op: 'MaxPool',
    size: [6, 6],
    features: 27,
    given: { kernel_shape: [2, 2], strides: [2, 2], storage_order: 1 },
  },
  {
    title: 'an output smaller than the input',
    op: 'ConvTranspose',
    size: [6, 6],
    features: 36,
    given: { output_shape: [4, 3], strides: [1, 2] },
  },
];

function modelOf({ op, size, given, features }: Case) {
  return built(value('image', ['batch', 3, ...size]), undefined, (b, x) => {
    const kernel = op.startsWith('Conv') ? [b.constant(weights([3, 3, 2, 2], 5), 'kernel')] : [];
    const pooled = b.add(op, [b.add('Relu', [x]), ...kernel], given);
    const scores = dense(b, b.ops.Reshape(pooled, b.ints([-1, features])), features, 3);
    return b.ops.Mul(scores, scores);
  });
}

describe.each(cases)('$op, $title', (entry) => {
  let classifier: Classifier;
  beforeAll(async () => {
    classifier = await load(modelOf(entry));
  });
  afterAll(() => classifier.release());

  const dims = [3, ...entry.size];
  const image = float32(
    [1, ...dims],
    images(1, dims).data.map((value) => value + 0.01),
  );

  it('has a saliency map that finite differences of the scores bear out', async () => {
    const explainer = await saliency().compile(classifier);
    const { values } = await explainer.attribute(image, [1]);
    const step = 2 ** -8;
    const moved = (by: number) =>
      float32(
        [sizeOf(dims), ...dims],
        Float32Array.from({ length: sizeOf(dims) ** 2 }, (_, k) => {
          const pixel = k % sizeOf(dims);
          return image.data[pixel]! + (Math.floor(k / sizeOf(dims)) === pixel ? by : 0);
        }),
      );
    const [up, down] = [await classifier.scoresOf(moved(step)), await classifier.scoresOf(moved(-step))];
    const { width } = classifier.scores;
    const slopes = Array.from(
      values.data,
      (_, i) => (up.data[i * width + 1]! - down.data[i * width + 1]!) / (2 * step),
    );
    const scale = Math.max(...slopes.map(Math.abs));
    expect(scale).toBeGreaterThan(0.01);
    // A rounding of the scores is divided by a step of 1/128.
    const errors = slopes.map((slope, i) => Math.abs(values.data[i]! - slope) / scale);
    expect(Math.max(...errors)).toBeLessThan(2e-3);
    await explainer.release();
  });

  // No rule for norms is known.
  const methods = entry.op === 'LpPool' ? [] : [lrpEpsilonPlus.create({}), deepLift()];
  it.each<Method>(methods)('is explained by $id', async (method) => {
    const explainer = await method.compile(classifier);
    const { values } = await explainer.attribute(image, [1]);
    expect(values.data.every(Number.isFinite)).toBe(true);
    expect(values.data.some((value) => value !== 0)).toBe(true);
    await explainer.release();
  });
});
