import { describe, expect, it } from 'vitest';
import { inputXGradient } from '../../src/attribution/gradient/inputXGradient.ts';
import { integratedGradients } from '../../src/attribution/gradient/integratedGradients.ts';
import { saliency } from '../../src/attribution/gradient/saliency.ts';
import type { Method } from '../../src/attribution/method.ts';
import { occlusion } from '../../src/attribution/perturbation/occlusion.ts';
import { loadClassifier } from '../../src/model/loadClassifier.ts';
import { runtimes } from '../runtimes.ts';
import { passesAKink } from './kinks.ts';
import { differenceByImage, type Reference, readReference, referenceModels } from './referenceData.ts';

const methods: readonly { readonly array: string; readonly method: Method }[] = [
  { array: 'saliency_signed', method: saliency() },
  { array: 'input_x_gradient', method: inputXGradient() },
  { array: 'occlusion', method: occlusion({ window: 2, stride: 2 }) },
  { array: 'integrated_gradients_50', method: integratedGradients({ steps: 50 }) },
];

/** max|ours - reference| <= 1e-4 max|reference|, the references' own tolerance: both sides compute in float32. */
const tolerance = 1e-4;

/** Occlusion subtracts nearly equal scores: each of the four has an error of the spacing of float32 numbers of their size. */
function roundingOfDrops({ logits, array }: Reference): number {
  const largest = (values: Float32Array) => values.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  const spacing = 2 ** (Math.floor(Math.log2(largest(logits))) - 23);
  return (4 * spacing) / largest(array('occlusion')!);
}

describe.each(runtimes)('agreement with Captum on $name', ({ runtime }) => {
  describe.each(referenceModels)('%s', (model) => {
    const reference = readReference(model);
    const count = reference.targets.length;

    it('gives the same scores', async () => {
      const classifier = await loadClassifier(reference.bytes, { runtime });
      const scores = await classifier.scoresOf(reference.images);
      expect(Math.max(...differenceByImage(scores.data, reference.logits, count))).toBeLessThan(tolerance);
      await classifier.release();
    });

    it.each(methods)('$array', async ({ array, method }) => {
      const classifier = await loadClassifier(reference.bytes, { runtime });
      const explainer = await method.compile(classifier);
      const { values } = await explainer.attribute(reference.images, reference.targets);
      const expected = reference.array(array)!;
      const allowed = method.id === 'occlusion' ? Math.max(tolerance, roundingOfDrops(reference)) : tolerance;
      const beyond = differenceByImage(values.data, expected, count).flatMap((difference, image) =>
        difference > allowed ? [image] : [],
      );
      // A path that touches a kink within float32 rounding has two right answers; that it does is shown in float64.
      for (const image of beyond)
        expect(method.id === 'integrated-gradients' && passesAKink(reference, image)).toBe(true);
      expect(beyond.length).toBeLessThan(count / 2);
      await explainer.release();
      await classifier.release();
    });
  });
});
