import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Method } from '../../src/attribution/method.ts';
import { coalitions } from '../../src/attribution/perturbation/coalitions.ts';
import { featureAblation } from '../../src/attribution/perturbation/featureAblation.ts';
import { kernelShap } from '../../src/attribution/perturbation/kernelShap.ts';
import { rise } from '../../src/attribution/perturbation/rise.ts';
import type { SegmentSource } from '../../src/attribution/perturbation/segments.ts';
import type { Classifier } from '../../src/model/classifier.ts';
import { withBatchSize } from '../../src/model/makeClassifier.ts';
import { float32, rows, type Tensor } from '../../src/onnx/tensor.ts';
import { random } from '../../src/random/random.ts';
import { built, dense, images, load, value } from '../networks.ts';
import { runtimes } from '../runtimes.ts';
import { referenceClassifier, relativeDifference } from './referenceClassifier.ts';
import { readReference } from './referenceData.ts';

/** Three colours of 4x4 pixels through two layers with a product in between: no sum of parts. */
const tiny = built(value('image', ['n', 3, 4, 4]), ['n', 3], (b, x) => {
  const hidden = b.ops.Tanh(dense(b, b.add('Flatten', [x]), 48, 6));
  return dense(b, b.ops.Mul(hidden, b.ops.Sigmoid(hidden)), 6, 3);
});
const count = 2;
const given = images(count, [3, 4, 4]);
const targets = [1, 2];

async function mapOf(classifier: Classifier, method: Method, of: Tensor<'float32'> = given) {
  const explainer = await method.compile(classifier);
  const attribution = await explainer.attribute(of, targets);
  await explainer.release();
  return attribution;
}

/** The score of the first image's target with pixels as `shown` says: 1 the image's, 0 the baseline of 0, or in between. */
async function scoresThrough(classifier: Classifier, masks: readonly (readonly number[])[]): Promise<number[]> {
  const image = given.data.subarray(0, 48);
  const masked = masks.flatMap((mask) => Array.from(image, (pixel, i) => pixel * mask[i % 16]!));
  const { data } = await classifier.scoresOf(float32([masks.length, 3, 4, 4], masked));
  return masks.map((_, i) => data[i * 3 + targets[0]!]!);
}

const bits = (number: number, length: number) => Array.from({ length }, (_, i) => (number >> i) & 1);
const quarter = (pixel: number) => 2 * Math.floor(pixel / 8) + Math.floor((pixel % 4) / 2);
const source = (labels: readonly number[], height = 4, width = 4): SegmentSource => ({
  name: 'labels.npy',
  read: async () => ({ height, width, labels }),
});

describe.each(runtimes)('perturbation on $name', ({ runtime }) => {
  let classifier: Classifier;
  beforeAll(async () => {
    // Pixels are model input as they are, so that a baseline of 0 is 0.
    classifier = withBatchSize(await load(tiny, { runtime }), 7);
  });
  afterAll(() => classifier.release());

  it('KernelSHAP of all sets gives the Shapley values of their definition', async () => {
    const all = Array.from({ length: 16 }, (_, set) => bits(set, 4));
    const worth = await scoresThrough(
      classifier,
      all.map((seen) => Array.from({ length: 16 }, (_, pixel) => seen[quarter(pixel)]!)),
    );
    // |S|! (n - |S| - 1)! / n! for n = 4
    const share = [1 / 4, 1 / 12, 1 / 12, 1 / 4];
    const shapley = Array.from({ length: 4 }, (_, player) =>
      all.reduce((sum, seen, set) => {
        if (seen[player] === 1) return sum;
        const size = seen.reduce((total, one) => total + one, 0);
        return sum + share[size]! * (worth[set | (1 << player)]! - worth[set]!);
      }, 0),
    );
    const { values, notes } = await mapOf(classifier, kernelShap({ grid: 2 }));
    const expected = Array.from({ length: 48 }, (_, i) => shapley[quarter(i % 16)]!);
    expect(relativeDifference(values.data.subarray(0, 48), expected)).toBeLessThan(1e-5);
    expect(notes).toEqual(['All 14 sets of 4 segments were looked at: the values are exact.']);
  });

  it('feature ablation of a label image gives each of its segments the drop of the score without it', async () => {
    // Segments of odd shapes, their numbers with gaps; one pixel is a segment of its own.
    const labels = [9, 9, 3, 3, 9, 3, 3, 3, 700, 700, 9, 9, 700, 700, 0, 9];
    const { values } = await mapOf(classifier, featureAblation({ segments: source(labels) }));
    const covered = [9, 3, 700, 0].map((label) => labels.map((own) => (own === label ? 0 : 1)));
    const [full, ...without] = await scoresThrough(classifier, [labels.map(() => 1), ...covered]);
    const drop = new Map([9, 3, 700, 0].map((label, i) => [label, full! - without[i]!]));
    const expected = Array.from({ length: 48 }, (_, i) => drop.get(labels[i % 16]!)!);
    expect(relativeDifference(values.data.subarray(0, 48), expected)).toBeLessThan(1e-5);
  });

  it('RISE converges to its expectation over all masks there are', async () => {
    // 2 x 2 cells, enlarged to 6 x 6 and cropped at one of 2 x 2 places.
    const masks = Array.from({ length: 16 }, (_, cells) => bits(cells, 4)).flatMap((cells) =>
      [0, 1].flatMap((down) => [0, 1].map((across) => enlarged(cells, down, across))),
    );
    const scores = await scoresThrough(classifier, masks);
    const mean = scores.reduce((sum, score) => sum + score) / masks.length;
    const expected = Array.from({ length: 48 }, (_, i) =>
      masks.reduce((sum, mask, m) => sum + ((scores[m]! - mean) * mask[i % 16]!) / (0.5 * masks.length), 0),
    );
    const error = async (samples: number) => {
      const { values } = await mapOf(withBatchSize(classifier, 128), rise({ samples, cells: 2, seed: 1 }));
      return relativeDifference(values.data.subarray(0, 48), expected);
    };
    // A mean over a hundred times as many masks is ten times as near.
    expect(await error(5000)).toBeLessThan(0.04);
    expect(await error(50)).toBeGreaterThan(0.05);
  });
});

