import { describe, expect, it } from 'vitest';
import { explanationSensitivity, type MapMaker } from '../../../src/faithfulness/metrics/explanationSensitivity.ts';
import { float32 } from '../../../src/onnx/tensor.ts';

const images = float32([2, 1, 1, 3], [1, 2, 2, 4, 0, 3]);
/** Maps a + b x of images x of three pixels. */
const affine = (a: number, b: number, batchSize = 4): MapMaker => ({
  explain: async ({ data }, of) => of.map((_, k) => data.slice(k * 3, k * 3 + 3).map((value) => a + b * value)),
  batchSize,
});

describe('explanationSensitivity', () => {
  it('is 0 for a map that does not change, and grows with slope and radius', async () => {
    const of = (b: number, radius: number) => explanationSensitivity(images, affine(1, b), { radius });
    expect(await of(0, 0.5)).toEqual([
      { max: 0, average: 0 },
      { max: 0, average: 0 },
    ]);
    const [once, twice] = [(await of(1, 0.1))[0]!, (await of(2, 0.2))[0]!];
    expect(twice.max).toBeCloseTo(4 * once.max, 4);
    expect(twice.average).toBeCloseTo(4 * once.average, 4);
  });

  it('of the map x, worked by hand: at most r sqrt(3), and r on average in the square', async () => {
    const [found] = await explanationSensitivity(images, affine(0, 1), { radius: 0.1, samples: 2000 });
    expect(found!.max).toBeLessThanOrEqual(0.1 * Math.sqrt(3) + 1e-6);
    expect(found!.max).toBeGreaterThan(0.16);
    // The mean distance from the middle of a cube of side 2 to its points is 0.9603.
    expect(found!.average).toBeCloseTo(0.096, 2);
  });

  it('relative is a share of the length of the own map', async () => {
    const settings = { radius: 0.1, samples: 5 };
    const plain = await explanationSensitivity(images, affine(0, 1), settings);
    const shares = await explanationSensitivity(images, affine(0, 1), { ...settings, relative: true });
    // || 1, 2, 2 || = 3 and || 4, 0, 3 || = 5.
    expect(shares[0]!.max).toBeCloseTo(plain[0]!.max / 3, 6);
    expect(shares[1]!.average).toBeCloseTo(plain[1]!.average / 5, 6);
  });

  it('does not depend on the batch, and is what a slow version finds, one neighbour at a time', async () => {
    const settings = { radius: 0.3, samples: 7, seed: 5 };
    const found = await explanationSensitivity(images, affine(1, 2), settings);
    expect(await explanationSensitivity(images, affine(1, 2, 1), settings)).toEqual(found);
    const seen: { image: number; x: number[] }[] = [];
    const watching: MapMaker = {
      batchSize: 1,
      explain: async ({ data }, [image]) => {
        seen.push({ image: image!, x: [...data] });
        return [data.slice()];
      },
    };
    await explanationSensitivity(images, watching, settings);
    for (const image of [0, 1]) {
      const [own, ...others] = seen.filter((one) => one.image === image).map(({ x }) => x);
      const lengths = others.map((x) => Math.hypot(...x.map((value, i) => 2 * (value - own![i]!))));
      expect(others.length).toBe(7);
      expect(others.flat().every((value, i) => Math.abs(value - own![i % 3]!) <= 0.3 + 1e-6)).toBe(true);
      expect(found[image]!.max).toBeCloseTo(Math.max(...lengths), 5);
      expect(found[image]!.average).toBeCloseTo(lengths.reduce((s, v) => s + v, 0) / 7, 5);
    }
  });

  it('says what cannot be', async () => {
    const zero = explanationSensitivity(images, affine(0, 0), { radius: 0.1, relative: true });
    await expect(zero).rejects.toThrow('The map of image 0 is 0 everywhere');
    const nan = explanationSensitivity(images, affine(Number.NaN, 0), { radius: 0.1 });
    await expect(nan).rejects.toMatchObject({ tag: 'unmeasurable-map' });
    const few = explanationSensitivity(images, { explain: async () => [], batchSize: 4 }, { radius: 0.1 });
    await expect(few).rejects.toThrow('gave 0 maps for 4 images');
    await expect(explanationSensitivity(images, affine(0, 1), { radius: 0 })).rejects.toThrow('The radius is 0');
  });
});
