import { describe, expect, it } from 'vitest';
import { occlusion } from '../../../src/attribution/perturbation/occlusion.ts';
import { wordsIn } from '../../../src/language/words.ts';
import { loadClassifier } from '../../../src/model/loadClassifier.ts';
import { rows } from '../../../src/onnx/tensor.ts';
import { compileImageFinder } from '../../../src/studies/filterPaths/imageFindings.ts';
import { decidingQuestion } from '../../../src/studies/filterPaths/page/decidingQuestion.ts';
import { decidingView } from '../../../src/studies/filterPaths/page/decidingView.ts';
import { readReference } from '../../attribution/referenceData.ts';
import { cpu } from '../../runtimes.ts';

async function found(model: string) {
  const { bytes, images } = readReference(model);
  const classifier = await loadClassifier(bytes, { runtime: cpu });
  const finder = await compileImageFinder(classifier);
  const image = rows(images, 0, 1);
  const [prediction] = await classifier.predict(image);
  const findings = await finder.find(image, prediction!.chosen);
  const view = decidingView(classifier, finder.occluder, image, findings);
  const occlude = await occlusion().compile(classifier);
  const { values } = await occlude.attribute(image, [prediction!.chosen]);
  for (const one of [occlude, finder, classifier]) await one.release();
  return { findings, view, notes: finder.notes, occluded: values.data };
}

describe('what one decision rested on', () => {
  it('has the drops of occlusion by regions of the same size, and paths that speak for the class', async () => {
    const { findings, view, notes, occluded } = await found('lenet_digits');
    expect(notes).toEqual([]);
    for (const [region, drop] of findings.effects.drops.entries()) {
      // Occlusion gives every pixel of a 2x2 patch the patch's drop.
      const pixel = 2 * Math.floor(region / 14) * 28 + 2 * (region % 14);
      expect(drop).toBeCloseTo(occluded[pixel]!, 5);
    }
    const { paths, score, constant, remainder } = view.filters!;
    expect(paths.length).toBeGreaterThan(0);
    for (const [i, { part }] of paths.entries()) {
      expect(part).toBeGreaterThan(0);
      if (i > 0) expect(part).toBeLessThanOrEqual(paths[i - 1]!.part);
    }
    expect(paths.reduce((sum, { part }) => sum + part, constant + remainder)).toBeCloseTo(score, 4);
    const listed = paths.reduce((sum, { part }) => sum + part, 0);
    expect(view.filters!.share).toBeCloseTo(listed / (listed + Math.abs(constant) + Math.abs(remainder)), 6);
  });

  it('shows paths that bring a part of the score, and says so of paths that bring next to nothing', async () => {
    const { view } = await found('lenet_digits');
    const picture = { height: 1, width: 1, channels: 1, data: new Uint8Array(1) };
    const answer = (share: number) =>
      decidingQuestion.answer(
        { picture, deciding: { ...view, filters: { ...view.filters!, share } } } as never,
        3,
        wordsIn('en'),
      ).text;
    expect(answer(0.3)).toMatch(
      /Below are the strongest paths found that speak for it, 30(\.0)?%[\s\S]*Where \S+ 0 → /,
    );
    expect(answer(0.02)).toMatch(
      /bring 2(\.0)?% of what it is made of[\s\S]*No few filters carry this decision, so none are shown/,
    );
    expect(answer(0.02)).not.toContain('gets its part from');
  });

  it('says why there are no filters where there are none, and still finds regions', async () => {
    const { findings, view, notes } = await found('sigmoid_mlp');
    expect(view.filters).toBeUndefined();
    expect(notes).toEqual([
      expect.stringMatching(/^Which filters carried the decision is left out\. .*no convolution/),
    ]);
    expect(Math.max(...findings.effects.drops)).toBeGreaterThan(0);
  });
});
