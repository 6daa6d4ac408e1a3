import { describe, expect, it } from 'vitest';
import { expectedGradients } from '../../src/attribution/gradient/expectedGradients.ts';
import { saliency } from '../../src/attribution/gradient/saliency.ts';
import { float32 } from '../../src/onnx/tensor.ts';
import { random } from '../../src/random/random.ts';
import { referenceClassifier, relativeDifference } from './referenceClassifier.ts';

/** Baselines of another kind than the images: smooth ramps of different strength. */
function ramps(dims: readonly number[], count: number) {
  const size = dims.slice(1).reduce((a, b) => a * b, 1);
  const data = Float32Array.from(
    { length: count * size },
    (_, i) => (Math.floor(i / size) + 1) * ((i % size) / size / count),
  );
  return float32([count, ...dims.slice(1)], data);
}

describe('expected gradients', () => {
  it.each([5, 40])(
    'are the mean of (x - baseline) x gradient over the same draws, in batches of %i',
    async (batchSize) => {
      const { classifier, images, targets, size } = await referenceClassifier('conv_bn', { batchSize });
      const [samples, seed] = [12, 7];
      const baselines = ramps(images.dims, 3);
      const explainer = await expectedGradients({ samples, seed, baselines }).compile(classifier);
      const { values } = await explainer.attribute(images, targets);

      const gradients = await saliency().compile(classifier);
      const source = random(seed);
      const draws = Array.from({ length: samples }, () => ({ baseline: source.index(3), point: source.uniform() }));
      const expected = new Float64Array(images.data.length);
      for (const [i, target] of targets.entries()) {
        for (const { baseline, point } of draws) {
          const x = images.data.subarray(i * size, (i + 1) * size);
          const from = baselines.data.subarray(baseline * size, (baseline + 1) * size);
          const at = float32(
            [1, ...images.dims.slice(1)],
            Float32Array.from(x, (value, j) => from[j]! + point * (value - from[j]!)),
          );
          const { values: gradient } = await gradients.attribute(at, [target]);
          gradient.data.forEach((g, j) => {
            expected[i * size + j]! += (g * (x[j]! - from[j]!)) / samples;
          });
        }
      }
      expect(relativeDifference(values.data, expected)).toBeLessThan(1e-5);
    },
  );

  it('sum to the score above the mean score of the baselines, within the error of sampling', async () => {
    const { classifier, images, targets } = await referenceClassifier('lenet');
    const gapWith = async (samples: number) => {
      const explainer = await expectedGradients({ samples, baselines: ramps(images.dims, 4) }).compile(classifier);
      const { completeness = [], scores } = await explainer.attribute(images, targets);
      const baselineScores = await classifier.scoresOf(ramps(images.dims, 4));
      return completeness.map(({ sum, expected }, i) => {
        const width = classifier.scores.width;
        const mean = [0, 1, 2, 3].reduce((total, b) => total + baselineScores.data[b * width + targets[i]!]! / 4, 0);
        expect(expected).toBeCloseTo(scores[i]! - mean, 5);
        return Math.abs(sum - expected);
      });
    };
    // The scores of this network differ by some 0.1; the error of n samples shrinks as 1/sqrt(n).
    const [few, many] = [await gapWith(50), await gapWith(5000)];
    expect(Math.max(...many)).toBeLessThan(Math.max(...few));
    expect(Math.max(...many)).toBeLessThan(2e-3);
  });

  it('gives the same bytes for the same seed', async () => {
    const { classifier, images, targets } = await referenceClassifier('lenet');
    const maps = async (seed: number) =>
      (await (await expectedGradients({ samples: 9, seed }).compile(classifier)).attribute(images, targets)).values
        .data;
    expect(await maps(1)).toEqual(await maps(1));
    expect(await maps(1)).not.toEqual(await maps(2));
  });

  it('refuses baselines that are not images of the model', async () => {
    const { classifier } = await referenceClassifier('lenet');
    const wrong = float32([2, 1, 5, 5], new Float32Array(50));
    await expect(expectedGradients({ baselines: wrong }).compile(classifier)).rejects.toMatchObject({
      tag: 'invalid-input',
    });
  });
});
