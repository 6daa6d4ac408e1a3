import { describe, expect, it } from 'vitest';
import { explain } from '../../src/attribution/explain.ts';
import { inputXGradient } from '../../src/attribution/gradient/inputXGradient.ts';
import { saliency } from '../../src/attribution/gradient/saliency.ts';
import { checkMaps } from '../../src/faithfulness/checkMaps.ts';
import type { CheckedMap } from '../../src/faithfulness/checks.ts';
import { hiddenRegion } from '../../src/faithfulness/hiddenRegion.ts';
import { distinct, ranked } from '../../src/faithfulness/ranking.ts';
import { float32 } from '../../src/onnx/tensor.ts';
import { built, load, value } from '../networks.ts';

/** Class 0 has the weighted sum of the pixels, class 1 always 10. */
const weights = [9, 1, 4, 1, 3, 1, 0, -2, 1];
const classifier = await load(
  built(value('x', ['n', 1, 3, 3]), ['n', 2], (builder, x) => {
    const flat = builder.add('Flatten', [x]);
    const matrix = builder.constant(
      float32(
        [9, 2],
        weights.flatMap((weight) => [weight, 0]),
      ),
    );
    return builder.ops.Add(builder.add('MatMul', [flat, matrix]), builder.constant(float32([1, 2], [0, 10])));
  }),
);
const image = float32([1, 1, 3, 3], new Array(9).fill(1));
const empty = float32([1, 1, 3, 3], new Array(9).fill(0));
const score = (gone: readonly number[]) => weights.reduce((sum, weight, i) => sum + (gone.includes(i) ? 0 : weight), 0);

describe('hiding what a map puts first', () => {
  const order = [0, 2, 4, 1, 3, 5, 8];
  const parts = { speaking: order.map((pixel) => [pixel]), others: [[6], [7]] };

  it('takes as little as changes the decision: the same as trying every number of parts', async () => {
    const found = await hiddenRegion(classifier, image, parts, { empty });
    const smallest = order.findIndex((_, i) => score(order.slice(0, i + 1)) <= 10) + 1;
    expect([...found!.pixels]).toEqual(order.slice(0, smallest));
    expect(found).toMatchObject({ changes: true, share: smallest / 9 });
    expect(found!.without.chosen).toBe(1);
    expect(found!.without.scores[0]).toBeCloseTo(score(order.slice(0, smallest)), 5);
    expect(found!.alone.scores[0]).toBeCloseTo(18 - score(order.slice(0, smallest)), 5);
    expect(found!.empty).toMatchObject({ chosen: 1, scores: [0, 10] });
  });

  it('says how often as much elsewhere changes it: never where all the rest together does not', async () => {
    const found = await hiddenRegion(classifier, image, parts, { empty });
    expect(found!.elsewhere).toEqual({ tried: 8, changed: 0 });
  });

  it('stops at half of the image where nothing changes the decision, and shows a fifth', async () => {
    const stubborn = { speaking: [[5], [3], [1], [8]], others: [[0], [2], [4], [6], [7]] };
    const found = await hiddenRegion(classifier, image, stubborn, { empty });
    expect(found).toMatchObject({ changes: false });
    expect([...found!.pixels]).toEqual([5]);
    expect(found!.without.chosen).toBe(0);
  });

  it('has nothing to say where no part speaks for the decision, and refuses several images', async () => {
    expect(await hiddenRegion(classifier, image, { speaking: [], others: [[0]] }, { empty })).toBeUndefined();
    await expect(
      hiddenRegion(classifier, float32([2, 1, 3, 3], new Array(18).fill(1)), parts, { empty }),
    ).rejects.toThrow(/One image/);
  });
});

describe('the order of maps', () => {
  const map = async () => {
    const [explanation] = await explain(classifier, image, [saliency(), inputXGradient()]);
    const [checked] = await checkMaps(classifier, [image], [explanation!]);
    return checked!.maps;
  };

  it('shows once what is the same but for its scale: on an image of ones, slope and input x gradient', async () => {
    const [first, second] = await map();
    expect(
      distinct([first!, second!]).map(({ map: { method }, also }) => [method.id, also.map((one) => one.method.id)]),
    ).toEqual([['saliency', ['input-x-gradient']]]);
    const other: CheckedMap = { ...second!, values: float32([1, 1, 3, 3], [1, 0, 0, 0, 0, 0, 0, 0, 0]) };
    expect(distinct([first!, other])).toHaveLength(2);
    const zero: CheckedMap = { ...second!, values: float32([1, 1, 3, 3], new Array(9).fill(0)) };
    expect(distinct([zero, zero])).toHaveLength(2);
    expect(distinct([first!, { ...second!, target: { for: 0, against: 1 } }])).toHaveLength(2);
  });

  it('is by what the checks say: what failed last, what was not checked before it', async () => {
    const [one] = await map();
    const correlated = (correlation: number): CheckedMap => ({
      ...one!,
      checks: { 'parameter-randomisation': correlation },
    });
    const [good, careful, failed] = [correlated(0), correlated(0.3), correlated(0.9)];
    const unchecked: CheckedMap = { ...one!, checks: undefined, unchecked: 'Not asked for.' };
    const order = ranked([failed, unchecked, careful, good]);
    expect(order.map((found) => [good, careful, unchecked, failed].indexOf(found))).toEqual([0, 1, 2, 3]);
  });
});
