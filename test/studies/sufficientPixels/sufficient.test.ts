import { describe, expect, it } from 'vitest';
import { loadClassifier } from '../../../src/model/loadClassifier.ts';
import { float32 } from '../../../src/onnx/tensor.ts';
import { writeModel } from '../../../src/onnx/writeModel.ts';
import { random } from '../../../src/random/random.ts';
import { certificateOf } from '../../../src/studies/sufficientPixels/certificate.ts';
import { sufficientPixels } from '../../../src/studies/sufficientPixels/sufficient.ts';
import { networkModel } from '../../../src/training/network.ts';
import { verifyCertificate } from '../../../src/verifier/verify.ts';
import { cpu } from '../../runtimes.ts';
import { linearClassifier, pooledNetwork, smallImage } from '../noncontributing/smallNetworks.ts';

const image = float32(
  [1, 1, 4, 4],
  Array.from({ length: 16 }, (_, i) => 0.1 + (0.8 * ((7 * i) % 16)) / 15),
);

/** A dense network of two hidden layers, random weights, 4 by 4 pixels, three classes. */
function dense(seed: number) {
  const hidden = (name: string, units: number) => ({ type: 'dense', name, units, activation: 'relu' }) as const;
  const layers = [
    { type: 'flatten', name: 'flatten' },
    hidden('one', 8),
    hidden('two', 6),
    { type: 'dense', name: 'three', units: 3, activation: 'none' },
  ] as const;
  return loadClassifier(writeModel(networkModel({ name: 'dense', input: [1, 4, 4], layers }, seed)), { runtime: cpu });
}

describe('a classifier that is linear in its pixels', () => {
  it('holds the dearest pixels, as many as are needed and no more', async () => {
    const weights = Array.from({ length: 16 }, (_, i) => i + 1);
    const at = weights.reduce((sum, weight, i) => sum + weight * image.data[i]!, 0);
    // All of it free with 0.05 costs 0.05 (1 + ... + 16) = 6.8; the margin is 4: 2.8 are to be held, 56 of the weights.
    const classifier = await linearClassifier([1, 4, 4], [weights.map(() => 0), weights], [0, 4.01 - at]);
    const [found] = await sufficientPixels(classifier, image, { epsilon: 0.05 });
    expect([...found!.held].sort((a, b) => a - b)).toEqual([12, 13, 14, 15]);
    expect(found!.open).toEqual([]);
    expect(found!.decided).toBe(1);
  });
});

describe('a network with ReLUs', () => {
  it('keeps its class whatever the others do, and no pixel can be left out', async () => {
    let least = 16;
    for (const seed of [2, 3]) {
      const classifier = await dense(seed);
      const epsilon = 0.15;
      const [found] = await sufficientPixels(classifier, image, { epsilon });
      const { held, free, decided, open } = found!;
      expect([...held, ...free].sort((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, i) => i));
      expect(open).toEqual([]);
      least = Math.min(least, held.length);
      const source = random(seed);
      const draws = 400;
      const rows = Array.from({ length: draws }, () =>
        Array.from(image.data, (x, i) => {
          const corner = source.uniform() < 0.5 ? -epsilon : epsilon;
          return free.includes(i) ? Math.min(1, Math.max(0, x + corner)) : x;
        }),
      );
      const predictions = await classifier.predict(float32([draws, 1, 4, 4], rows.flat()));
      expect(predictions.every(({ chosen }) => chosen === decided)).toBe(true);
      const [bounded] = await sufficientPixels(classifier, image, { epsilon, splitting: false });
      expect(bounded!.held.length).toBeGreaterThanOrEqual(held.length);
    }
    expect(least).toBeLessThan(16);
  });

  it('of max pooling is left to the bounds, which is said, and the bounds are a certificate', async () => {
    const bytes = pooledNetwork();
    const classifier = await loadClassifier(bytes, { runtime: cpu });
    const [found] = await sufficientPixels(classifier, smallImage(), { epsilon: 0.06 });
    expect(found!.boundsAlone).toMatch(/MaxPool.*neither affine nor ReLU/);
    expect(found!.open).toEqual(found!.held);
    expect(found!.held.length).toBeGreaterThan(0);
    const verified = await verifyCertificate(await certificateOf(classifier, smallImage(), found!), bytes);
    expect(verified).toMatchObject({ kept: found!.decided, held: found!.held.length });
  });
});

it.each([0, -1, 2, Number.NaN])('an epsilon of %d is refused', async (epsilon) => {
  await expect(sufficientPixels(await dense(1), image, { epsilon })).rejects.toThrow(/share of the pixel range/);
});

it('an image beyond the pixel range is refused', async () => {
  const bright = float32(
    image.dims,
    image.data.map((value) => value + 1),
  );
  await expect(sufficientPixels(await dense(1), bright, { epsilon: 0.1 })).rejects.toThrow(/--scale, --mean and --std/);
});
