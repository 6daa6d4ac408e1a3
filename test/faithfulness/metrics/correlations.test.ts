import { describe, expect, it } from 'vitest';
import { completeness } from '../../../src/faithfulness/metrics/completeness.ts';
import { faithfulnessCorrelation } from '../../../src/faithfulness/metrics/faithfulnessCorrelation.ts';
import { faithfulnessEstimate } from '../../../src/faithfulness/metrics/faithfulnessEstimate.ts';
import { infidelity } from '../../../src/faithfulness/metrics/infidelity.ts';
import { byConstant, byImage } from '../../../src/faithfulness/metrics/replacement.ts';
import { sensitivityN, stepwiseSensitivity } from '../../../src/faithfulness/metrics/sensitivityN.ts';
import { judged, layoutOf, linear, scattered, subjectOf } from './linearSubject.ts';

const row = layoutOf(1, 4);
const black = byConstant(row, 0);
/** x = 1, 2, 3, 4 and w = 4, 3, 2, 1: the contributions w x are 4, 6, 6, 4. */
const subject = subjectOf(row, [[1, 2, 3, 4]], linear([4, 3, 2, 1]));
const contributions = judged(1, 4, [4, 6, 6, 4]);

/** Pearson's correlation as in a textbook, from the standard scores. */
function textbookCorrelation(a: readonly number[], b: readonly number[]): number {
  const standard = (values: readonly number[]) => {
    const mean = values.reduce((s, v) => s + v, 0) / values.length;
    const deviation = Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / values.length);
    return values.map((v) => (v - mean) / deviation);
  };
  const [za, zb] = [standard(a), standard(b)];
  return za.reduce((sum, z, i) => sum + z * zb[i]!, 0) / a.length;
}

/** A score with interactions of an image of 3 x 3, and every subset of its pixels. */
const nine = layoutOf(3, 3);
const f = (x: Float32Array) => x[0]! * x[4]! + Math.tanh(x[1]! + x[8]!) + x[2]! * 0.5 - x[3]! * x[5]! * x[6]!;
const images = [scattered(9, 2), scattered(9, 3)];
const without = (image: readonly number[], pixels: readonly number[]) =>
  Math.fround(f(Float32Array.from(image, (value, i) => (pixels.includes(i) ? 0 : value))));
const subsetsOf = (size: number) =>
  Array.from({ length: 512 }, (_, bits) => [...Array(9).keys()].filter((i) => (bits >> i) & 1)).filter(
    (pixels) => pixels.length === size,
  );
const sumOf = (values: Float32Array, pixels: readonly number[]) => pixels.reduce((s, i) => s + values[i]!, 0);

describe('faithfulnessEstimate', () => {
  it('worked by hand: contributions are 1, their order turned round -1, half of it right between', async () => {
    const maps = [contributions, judged(1, 4, [-4, -6, -6, -4]), judged(1, 4, [4, 4, 6, 4])];
    const [right, wrong, half] = await faithfulnessEstimate(subject, maps, { replace: black });
    expect(right).toBeCloseTo(1, 6);
    expect(wrong).toBeCloseTo(-1, 6);
    // Sums 4, 4, 6, 4 (mean 4.5) against drops 4, 6, 6, 4 (mean 5): 2 / sqrt(3 * 4).
    expect(half).toBeCloseTo(2 / Math.sqrt(12), 6);
  });

  it('takes pixels together by the order of the map', async () => {
    // Order 1, 2, 0, 3: groups {1, 2}, {0, 3} drop 12 and 8, and sum to 12 and 8.
    expect(await faithfulnessEstimate(subject, [contributions], { replace: black, pixelsPerStep: 2 })).toEqual([1]);
  });
});

