import { describe, expect, it } from 'vitest';
import { perturbationCurves } from '../../src/faithfulness/perturbationCurves.ts';
import { segmentsByEvidence } from '../../src/faithfulness/pixelOrder.ts';
import { givesProbabilities, probabilityIfLogits, probabilitySource } from '../../src/model/classifier.ts';
import { InputDescriptionError } from '../../src/model/errors.ts';
import type { InputSettings } from '../../src/model/inputDescription.ts';
import { float32 } from '../../src/onnx/tensor.ts';
import { built, load, value } from '../networks.ts';

/** Three pixels are three scores, from which `end` makes the output. */
function scoring(end: 'plain' | 'Softmax' | 'read otherwise') {
  return built(value('x', ['n', 1, 1, 3]), ['n', 3], (b, x) => {
    const scores = b.ops.Reshape(x, b.ints([-1, 3]));
    if (end === 'plain') return scores;
    const probabilities = b.add('Softmax', [scores], { axis: -1 });
    return end === 'Softmax' ? probabilities : b.add('Sqrt', [probabilities]);
  });
}

const image = float32([1, 1, 1, 3], [Math.log(6), Math.log(3), 0]);
const opened = (end: Parameters<typeof scoring>[0], scores?: InputSettings['scores']) =>
  load(scoring(end), { input: { scores, scale: 1 } });

describe('plain scores', () => {
  it('have a probability if they are logits, which is assumed', async () => {
    const classifier = await opened('plain');
    expect(probabilitySource(classifier)).toBe('assumed');
    expect(givesProbabilities(classifier)).toBe(false);
    const [prediction] = await classifier.predict(image);
    expect(probabilityIfLogits(classifier, prediction!, 0)).toBeCloseTo(0.6, 6);
  });

  it('have probabilities where they are said to be logits', async () => {
    const classifier = await opened('plain', 'logits');
    expect(probabilitySource(classifier)).toBe('said');
    expect(givesProbabilities(classifier)).toBe(true);
    const [prediction] = await classifier.predict(image);
    expect(prediction!.probabilities[0]).toBeCloseTo(0.6, 6);
    expect(probabilityIfLogits(classifier, prediction!, 0)).toBeUndefined();
  });

  it('have none where they are said to be numbers, or look like probabilities already', async () => {
    expect(probabilitySource(await opened('plain', 'numbers'))).toBeUndefined();
    const classifier = await opened('plain');
    const [prediction] = await classifier.predict(float32([1, 1, 1, 3], [0.7, 0.2, 0.1]));
    expect(probabilityIfLogits(classifier, prediction!, 0)).toBeUndefined();
  });

  it('are not assumed of probabilities in a spelling that cannot be read', async () => {
    const classifier = await opened('read otherwise');
    expect(classifier.cautions.join()).toContain('made of probabilities');
    expect(probabilitySource(classifier)).toBeUndefined();
  });

  it('are the model\u2019s own before a softmax, and saying otherwise is refused', async () => {
    expect(probabilitySource(await opened('Softmax', 'logits'))).toBe('model');
    await expect(opened('Softmax', 'numbers')).rejects.toThrow(InputDescriptionError);
    await expect(opened('Softmax', 'numbers')).rejects.toThrow('ends in a Softmax');
  });

  it('that are no logits have removal curves of the score itself, from the empty image\u2019s to the image\u2019s', async () => {
    const classifier = await opened('plain', 'numbers');
    const order = segmentsByEvidence({ height: 1, width: 3, values: Float32Array.of(3, 2, 1) }, 1);
    const pixels = float32([1, 1, 1, 3], [8, 4, 2]);
    const [curves] = await perturbationCurves(classifier, pixels, { for: 0, against: 1 }, [order], {
      steps: 3,
      baseline: 0,
    });
    // 8 - 4 at first, 0 - 4 without the first pixel, 0 without the second too: as shares of 4.
    expect(curves!.deletion.points.map(({ score }) => score)).toEqual([1, -1, 0, 0]);
  });
});
