import { describe, expect, it } from 'vitest';
import { explainImages } from '../../src/app/explainImages.ts';
import { explainSummary } from '../../src/app/explainSummary.ts';
import { openImages } from '../../src/app/imageSources.ts';
import { tryPreprocessing } from '../../src/app/preprocessingTrial.ts';
import { saliency } from '../../src/attribution/gradient/saliency.ts';
import { preprocessingNote } from '../../src/cli/explainWords.ts';
import { wordsIn } from '../../src/language/words.ts';
import type { InputSettings } from '../../src/model/inputDescription.ts';
import { toInput } from '../../src/model/pixels.ts';
import type { Picture } from '../../src/pictures/picture.ts';
import { built, load, value } from '../networks.ts';

/** A pixel of red, green and blue; the scores are the mean of the first channel and of the last, and a constant. */
const picture: Picture = { height: 1, width: 1, channels: 3, data: Uint8Array.of(255, 51, 0) };

function firstOrLast(constant: number) {
  return built(value('x', ['n', 3, 1, 1]), ['n', 3], (b, x) => {
    const row = b.ops.Reshape(x, b.ints([-1, 3]));
    const at = (channel: number) => b.add('Gather', [row, b.ints([channel])], { axis: 1 });
    const none = b.ops.Mul(at(0), b.scalar(0));
    const scores = b.add('Concat', [at(0), at(2), b.ops.Add(none, b.scalar(constant))], { axis: 1 });
    return b.add('Softmax', [scores], { axis: -1 });
  });
}

const classes = ['first', 'last', 'neither'];
const opened = (input: InputSettings = {}, constant = -1000) =>
  load(firstOrLast(constant), { input: { classes, ...input } });

describe('tryPreprocessing', () => {
  it('says what each usual way decides, the one that was used first', async () => {
    const classifier = await opened();
    const trial = await tryPreprocessing(classifier, toInput(picture, classifier.input));
    expect(trial!.tried).toHaveLength(9);
    expect(trial!.tried.map(({ isUsed }) => isUsed)).toEqual([true, ...Array(8).fill(false)]);
    // Red 1 against blue 0: e / (e + 1).
    expect(trial!.tried[0]).toMatchObject({ name: '0..1', order: 'RGB', label: 'first' });
    expect(trial!.tried[0]!.probability).toBeCloseTo(0.731, 3);
    expect(trial!.isDecisive).toBe(true);
    const of = (name: string, order: string) => trial!.tried.find((one) => one.name === name && one.order === order)!;
    expect(of('0..1', 'BGR').label).toBe('last');
    // Red (1 - 0.485) / 0.229 = 2.249 against blue -0.406 / 0.225 = -1.804.
    expect(of('mean and std of ImageNet', 'RGB').probability).toBeCloseTo(1 / (1 + Math.exp(-4.053)), 3);
    expect(of('0..255 less the mean of ImageNet', 'BGR')).toMatchObject({ mean: [104, 117, 123], label: 'last' });
  });

  it('tries only the order that was said', async () => {
    const classifier = await opened({ order: 'BGR' });
    const trial = await tryPreprocessing(classifier, toInput(picture, classifier.input));
    expect(new Set(trial!.tried.map(({ order }) => order))).toEqual(new Set(['BGR']));
    expect(trial!.isDecisive).toBe(false);
  });

  it.each([{ scale: 1 }, { mean: 0 }, { std: 1 }])('tries nothing where %o was said', async (said) => {
    const classifier = await opened(said);
    expect(await tryPreprocessing(classifier, toInput(picture, classifier.input))).toBeUndefined();
  });
});

describe('explainImages', () => {
  async function summaryOf(said: InputSettings, constant?: number) {
    const classifier = await opened(said, constant);
    const [source] = await openImages(['a.png'], classifier, {
      nameOf: (path) => path,
      read: async () => new Uint8Array(),
      decode: async () => picture,
      testSet: () => Promise.reject(new Error('none')),
    });
    const found = await explainImages(classifier, [await source!.read()], { methods: [saliency()], checks: false });
    return explainSummary(found, '');
  }

  it('says which settings were assumed, and that the decision depends on them', async () => {
    const summary = await summaryOf({});
    expect(summary.assumed).toEqual(['order', 'scale', 'mean', 'std']);
    expect(preprocessingNote(summary, wordsIn('en'))).toBe(
      'nothing says how pixels become model input; 0..1 RGB was assumed. The decision depends on it: first (73.1%) with 0..1 RGB; last (100.0%) with 0..255 BGR. Say it with --scale, --mean, --std and --order, or in MODEL.konkyo.json.',
    );
  });

  it('says that the decision does not depend on it', async () => {
    expect(preprocessingNote(await summaryOf({}, 1000), wordsIn('en'))).toContain('Other usual ways decide the same.');
  });

  it('says nothing where it was said, or where an array was taken as it is', async () => {
    expect(
      preprocessingNote(await summaryOf({ scale: 1, mean: 0, std: 1, order: 'RGB' }), wordsIn('en')),
    ).toBeUndefined();
    const classifier = await opened();
    const image = { name: 'array', image: toInput(picture, classifier.input) };
    const found = await explainImages(classifier, [image], { methods: [saliency()], checks: false });
    expect(found.images[0]!.preprocessing).toBeUndefined();
    expect(found.assumed).toEqual(['order', 'scale', 'mean', 'std']);
  });
});