describe('faithfulnessCorrelation and sensitivityN', () => {
  it('are near the correlation over all subsets, which a slow version takes', async () => {
    const subjectOfTwo = subjectOf(nine, images, f, 64);
    const maps = [0, 1, 1].map((image, k) => judged(3, 3, scattered(9, 5 + k), image));
    const settings = { replace: byConstant(nine, 0), samples: 4000 };
    const found = await faithfulnessCorrelation(subjectOfTwo, maps, { ...settings, subsetSize: 3 });
    const bySize = await sensitivityN(subjectOfTwo, maps, { ...settings, sizes: [3, 5] });
    for (const [k, { image, map }] of maps.entries()) {
      const exact = (size: number) => {
        const all = subsetsOf(size);
        return textbookCorrelation(
          all.map((pixels) => sumOf(map.values, pixels)),
          all.map((pixels) => f(Float32Array.from(images[image]!)) - without(images[image]!, pixels)),
        );
      };
      // Four standard errors of a correlation of 4,000 pairs.
      const near = (value: number, size: number) =>
        expect(Math.abs(value - exact(size))).toBeLessThan(4 / Math.sqrt(4000));
      near(found[k]!, 3);
      near(bySize[k]!.bySize[0]!.correlation, 3);
      near(bySize[k]!.bySize[1]!.correlation, 5);
      expect(bySize[k]!.mean).toBeCloseTo(
        (bySize[k]!.bySize[0]!.correlation + bySize[k]!.bySize[1]!.correlation) / 2,
        9,
      );
    }
  });

  it('give contributions of a linear score 1 for every n, and the same maps the same number on the same subsets', async () => {
    const [first, second] = await sensitivityN(subject, [contributions, contributions], {
      replace: black,
      samples: 50,
    });
    expect(first!.bySize.map(({ n }) => n)).toEqual([1, 2, 3]);
    for (const { correlation } of first!.bySize) expect(correlation).toBeCloseTo(1, 6);
    expect(second).toEqual(first);
  });

  it('do not depend on the batch or on the other images, only on the seed', async () => {
    const replace = byConstant(nine, 0);
    const maps = images.map((_, image) => judged(3, 3, scattered(9, 7), image));
    const run = (batch: number, seed: number, which = maps) =>
      faithfulnessCorrelation(subjectOf(nine, images, f, batch), which, { replace, subsetSize: 2, samples: 20, seed });
    const all = await run(5, 0);
    expect(await run(64, 0)).toEqual(all);
    expect(await run(64, 0, maps.slice(1))).toEqual(all.slice(1));
    expect(await run(64, 1)).not.toEqual(all);
  });

  it('say what cannot be', async () => {
    const corr = (subsetSize: number) =>
      faithfulnessCorrelation(subject, [contributions], { replace: black, subsetSize });
    await expect(corr(4)).rejects.toThrow('The size of a subset is 4: give a whole number from 1 to 3.');
    await expect(sensitivityN(subject, [contributions], { replace: black, sizes: [] })).rejects.toMatchObject({
      tag: 'metric-settings',
    });
    const flat = subjectOf(row, [[1, 2, 3, 4]], () => 1);
    expect(await faithfulnessCorrelation(flat, [contributions], { replace: black, subsetSize: 2 })).toEqual([
      Number.NaN,
    ]);
  });

  it("Quantus' sensitivity-n correlates over images, each step's own sum with the whole drop: by hand", async () => {
    const three = subjectOf(
      row,
      [
        [1, 2, 3, 4],
        [1, 1, 1, 1],
        [2, 0, 0, 0],
      ],
      linear([4, 3, 2, 1]),
    );
    const maps = [contributions, judged(1, 4, [4, 3, 2, 1], 1), judged(1, 4, [8, 0, 0, 1], 2)];
    const found = await stepwiseSensitivity(three, maps, { replace: black, most: 0.5 });
    // Step 1: sums 6, 4, 8 and drops 6, 4, 8. Step 2: sums 6, 3, 1 and drops up to then 12, 7, 8.
    expect(found.length).toBe(2);
    expect(found[0]).toBeCloseTo(1, 6);
    expect(found[1]).toBeCloseTo(textbookCorrelation([6, 3, 1], [12, 7, 8]), 6);
    await expect(stepwiseSensitivity(three, maps.slice(1, 2), { replace: black })).rejects.toThrow('two or more');
  });
});

