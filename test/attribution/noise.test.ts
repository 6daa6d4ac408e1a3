import { describe, expect, it } from 'vitest';
import { inputXGradient } from '../../src/attribution/gradient/inputXGradient.ts';
import { integratedGradients } from '../../src/attribution/gradient/integratedGradients.ts';
import { noiseAverage } from '../../src/attribution/gradient/noiseAverage.ts';
import type { NoiseStatistic } from '../../src/attribution/gradient/noiseStatistics.ts';
import { saliency } from '../../src/attribution/gradient/saliency.ts';
import { smoothGrad } from '../../src/attribution/gradient/smoothGrad.ts';
import type { Method } from '../../src/attribution/method.ts';
import { fillWithCountedNormals, noiseKeys } from '../../src/random/countedNormals.ts';
import { random } from '../../src/random/random.ts';
import { type ReferenceClassifier, referenceClassifier, relativeDifference, repeated } from './referenceClassifier.ts';

const samples = 12;
const noise = 0.1;

/** float32 sums in another order. */
const tolerance = 1e-5;

async function mapsOf(method: Method, { classifier, images, targets }: ReferenceClassifier) {
  const explainer = await method.compile(classifier);
  const { values } = await explainer.attribute(images, targets);
  await explainer.release();
  return values.data;
}

/** The maps of one noisy image after another, the statistic by its definition in float64. */
async function slowly(method: Method, statistic: NoiseStatistic, reference: ReferenceClassifier, seed: number) {
  const { classifier, images, targets, size } = reference;
  const noises = Array.from(noiseKeys(random(seed), samples), (key) => {
    const normals = new Float32Array(size);
    fillWithCountedNormals(normals, key);
    return normals.map((value) => value * noise);
  });
  const explainer = await method.compile(classifier);
  const results: number[] = [];
  for (const [i, target] of targets.entries()) {
    const noisy = repeated(images.data.subarray(i * size, (i + 1) * size), images.dims, noises);
    const { values } = await explainer.attribute(
      noisy,
      noises.map(() => target),
    );
    for (let at = 0; at < size; at++) {
      const all = noises.map((_, s) => values.data[s * size + at]!);
      const mean = all.reduce((sum, value) => sum + value, 0) / samples;
      const squares = (about: number) => all.reduce((sum, value) => sum + (value - about) ** 2, 0) / samples;
      results.push(statistic === 'mean' ? mean : squares(statistic === 'squared' ? 0 : mean));
    }
  }
  await explainer.release();
  return results;
}

const statistics: readonly NoiseStatistic[] = ['mean', 'squared', 'variance'];

// Batches of 5: twelve samples in parts of 5, 5 and 2. Of 30: two images at a time.
describe.each([5, 30])('noise averages in batches of %i', (batchSize) => {
  it('SmoothGrad is the mean of saliencies over the same noise', async () => {
    const reference = await referenceClassifier('resnet_mini', { batchSize });
    const ours = await mapsOf(smoothGrad({ samples, noise, seed: 3 }), reference);
    expect(relativeDifference(ours, await slowly(saliency(), 'mean', reference, 3))).toBeLessThan(tolerance);
  });

  it.each(statistics)('%s of input x gradient', async (statistic) => {
    const reference = await referenceClassifier('conv_bn', { batchSize });
    const ours = await mapsOf(noiseAverage(inputXGradient(), { samples, noise, seed: 4, statistic }), reference);
    expect(relativeDifference(ours, await slowly(inputXGradient(), statistic, reference, 4))).toBeLessThan(tolerance);
  });

  it.each(statistics)('%s of a method that is more than one gradient', async (statistic) => {
    const reference = await referenceClassifier('sigmoid_mlp', { batchSize });
    const method = integratedGradients({ steps: 3 });
    const ours = await mapsOf(noiseAverage(method, { samples, noise, seed: 5, statistic }), reference);
    expect(relativeDifference(ours, await slowly(method, statistic, reference, 5))).toBeLessThan(tolerance);
  });
});

describe('SmoothGrad', () => {
  it('is the saliency where there is no noise', async () => {
    const reference = await referenceClassifier('lenet');
    const ours = await mapsOf(smoothGrad({ samples: 3, noise: 0 }), reference);
    expect(relativeDifference(ours, await mapsOf(saliency(), reference))).toBeLessThan(tolerance);
  });

  it('gives the same bytes for the same seed, others for another', async () => {
    const reference = await referenceClassifier('lenet');
    const first = await mapsOf(smoothGrad({ samples, seed: 1 }), reference);
    expect(await mapsOf(smoothGrad({ samples, seed: 1 }), reference)).toEqual(first);
    expect(await mapsOf(smoothGrad({ samples, seed: 2 }), reference)).not.toEqual(first);
  });

  it('of an image does not depend on the images beside it', async () => {
    const reference = await referenceClassifier('lenet', { batchSize: samples });
    const { images, targets, size } = reference;
    const together = await mapsOf(smoothGrad({ samples }), reference);
    const second = { ...images, dims: [1, ...images.dims.slice(1)], data: images.data.slice(size, 2 * size) };
    const alone = await mapsOf(smoothGrad({ samples }), { ...reference, images: second, targets: [targets[1]!] });
    expect(alone).toEqual(together.slice(size, 2 * size));
  });

  it('takes the noise through scale and std of each channel', async () => {
    const { classifier } = await referenceClassifier('resnet_mini');
    const { channels } = classifier.input;
    const std = Array.from({ length: channels }, (_, c) => 2 ** c);
    const reference = await referenceClassifier('resnet_mini', { input: { ...classifier.input, std, scale: 1 / 51 } });
    const { size } = reference;
    // A method whose map is the noisy image itself: the variance is that of the noise.
    const itself: Method = {
      id: 'itself',
      title: 'The image',
      about: 'The image.',
      unit: 'input units',
      settings: {},
      compile: async () => ({
        attribute: async (noisy) => ({ values: noisy, scores: new Float32Array(noisy.dims[0]!) }),
        release: async () => {},
      }),
    };
    const variance = await mapsOf(noiseAverage(itself, { samples: 40, noise: 0.2, statistic: 'variance' }), reference);
    const plane = size / channels;
    for (let c = 0; c < channels; c++) {
      const mean = variance.slice(c * plane, (c + 1) * plane).reduce((sum, value) => sum + value, 0) / plane;
      // 0.2 of 255 pixel values, scaled by 1/51, is 1; 40 samples a pixel, hundreds of pixels.
      expect(mean * std[c]! ** 2).toBeGreaterThan(0.9);
      expect(mean * std[c]! ** 2).toBeLessThan(1.05);
    }
  });

  it.each([
    [{ samples: 0 }, 'smoothgrad: samples is 0, but must be a whole number, 1 to 100000.'],
    [{ noise: -0.1 }, 'smoothgrad: noise is -0.1, but must be 0 to 10.'],
    [{ seed: 0.5 }, 'smoothgrad: seed is 0.5, but must be a whole number, 0 to 4294967295.'],
  ])('refuses %j', (settings, message) => {
    expect(() => smoothGrad(settings)).toThrow(message);
  });
});
