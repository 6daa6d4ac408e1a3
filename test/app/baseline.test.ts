import { describe, expect, it } from 'vitest';
import { explainImages } from '../../src/app/explainImages.ts';
import { explainSummary } from '../../src/app/explainSummary.ts';
import { integratedGradients } from '../../src/attribution/gradient/integratedGradients.ts';
import { saliency } from '../../src/attribution/gradient/saliency.ts';
import { occlusion } from '../../src/attribution/perturbation/occlusion.ts';
import { baselineImage } from '../../src/model/pixels.ts';
import { built, dense, images, load, value } from '../networks.ts';

const side = 8;

/** Scores of 3 classes from 8 x 8 pixels, before a softmax. */
function classifierOf(channels: 1 | 3) {
  const features = channels * side * side;
  return load(
    built(value('x', ['n', channels, side, side]), ['n', 3], (b, x) =>
      b.add('Softmax', [dense(b, b.ops.Reshape(x, b.ints([-1, features])), features, 3)], { axis: -1 }),
    ),
  );
}

async function explained(
  channels: 1 | 3,
  baseline?: number,
  methods = [occlusion(), integratedGradients(), saliency()],
) {
  const classifier = await classifierOf(channels);
  const image = images(1, [channels, side, side]);
  const found = await explainImages(classifier, [{ name: 'a', image }], { methods, baseline });
  return { classifier, image, found, one: found.images[0]! };
}

describe('one baseline of an explanation', () => {
  it.each([
    { channels: 1, given: undefined, pixel: 0 },
    { channels: 3, given: undefined, pixel: 128 },
    { channels: 3, given: 50, pixel: 50 },
  ] as const)('is $pixel for $channels channels, given $given, in methods, checks and regions', async (row) => {
    const { found, one } = await explained(row.channels, row.given);
    const settings = found.methods.map((method) => method.settings.baseline);
    expect(settings).toEqual([row.pixel, row.pixel, undefined]);
    for (const { checks } of one.explanation.maps)
      expect(checks!['deletion-insertion']!.settings.baseline).toBe(row.pixel);
    expect(one.deciding!.cover).toEqual({ pixel: row.pixel });
    expect(one.empty!.baseline).toBe(row.pixel);
  });

  it('leaves a method the one that its own settings say', async () => {
    const { found } = await explained(3, 50, [occlusion({ baseline: 7 }), integratedGradients()]);
    expect(found.methods.map(({ settings }) => settings.baseline)).toEqual([7, 50]);
  });

  it('says what the empty image gives, which is where deletion ends and integrated gradients start', async () => {
    const { classifier, found, one } = await explained(3);
    const [blank] = await classifier.predict(baselineImage(128, classifier.input));
    const { prediction, target, maps } = one.explanation;
    expect(one.empty).toMatchObject({ decides: blank!.chosen, probability: blank!.probabilities[blank!.chosen] });
    expect(one.empty!.target.sureness).toBe(blank!.probabilities[prediction.chosen]);
    const map = maps.find(({ method }) => method.id === 'integrated-gradients')!;
    expect(target).toBe(prediction.chosen);
    const sum = map.values.data.reduce((total, part) => total + part, 0);
    expect(sum).toBeCloseTo(prediction.scores[prediction.chosen]! - one.empty!.target.score, 3);
    const curves = maps[0]!.checks!['deletion-insertion']!.curves;
    expect(curves.deletion.points.at(-1)!.score).toBeCloseTo(one.empty!.target.sureness!, 5);
    expect(explainSummary(found, '').images[0]!.empty).toEqual(one.empty);
  });
});
