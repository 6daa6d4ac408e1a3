import { describe, expect, it } from 'vitest';
import { isEvidence } from '../../src/attribution/method.ts';
import { methodKinds } from '../../src/methods.ts';
import type { Target } from '../../src/model/target.ts';
import { referenceClassifier, relativeDifference } from './referenceClassifier.ts';

/** What these do to a gradient on its way depends on its sign. */
const notLinear = ['guided-backprop', 'deconvolution', 'guided-grad-cam'];

/** The other methods are linear in the score, so A against B is A minus B. */
describe('one class against another', () => {
  const evidence = methodKinds.filter(isEvidence);
  it.each(evidence.map((kind) => [kind.id, kind] as const))('%s', async (_id, kind) => {
    const { classifier, images, targets } = await referenceClassifier('lenet');
    const small = Object.fromEntries(
      Object.entries({ samples: 10, steps: 10, window: 7, grid: 2 }).filter(([name]) => name in kind.options),
    );
    const explainer = await kind.create(small).compile(classifier);
    const rivals = targets.map((target) => (target + 3) % 10);
    const maps = async (wanted: readonly Target[]) => await explainer.attribute(images, wanted);
    const [own, other] = [await maps(targets), await maps(rivals)];
    const contrast = await maps(targets.map((target, i) => ({ for: target, against: rivals[i]! })));
    const difference = own.values.data.map((value, i) => value - other.values.data[i]!);
    const apart = relativeDifference(contrast.values.data, difference);
    if (notLinear.includes(kind.id)) expect(Number.isFinite(apart)).toBe(true);
    else expect(apart).toBeLessThan(1e-4);
    const scores = own.scores.map((score, i) => score - other.scores[i]!);
    expect(relativeDifference(contrast.scores, scores)).toBeLessThan(1e-4);
  });
});
