import { describe, expect, it } from 'vitest';
import { effectiveComplexity } from '../../../src/faithfulness/metrics/effectiveComplexity.ts';
import { irof } from '../../../src/faithfulness/metrics/irof.ts';
import { scored } from '../../../src/faithfulness/metrics/perturbed.ts';
import { pixelFlipping } from '../../../src/faithfulness/metrics/pixelFlipping.ts';
import { regionPerturbation, selectivity } from '../../../src/faithfulness/metrics/regionPerturbation.ts';
import { byConstant, byImage, byMeanColour } from '../../../src/faithfulness/metrics/replacement.ts';
import { judged, layoutOf, linear, scattered, subjectOf } from './linearSubject.ts';

/** Four pixels in a row; the score is 4 x_0 + 3 x_1 + 2 x_2 + x_3, of ones 10. */
const row = layoutOf(1, 4);
const ones = subjectOf(row, [[1, 1, 1, 1]], linear([4, 3, 2, 1]));
const black = byConstant(row, 0);
const right = judged(1, 4, [9, 5, 3, 2]);
const wrong = judged(1, 4, [2, 3, 5, 9]);
const scores = (curve: { readonly points: readonly { readonly score: number }[] }) =>
  curve.points.map(({ score }) => score);

describe('pixelFlipping', () => {
  it('worked by hand: 10, 6, 3, 1, 0 against 10, 9, 7, 4, 0', async () => {
    const [good, bad] = await pixelFlipping(ones, [right, wrong], { replace: black });
    expect(scores(good!)).toEqual([10, 6, 3, 1, 0]);
    expect(scores(bad!)).toEqual([10, 9, 7, 4, 0]);
    expect(good!.points.map(({ share }) => share)).toEqual([0, 0.25, 0.5, 0.75, 1]);
    // (10/2 + 6 + 3 + 1 + 0/2) / 4
    expect(good!.area).toBeCloseTo(3.75, 6);
    expect(bad!.area).toBeCloseTo(6.25, 6);
  });

  it('pixel after pixel or all at once, colours too: the same', async () => {
    const layout = layoutOf(3, 4, 2);
    const images = [0, 1].map((k) => Array.from({ length: 24 }, (_, i) => ((7 * i + 5 * k) % 11) / 4));
    const subject = subjectOf(layout, images, linear(Array.from({ length: 24 }, (_, i) => (i % 5) - 2)));
    const maps = [0, 1].map((k) =>
      judged(
        3,
        4,
        Array.from({ length: 12 }, (_, i) => (5 * i) % 12),
        k,
      ),
    );
    const other = byImage(
      layout,
      Float32Array.from({ length: 24 }, (_, i) => -i),
    );
    const atOnce = (pixels: Float32Array, gone: Int32Array) => other(pixels, gone);
    for (const direction of ['deletion', 'insertion'] as const) {
      const settings = { direction, pixelsPerStep: 5 };
      expect(await pixelFlipping(subject, maps, { ...settings, replace: other })).toEqual(
        await pixelFlipping(subject, maps, { ...settings, replace: atOnce }),
      );
    }
  });

  it('least relevant first, insertion and steps that do not divide the image, by hand', async () => {
    const [lerf] = await pixelFlipping(ones, [right], { replace: black, order: 'lerf' });
    expect(scores(lerf!)).toEqual([10, 9, 7, 4, 0]);
    const [insertion] = await pixelFlipping(ones, [right], { replace: black, direction: 'insertion' });
    expect(scores(insertion!)).toEqual([0, 4, 7, 9, 10]);
    const [threes] = await pixelFlipping(ones, [right], { replace: black, pixelsPerStep: 3 });
    expect(threes!.points).toEqual([
      { share: 0, score: 10 },
      { share: 0.75, score: 1 },
      { share: 1, score: 0 },
    ]);
  });

  it("Quantus' curve has no start, and its area steps of width 1", async () => {
    const [curve] = await pixelFlipping(ones, [right], { replace: black, definition: 'quantus' });
    expect(scores(curve!)).toEqual([6, 3, 1, 0]);
    expect(curve!.area).toBe(7);
  });

  it('takes equal pixels as they are counted', async () => {
    const [curve] = await pixelFlipping(ones, [judged(1, 4, [0, 1, 0, 1])], { replace: black });
    expect(scores(curve!)).toEqual([10, 7, 6, 2, 0]);
  });

  it('against a slow version: several images, maps and colours, one image at a time', async () => {
    for (const layout of ['NCHW', 'NHWC'] as const) {
      const input = { ...layoutOf(5, 6, 3), layout };
      const images = [scattered(90, 2), scattered(90, 3)];
      const other = Float32Array.from(scattered(90, 4));
      const f = (x: Float32Array, of: number) =>
        Math.tanh(x[3]! * x[70]! + x[of]!) + x.reduce((s, v, i) => s + v * i, 0) / 90;
      const maps = [0, 1, 1].map((image, k) => judged(5, 6, scattered(30, 5 + k), image));
      const found = await pixelFlipping(subjectOf(input, images, f, 7), maps, {
        replace: byImage(input, other),
        pixelsPerStep: 4,
      });
      for (const [k, { image, map }] of maps.entries()) {
        const gone = [...map.values.keys()].sort((a, b) => map.values[b]! - map.values[a]!);
        const slow = [0, 4, 8, 12, 16, 20, 24, 28, 30].map((stop) => {
          const x = Float32Array.from(images[image]!);
          for (const pixel of gone.slice(0, stop)) {
            for (let c = 0; c < 3; c++) {
              const at = layout === 'NCHW' ? c * 30 + pixel : pixel * 3 + c;
              x[at] = other[at]!;
            }
          }
          return Math.fround(f(x, image));
        });
        expect(scores(found[k]!)).toEqual(slow);
      }
    }
  });
});