/** A 2 x 2 grid enlarged to 6 x 6 by bilinear interpolation between the cells' middles, and cropped to 4 x 4. */
function enlarged(cells: readonly number[], down: number, across: number): number[] {
  const along = (pixel: number) => Math.min(1, Math.max(0, (pixel + 0.5) / 3 - 0.5));
  return Array.from({ length: 16 }, (_, i) => {
    const [y, x] = [along(Math.floor(i / 4) + down), along((i % 4) + across)];
    const upper = cells[0]! * (1 - x) + cells[1]! * x;
    return upper * (1 - y) + (cells[2]! * (1 - x) + cells[3]! * x) * y;
  });
}

describe('feature ablation', () => {
  it('of a grid is what Captum gives for windows side by side', async () => {
    const reference = await referenceClassifier('conv_bn');
    const { images: inputs, array } = readReference('conv_bn');
    const explainer = await featureAblation({ grid: inputs.dims[2]! / 2 }).compile(reference.classifier);
    const { values } = await explainer.attribute(inputs, reference.targets);
    await explainer.release();
    expect(relativeDifference(values.data, array('occlusion')!)).toBeLessThan(1e-4);
  });
});

describe('KernelSHAP', () => {
  it('comes near the exact values with some of the sets', async () => {
    const classifier = await load(tiny);
    const exact = (await mapOf(classifier, kernelShap({ grid: 3 }))).values.data;
    const error = async (samples: number) => {
      const { values } = await mapOf(classifier, kernelShap({ grid: 3, samples }));
      return relativeDifference(values.data, exact);
    };
    expect(await error(400)).toBeLessThan(0.08);
    expect(await error(40)).toBeGreaterThan(0.16);
    await classifier.release();
  });

  it('shares out exactly the score above the baseline, whatever the sample', async () => {
    const classifier = await load(tiny);
    const { values, scores } = await mapOf(classifier, kernelShap({ grid: 4, samples: 80, seed: 5 }));
    const { data } = await classifier.scoresOf(float32([1, 3, 4, 4], new Float32Array(48)));
    const sum = values.data.subarray(0, 16).reduce((total, share) => total + share, 0);
    expect(sum).toBeCloseTo(scores[0]! - data[targets[0]!]!, 4);
    await classifier.release();
  });

  it('weighs sizes as the Shapley kernel does, whether their sets are counted through or drawn', () => {
    const kernel = (n: number, s: number) => (n - 1) / (s * (n - s));
    // All of sizes 1, 2, 8 and 9, and 290 drawn of the rest.
    const sets = coalitions(10, 400, random(1));
    expect(sets.length).toBe(400);
    const weightOf = (sizes: readonly number[]) =>
      sets
        .filter(({ seen }) => sizes.includes(seen.reduce((sum, one) => sum + one, 0)))
        .reduce((sum, { weight }) => sum + weight, 0);
    for (const size of [1, 2, 8, 9]) expect(weightOf([size])).toBeCloseTo(kernel(10, size));
    expect(weightOf([3, 4, 5, 6, 7])).toBeCloseTo([3, 4, 5, 6, 7].reduce((sum, size) => sum + kernel(10, size), 0));
    // Every other one is the complement of the one before it.
    const [first, second] = sets.slice(-2);
    expect(first!.seen.map((one, i) => one + second!.seen[i]!)).toEqual(new Uint8Array(10).fill(1));
    expect(coalitions(6, 1000, random(1)).length).toBe(62);
    expect(new Set(coalitions(6, 1000, random(1)).map(({ seen }) => seen.join(''))).size).toBe(62);
  });
});

describe('the map of an image does not depend on the images beside it', () => {
  it.each([rise({ samples: 40, cells: 3 }), kernelShap({ samples: 100, grid: 4 }), featureAblation({ grid: 3 })])(
    '$id',
    async (method) => {
      const classifier = await load(tiny);
      const together = await mapOf(classifier, { ...method });
      const explainer = await method.compile(classifier);
      const alone = await explainer.attribute(rows(given, 1, 2), [targets[1]!]);
      expect(relativeDifference(alone.values.data, together.values.data.subarray(48))).toBeLessThan(1e-5);
      await explainer.release();
      await classifier.release();
    },
  );
});

describe('segments that do not fit', () => {
  const whole = Array.from({ length: 16 }, (_, i) => i);
  it.each([
    [
      kernelShap({ segments: source(whole, 2, 8) }),
      "The segments labels.npy are 2 x 8 pixels, but the model's image is 4 x 4: they must cover it.",
    ],
    [
      featureAblation({ segments: source(whole.map((label) => (label === 6 ? -1 : label))) }),
      'do not cover the image: pixel (1, 2), row and column, has the label -1.',
    ],
    [featureAblation({ grid: 5 }), 'A grid of 5 x 5 cells is finer than the image of 4 x 4 pixels.'],
    [rise({ cells: 5 }), 'masks of 5 x 5 cells are finer than the image of 4 x 4 pixels.'],
    [kernelShap({ grid: 4, samples: 10 }), '10 samples are too few to tell 16 segments apart.'],
  ])('%#', async (method, message) => {
    const classifier = await load(tiny);
    await expect(method.compile(classifier)).rejects.toThrow(message);
    await classifier.release();
  });
});