describe('infidelity', () => {
  const slopes = Float32Array.of(4, 3, 2, 1);
  const noise = { kind: 'noise', deviation: 0.3 } as const;
  const map = { image: 0, values: slopes };

  it('is 0 for the slopes of a linear score, whatever is taken', async () => {
    for (const perturbation of [noise, { kind: 'squares', side: 1, replace: black } as const]) {
      expect((await infidelity(subject, [map], { perturbation }))[0]).toBeLessThan(1e-8);
    }
  });

  it('worked by hand: one square of the grid after the other, as Quantus has it', async () => {
    // Taken: 1, 3, 6, 10 of the image; the score falls by 4, 10, 16, 20; a map of ones says 1, 3, 6, 10.
    const perturbation = { kind: 'cumulativeSquares', side: 1, replace: black } as const;
    const settings = { perturbation, samples: 2 };
    const unit = { image: 0, values: Float32Array.of(1, 1, 1, 1) };
    expect(await infidelity(subject, [unit], settings)).toEqual([(3 ** 2 + 7 ** 2 + 10 ** 2 + 10 ** 2) / 4]);
    // The best factor is (4 + 30 + 96 + 200) / (1 + 9 + 36 + 100).
    const b = 330 / 146;
    const best = [1, 3, 6, 10].map((p, i) => (b * p - [4, 10, 16, 20][i]!) ** 2).reduce((s, v) => s + v, 0) / 4;
    expect((await infidelity(subject, [unit], { ...settings, scaled: true }))[0]).toBeCloseTo(best, 9);
  });

  it('of a map that is wrong by d, with noise, is the variance of the noise times |d|^2', async () => {
    const wrong = { image: 0, values: slopes.map((v, i) => v + [1, 0, -2, 0][i]!) };
    const [found] = await infidelity(subject, [wrong], { perturbation: noise, samples: 4000 });
    // A mean of squares of normal numbers has the relative standard error sqrt(2 / 4000): four of them.
    expect(Math.abs(found! / (0.09 * 5) - 1)).toBeLessThan(4 * Math.sqrt(2 / 4000));
  });

  it('with squares is near the mean over every place, which a slow version takes', async () => {
    const square = { kind: 'squares', side: 2, replace: byImage(nine, Float32Array.from(scattered(9, 8))) } as const;
    const values = Float32Array.from(scattered(9, 5));
    const [found] = await infidelity(subjectOf(nine, images, f, 64), [{ image: 1, values }], {
      perturbation: square,
      samples: 4000,
    });
    const x = Float32Array.from(images[1]!);
    const losses = [0, 1, 3, 4].map((corner) => {
      const changed = x.slice();
      for (const pixel of [corner, corner + 1, corner + 3, corner + 4])
        changed[pixel] = Math.fround(scattered(9, 8)[pixel]!);
      return (x.reduce((s, v, i) => s + (v - changed[i]!) * values[i]!, 0) - (f(x) - f(changed))) ** 2;
    });
    const mean = losses.reduce((s, v) => s + v, 0) / 4;
    const deviation = Math.sqrt(losses.reduce((s, v) => s + (v - mean) ** 2, 0) / 4);
    expect(Math.abs(found! - mean)).toBeLessThan((4 * deviation) / Math.sqrt(4000));
  });

  it('reads one value a pixel as that of all its channels', async () => {
    for (const layout of ['NCHW', 'NHWC'] as const) {
      const input = { ...layoutOf(1, 2, 2), layout };
      const weights = layout === 'NCHW' ? [1, 2, 1, 2] : [1, 1, 2, 2];
      const colours = subjectOf(input, [[1, 2, 3, 4]], linear(weights));
      const maps = [Float32Array.of(1, 2), Float32Array.from(weights)].map((values) => ({ image: 0, values }));
      for (const value of await infidelity(colours, maps, { perturbation: noise })) expect(value).toBeLessThan(1e-8);
    }
  });

  it('says what cannot be', async () => {
    const short = infidelity(subject, [{ image: 0, values: Float32Array.of(1, 2) }], { perturbation: noise });
    await expect(short).rejects.toThrow('The map has 2 values, but the image has 4 pixels of 1 channels');
    const bad = infidelity(subject, [{ image: 0, values: Float32Array.of(1, 2, Number.NaN, 0) }], {
      perturbation: noise,
    });
    await expect(bad).rejects.toMatchObject({ tag: 'unmeasurable-map' });
    const still = infidelity(subject, [map], { perturbation: { kind: 'noise', deviation: 0 } });
    await expect(still).rejects.toMatchObject({ tag: 'metric-settings' });
  });
});

describe('completeness', () => {
  it('worked by hand: 20 to share out from black, 10 from ones', async () => {
    const maps = [contributions, judged(1, 4, [4, 6, 6, 4.1]), judged(1, 4, [4, 6, 6, 5])];
    const found = await completeness(subject, maps, { replace: black });
    expect(found.map(({ holds }) => holds)).toEqual([true, true, false]);
    expect(found[2]).toEqual({ gap: 1, share: 0.05, holds: false });
    expect((await completeness(subject, maps, { replace: black, tolerance: 0 })).map(({ holds }) => holds)).toEqual([
      true,
      false,
      false,
    ]);
    const [fromOnes] = await completeness(subject, [contributions], { replace: byConstant(row, 1) });
    expect(fromOnes).toEqual({ gap: 10, share: 1, holds: false });
  });
});
