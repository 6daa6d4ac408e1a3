import { describe, expect, it } from 'vitest';
import type { Classifier } from '../../../src/model/classifier.ts';
import { prune } from '../../../src/onnx/prune.ts';
import { float32, rows, sizeOf, type Tensor } from '../../../src/onnx/tensor.ts';
import { random } from '../../../src/random/random.ts';
import { floatOutputOf } from '../../../src/runtime/runtime.ts';
import { certify, compileCertifier } from '../../../src/studies/noncontributing/certificate.ts';
import { challenge } from '../../../src/studies/noncontributing/certificateChallenge.ts';
import { addMargins, floatOutputs } from '../../../src/studies/noncontributing/certifiedMargins.ts';
import { referenceClassifier } from '../../attribution/referenceClassifier.ts';
import { built, load, value } from '../../networks.ts';
import { runtimes } from '../../runtimes.ts';
import { linearClassifier, smallImage, smallNetwork } from './smallNetworks.ts';

const pixels = 25;
const source = random(11);
const difference = Array.from({ length: pixels }, () => 2 * source.uniform() - 1);
const image = float32(
  [1, 1, 5, 5],
  Array.from({ length: pixels }, () => source.uniform()),
);

/** Scores 0 and difference . pixels + bias, so that the margin at the image is `margin`. */
function withMargin(margin: number, input = {}): Promise<Classifier> {
  const at = difference.reduce((sum, weight, i) => sum + weight * image.data[i]!, 0);
  return linearClassifier([1, 5, 5], [difference.map(() => 0), difference], [0, margin - at], input);
}

/** The largest sum of w with sum |d| w <= margin and w <= 1: whole pixels of the smallest cost first. */
function largestSum(margin: number): number {
  let left = margin;
  let sum = 0;
  for (const cost of difference.map(Math.abs).sort((a, b) => a - b)) {
    const share = Math.min(1, left / cost);
    sum += share;
    left -= share * cost;
  }
  return sum;
}

async function onlyOne(classifier: Classifier, at: Tensor<'float32'>, options: Parameters<typeof certify>[2]) {
  const [certificate] = await certify(classifier, at, options);
  if (!certificate) throw new Error('no certificate');
  return certificate;
}

describe('a classifier that is linear in its pixels', () => {
  const cost = difference.reduce((sum, weight) => sum + Math.abs(weight), 0);

  it.each(['interval', 'linear'] as const)(
    '%s: nearly all that can be proved is proved, and no more',
    async (bound) => {
      const classifier = await withMargin(3);
      const found = await onlyOne(classifier, image, { bound, steps: 100 });
      expect(found.decided).toBe(1);
      expect(found.margin).toBeCloseTo(3, 4);
      expect(found.uniform).toBeCloseTo(3 / cost, 3);
      const best = largestSum(3) / pixels;
      expect(found.meanAmplitude).toBeLessThanOrEqual(best);
      expect(found.meanAmplitude).toBeGreaterThan(0.98 * best);
      expect(found.lowestMargin).toBeGreaterThan(0);
      await classifier.release();
    },
  );

  it('clipped, pixels beyond black or white are refused, and by rounding they prove nothing more', async () => {
    const classifier = await withMargin(3);
    const certifier = await compileCertifier(classifier, { box: 'clipped', bound: 'interval' });
    const beyond = (by: number) =>
      float32(
        image.dims,
        image.data.map((_, i) => (difference[i]! < 0 ? 1 + by : 1)),
      );
    await expect(certifier.check(beyond(0.5), image)).rejects.toMatchObject({ tag: 'pixel-range' });
    const slightly = beyond(0.4 / 255);
    const lead = (at: Tensor<'float32'>) => difference.reduce((sum, weight, i) => sum + weight * at.data[i]!, 0);
    const margin = 3 - lead(image) + lead(slightly);
    for (const amplitude of [0, 0.5]) {
      const [found] = await certifier.check(
        slightly,
        float32(
          image.dims,
          image.data.map(() => amplitude),
        ),
      );
      expect(found!.lowestMargin).toBeLessThanOrEqual(Math.abs(margin));
    }
    await certifier.release();
    await classifier.release();
  });

  it('amplitudes are in units of the pixel range, whatever the model makes of pixels', async () => {
    const classifier = await withMargin(3, { mean: 0.5, std: 0.25 });
    const { uniform } = await onlyOne(classifier, image, { bound: 'interval', steps: 1 });
    expect(uniform).toBeCloseTo(3 / cost / 4, 3);
    await classifier.release();
  });

  it('clipped, a black image that could only brighten keeps a class that brightening favours', async () => {
    const classifier = await linearClassifier(
      [1, 5, 5],
      [difference.map(() => 0), difference.map(Math.abs)],
      [0, 0.01],
    );
    const black = float32([1, 1, 5, 5], new Float32Array(pixels));
    const drawn = await onlyOne(classifier, black, { bound: 'interval', box: 'as-drawn', steps: 50 });
    const clipped = await onlyOne(classifier, black, { bound: 'interval', box: 'clipped', steps: 50 });
    expect(drawn.meanAmplitude).toBeLessThan(0.1);
    expect(clipped.meanAmplitude).toBeGreaterThan(0.99);
    await classifier.release();
  });

  it('there is nothing to prove where two classes share the largest score', async () => {
    const classifier = await linearClassifier([1, 5, 5], [difference, difference], [0, 0]);
    expect(await certify(classifier, image, { bound: 'interval', steps: 1 })).toEqual([null]);
    await classifier.release();
  });
});

