import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contrastMethod, defaultMethods } from '../../src/app/defaultMethods.ts';
import { explainImages } from '../../src/app/explainImages.ts';
import { integratedGradients } from '../../src/attribution/gradient/integratedGradients.ts';
import { saliency } from '../../src/attribution/gradient/saliency.ts';
import { curvesOfAnyTarget, perturbationCurves } from '../../src/faithfulness/perturbationCurves.ts';
import { segmentsByEvidence } from '../../src/faithfulness/pixelOrder.ts';
import type { Classifier } from '../../src/model/classifier.ts';
import { loadClassifier } from '../../src/model/loadClassifier.ts';
import { multiplications } from '../../src/model/multiplications.ts';
import { rows } from '../../src/onnx/tensor.ts';
import { readReference } from '../attribution/referenceData.ts';
import { cpu } from '../runtimes.ts';

const [digits, tokens] = [readReference('lenet_digits'), readReference('vit_mini')];
let lenet: Classifier;
let transformer: Classifier;
beforeAll(async () => {
  lenet = await loadClassifier(digits.bytes, { runtime: cpu });
  transformer = await loadClassifier(tokens.bytes, { runtime: cpu });
});
afterAll(async () => {
  await lenet.release();
  await transformer.release();
});

const ids = (classifier: Classifier) => defaultMethods(classifier).map(({ id }) => id);

describe('the default methods', () => {
  it('of digits are maps of pixels, and of attention the same: no relevance propagation, which is patented', () => {
    expect(ids(lenet)).toEqual(['deep-lift', 'integrated-gradients', 'occlusion']);
    expect(ids(transformer)).toEqual(ids(lenet));
  });

  it('say why not the second by one gradient, or by what was asked for', () => {
    expect(contrastMethod(lenet, defaultMethods(lenet))?.id).toBe('deep-lift');
    expect(contrastMethod(lenet, [saliency(), integratedGradients()])?.id).toBe('integrated-gradients');
    expect(contrastMethod(lenet, [saliency()])?.id).toBe('saliency');
  });

  it('give their maps before the checks, marked as not checked', async () => {
    const seen: unknown[] = [];
    const image = { name: 'one', image: rows(digits.images, 0, 1) };
    const found = await explainImages(lenet, [image], {
      studies: false,
      onFound: async ({ images, missing }, step) => {
        const maps = images[0]?.explanation.maps ?? [];
        seen.push([step, maps.filter(({ unchecked }) => unchecked !== undefined).length, maps.length, ...missing]);
      },
    });
    const [checks, hidden] = ['the checks of the maps', 'what would change the decision'];
    expect(seen).toEqual([
      ...[1, 2, 3].map((count) => ['method', count, count, checks]),
      ['maps', 4, 4, checks],
      ['checks', 0, 4, hidden],
    ]);
    expect(found.missing).toEqual([]);
    expect(found.unasked).toEqual(['regions-and-filters']);
    expect(found.images[0]?.explanation.maps.every(({ unchecked }) => unchecked === undefined)).toBe(true);
  });
});

describe('what a forward pass takes', () => {
  it('is counted from the shapes, to the size of a small LeNet', () => {
    expect(multiplications(lenet)).toBeGreaterThan(1e5);
    expect(multiplications(lenet)).toBeLessThan(1e6);
  });
});

describe('curves of several targets', () => {
  it('from the same runs are those of each alone', async () => {
    const image = rows(digits.images, 0, 1);
    const order = segmentsByEvidence(
      { height: 28, width: 28, values: Float32Array.from({ length: 784 }, (_, i) => (i * 37) % 101) },
      4,
    );
    const of = await curvesOfAnyTarget(lenet, image, [order]);
    for (const target of [3, { for: 1, against: 7 }]) {
      expect(of(target)).toEqual(await perturbationCurves(lenet, image, target, [order]));
    }
  });
});