describe('regionPerturbation and selectivity', () => {
  /** 2 x 4 pixels, two patches of 2 x 2: the left one is worth 6, the right one 4. */
  const two = subjectOf(layoutOf(2, 4), [[1, 1, 1, 1, 1, 1, 1, 1]], linear([3, 0, 1, 1, 0, 3, 1, 1]));
  const replace = byConstant(layoutOf(2, 4), 0);
  const left = judged(2, 4, [1, 1, 0, 0, 1, 1, 0, 3]);

  it('worked by hand: patches go by their sums', async () => {
    const [morf] = await regionPerturbation(two, [left], { replace, side: 2 });
    expect(morf).toEqual({ drops: [6, 10], aopc: 16 / 3 });
    const [lerf] = await regionPerturbation(two, [left], { replace, side: 2, order: 'lerf', regions: 1 });
    expect(lerf).toEqual({ drops: [4], aopc: 2 });
    const [curve] = await selectivity(two, [left], { replace, side: 2 });
    expect(curve!.points).toEqual([
      { share: 0, score: 10 },
      { share: 0.5, score: 4 },
      { share: 1, score: 0 },
    ]);
    expect(curve!.area).toBe((10 / 2 + 4) / 2);
    const [theirs] = await selectivity(two, [left], { replace, side: 2, definition: 'quantus' });
    expect(theirs).toMatchObject({ points: [{ score: 4 }, { score: 0 }], area: 2 });
  });

  it('cuts the image from its upper left corner: the last patches are smaller', async () => {
    const [found] = await regionPerturbation(ones, [right], { replace: black, side: 3 });
    expect(found!.drops).toEqual([9, 10]);
  });

  it('says what cannot be', async () => {
    await expect(regionPerturbation(two, [left], { replace, side: 2, regions: 3 })).rejects.toThrow(
      'There are 2 patches of 2 x 2 pixels, fewer than the 3 to be replaced',
    );
    await expect(selectivity(two, [left], { replace, side: 4 })).rejects.toMatchObject({ tag: 'metric-settings' });
  });
});