it('of a model of values nothing is proved: there is no class that could stay', async () => {
  const classifier = await withMargin(3);
  const values = { ...classifier, scores: { ...classifier.scores, tolerance: 0.1 } };
  await expect(certify(values, image)).rejects.toMatchObject({ tag: 'no-class' });
  await classifier.release();
});

it('of a single probability, what is proved keeps it above a half', async () => {
  const at = difference.reduce((sum, weight, i) => sum + weight * image.data[i]!, 0);
  const model = built(value('x', ['n', 1, 5, 5]), ['n', 1], (b, x) => {
    const column = b.constant(float32([25, 1], difference));
    return b.ops.Sigmoid(b.ops.Add(b.ops.MatMul(b.add('Flatten', [x]), column), b.scalar(0.5 - at)));
  });
  const classifier = await load(model, { explain: 'output' });
  const found = await onlyOne(classifier, image, { steps: 30 });
  const sure = 1 / (1 + Math.exp(-0.5));
  expect(found.decided).toBe(1);
  expect(found.margin).toBeCloseTo(2 * (sure - 0.5), 5);
  expect(found.lowestMargin).toBeGreaterThan(0);
  // The logit, 0.5 at the image, cannot fall by more.
  expect(found.amplitude.data.reduce((sum, w, i) => sum + w * Math.abs(difference[i]!), 0)).toBeLessThanOrEqual(0.5);
  const [kept] = await challenge(classifier, image, found.amplitude, { draws: 200, starts: 2, steps: 20 });
  expect(kept!.byDescent).toBeGreaterThanOrEqual(found.lowestMargin);
  const [lost] = await challenge(
    classifier,
    image,
    float32(
      image.dims,
      image.data.map(() => 1),
    ),
    { draws: 200 },
  );
  expect(lost!.byDescent).toBeLessThan(0);
  await classifier.release();
});

describe.each(runtimes)('the paper’s network made small, on $name', ({ runtime }) => {
  it('proves what no attack refutes, more by lines than by intervals, and the same for an image alone', async () => {
    const classifier = await smallNetwork(runtime);
    const dark = float32(
      [1, 1, 10, 10],
      smallImage().data.map((value) => value / 3),
    );
    const images = float32([2, 1, 10, 10], Float32Array.from([...smallImage().data, ...dark.data]));
    const interval = await certify(classifier, images, { bound: 'interval', steps: 24 });
    const certifier = await compileCertifier(classifier, { bound: 'linear', steps: 24 });
    const linear = await certifier.certify(images);
    const amplitude = float32(images.dims, Float32Array.from(linear.flatMap((found) => [...found!.amplitude.data])));
    for (const [i, found] of linear.entries()) {
      expect(found!.meanAmplitude).toBeGreaterThan(interval[i]!.meanAmplitude);
      expect(found!.meanAmplitude).toBeGreaterThan(1.5 * found!.uniform);
    }
    const found = await challenge(classifier, images, amplitude, { draws: 300, starts: 3, steps: 20 });
    for (const [i, { byDraws, byDescent }] of found.entries()) {
      const { lowestMargin } = linear[i]!;
      expect(byDraws).toBeGreaterThanOrEqual(lowestMargin);
      expect(byDescent).toBeGreaterThanOrEqual(lowestMargin);
    }
    for (const { lowestMargin } of await certifier.check(images, amplitude))
      expect(lowestMargin).toBeGreaterThan(-0.02);
    const twice = float32(
      images.dims,
      amplitude.data.map((value) => Math.min(1, 2 * value)),
    );
    for (const { lowestMargin } of await certifier.check(images, twice)) expect(lowestMargin).toBeLessThan(0);
    const [alone] = await certifier.certify(rows(images, 1, 2));
    expect(alone!.meanAmplitude).toBeCloseTo(linear[1]!.meanAmplitude, 3);
    await certifier.release();
    await classifier.release();
  });
});

it('lines between layers, too, prove more, and nothing that an attack refutes', async () => {
  const classifier = await smallNetwork();
  const dark = smallImage().data.map((value) => value / 3);
  const images = float32([2, 1, 10, 10], Float32Array.from([...smallImage().data, ...dark]));
  const options = { box: 'clipped', steps: 12 } as const;
  const plain = await certify(classifier, images, options);
  const found = await certify(classifier, images, { ...options, inner: 'linear' });
  for (const [i, own] of found.entries()) {
    expect(own!.meanAmplitude).toBeGreaterThan(plain[i]!.meanAmplitude);
    expect(own!.uniform).toBeGreaterThanOrEqual(plain[i]!.uniform);
    const [attack] = await challenge(classifier, rows(images, i, i + 1), own!.amplitude, {
      box: 'clipped',
      draws: 300,
      starts: 3,
      steps: 20,
    });
    expect(attack!.lowest).toBeGreaterThanOrEqual(own!.lowestMargin);
  }
  await classifier.release();
});