describe('irof', () => {
  /** Segments {0, 2} and {1, 3}; the image's mean is 2, so that what changes is its own variation. */
  const segments = [{ count: 2, labels: Int32Array.of(0, 1, 0, 1) }];
  const subject = subjectOf(row, [[4, 2, 2, 0]], linear([1, 1, 1, 3]));

  it('worked by hand: 8, then 6, then 12, of 8', async () => {
    const first = judged(1, 4, [5, 1, 5, 1]);
    expect(await irof(subject, [first], { segments })).toEqual([1 - (1 / 2 + 6 / 8 + 12 / 8 / 2) / 2]);
    expect(await irof(subject, [first], { segments, definition: 'quantus' })).toEqual([2 - (6 / 8 + 12 / 8) / 2]);
  });

  it('orders segments by their means, not their sums', async () => {
    const uneven = [{ count: 2, labels: Int32Array.of(0, 0, 0, 1) }];
    const [found] = await irof(subject, [judged(1, 4, [1, 1, 1, 2])], { segments: uneven, replace: black });
    // Black: the one pixel goes first, and it is black already.
    expect(found).toBe(1 - (1 / 2 + 8 / 8 + 0) / 2);
  });

  it('says what cannot be', async () => {
    const one = [{ count: 1, labels: Int32Array.of(0, 0, 0, 0) }];
    await expect(irof(subject, [right], { segments: one })).rejects.toThrow('Image 0 is one segment');
    await expect(irof(subject, [right], { segments: [] })).rejects.toThrow('There are no segments of image 0');
  });
});

describe('effectiveComplexity', () => {
  it('worked by hand: the fewest pixels that keep 10 within the tolerance, whatever the scale and sign of the map', async () => {
    const maps = [right, judged(1, 4, [-90, 50, 30, -20]), wrong];
    const found = (tolerance: number) => effectiveComplexity(ones, maps, { replace: black, tolerance });
    expect(await found(3)).toEqual([2, 2, 4]);
    expect(await found(1)).toEqual([3, 3, 4]);
    expect(await found(0)).toEqual([4, 4, 4]);
  });
});

describe('the engine', () => {
  it('fills batches across images and maps, and asks for plans only as it needs them', async () => {
    const sizes: number[] = [];
    const input = layoutOf(1, 2);
    const subject = subjectOf(
      input,
      [
        [1, 2],
        [3, 4],
      ],
      linear([1, 1]),
    );
    const counting = {
      ...subject.scorer,
      score: (images: typeof subject.images, of: readonly number[]) => {
        sizes.push(images.dims[0]!);
        return subject.scorer.score(images, of);
      },
    };
    await pixelFlipping(
      { ...subject, scorer: counting },
      [judged(1, 2, [0, 1]), judged(1, 2, [1, 0], 1), judged(1, 2, [0, 2], 1)],
      { replace: byConstant(input, 0) },
    );
    expect(sizes).toEqual([3, 3, 3]);
    let asked = 0;
    function* plans() {
      for (;;) {
        asked++;
        yield { image: 0, change: () => {} };
      }
    }
    for await (const { score } of scored(subject, plans())) {
      expect(score).toBe(3);
      break;
    }
    expect(asked).toBe(3);
  });

  it('replaces by the mean of each colour', async () => {
    const input = layoutOf(1, 2, 2);
    const image = Float32Array.of(1, 3, 10, 20);
    byMeanColour(input)(image, Int32Array.of(1));
    expect([...image]).toEqual([1, 2, 10, 15]);
  });

  it('leaves the images as they were, and gives NaN where the model does', async () => {
    const subject = subjectOf(row, [[1, 1, 1, 1]], (x) => (x[0] === 0 ? Number.NaN : 1));
    const [curve] = await pixelFlipping(subject, [right], { replace: black });
    expect(scores(curve!)).toEqual([1, Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
    expect([...subject.images.data]).toEqual([1, 1, 1, 1]);
  });

  it.each([
    ['NaN', [1, 2, Number.NaN, 0], 'value NaN at pixel 2 is not a finite number'],
    ['constant', [2, 2, 2, 2], 'is 2 everywhere and puts no pixel before another'],
    ['of another size', [1, 2], 'of 1 x 2 cells, but the image has 1 x 4 pixels'],
  ])('refuses a map that is %s', async (_, values, message) => {
    const bad = pixelFlipping(ones, [judged(1, values.length, values)], { replace: black });
    await expect(bad).rejects.toMatchObject({ tag: 'unmeasurable-map', message: expect.stringContaining(message) });
  });

  it('refuses images that there are not, and scorers that count wrong', async () => {
    const elsewhere = pixelFlipping(ones, [{ ...right, image: 1 }], { replace: black });
    await expect(elsewhere).rejects.toThrow('There is no image 1');
    const scorer = { score: async () => new Float32Array(1), batchSize: 2 };
    await expect(pixelFlipping({ ...ones, scorer }, [right], { replace: black })).rejects.toThrow(
      'gave 1 scores for 2 images',
    );
  });
});