describe('reference networks', () => {
  it.each([
    ['conv_bn', 'groups, strides, padding, both poolings'],
    ['avg_tanh', 'tanh, leaky ReLU, dilation'],
    ['sigmoid_mlp', 'sigmoid'],
  ])('%s (%s): a proof by both bounds that no attack refutes', async (name) => {
    const { classifier, images } = await referenceClassifier(name);
    const one = rows(images, 1, 2);
    for (const bound of ['interval', 'linear'] as const) {
      const found = await onlyOne(classifier, one, { bound, steps: 6 });
      expect(found.lowestMargin).toBeGreaterThan(0);
      expect(found.uniform).toBeGreaterThan(0);
      expect(found.meanAmplitude).toBeGreaterThanOrEqual(found.uniform);
      const [attack] = await challenge(classifier, one, found.amplitude, { draws: 100, starts: 2, steps: 10 });
      expect(Math.min(attack!.byDraws, attack!.byDescent)).toBeGreaterThanOrEqual(found.lowestMargin);
    }
    await classifier.release();
  });

  it('resnet_mini: bounds over a tiny box that no attack goes below; rounding through nine layers leaves no proof', async () => {
    const { classifier, images } = await referenceClassifier('resnet_mini');
    const one = rows(images, 1, 2);
    const decided = (await classifier.predict(one)).map(({ chosen }) => chosen);
    const amplitude = float32(one.dims, new Float32Array(one.data.length).fill(1e-6));
    const options = { bound: 'linear', box: 'as-drawn', amplitudes: 'channel', rounding: false } as const;
    const margins = addMargins(classifier, options);
    const outputs = floatOutputs([margins.lower, ...margins.choices.map(({ initial }) => initial)]);
    const graph = prune(margins.builder.build(outputs), outputs, margins.inputs);
    const session = await classifier.runtime.createSession({ ...classifier.model, graph });
    const first = Object.fromEntries(
      margins.choices.map(({ input, dims }) => [input, float32([1, ...dims], new Float32Array(sizeOf(dims)))]),
    );
    const kept = { images: one, decided };
    const begun = await session.run(margins.feeds(kept, amplitude, first));
    const choices = Object.fromEntries(
      margins.choices.map(({ input, initial }) => [input, floatOutputOf(begun, initial)]),
    );
    const values = await session.run(margins.feeds(kept, amplitude, choices));
    const lowest = Math.min(...floatOutputOf(values, margins.lower).data);
    const [attack] = await challenge(classifier, one, amplitude, { draws: 100, starts: 2, steps: 10 });
    expect(lowest).toBeGreaterThan(0);
    expect(lowest).toBeLessThan(attack!.byDescent + 1e-4);
    expect(await certify(classifier, one, { bound: 'interval', steps: 1 })).toEqual([null]);
    await session.release();
    await classifier.release();
  });

  it('mobile_mini: all operators without a bound are named', async () => {
    const { classifier } = await referenceClassifier('mobile_mini');
    const refused = compileCertifier(classifier, { bound: 'interval' });
    await expect(refused).rejects.toThrow(/HardSwish \(no rule yet\)[\s\S]*Mul \(both factors depend on the image\)/);
    await classifier.release();
  });

  it('inner layers whose linear bounds would not fit in memory are refused, with what to leave out', async () => {
    const { classifier } = await referenceClassifier('resnet_mini');
    await expect(compileCertifier(classifier, { inner: 'linear' })).rejects.toThrow("Leave inner: 'linear' out");
    await classifier.release();
  });

  it('channels may have amplitudes of their own; a check by pixels refuses those', async () => {
    const { classifier, images } = await referenceClassifier('conv_bn');
    const one = rows(images, 1, 2);
    const found = await onlyOne(classifier, one, { bound: 'interval', amplitudes: 'channel', steps: 20 });
    const shared = await onlyOne(classifier, one, { bound: 'interval', steps: 20 });
    const plane = (at: Float32Array, channel: number) => [...at.subarray(channel * 1024, (channel + 1) * 1024)];
    expect(plane(shared.amplitude.data, 0)).toEqual(plane(shared.amplitude.data, 2));
    expect(plane(found.amplitude.data, 0)).not.toEqual(plane(found.amplitude.data, 2));
    const certifier = await compileCertifier(classifier, { bound: 'interval' });
    await expect(certifier.check(one, found.amplitude)).rejects.toThrow('amplitudes: "channel"');
    await certifier.release();
    await classifier.release();
  });
});
