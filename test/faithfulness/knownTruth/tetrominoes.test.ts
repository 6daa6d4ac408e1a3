import { describe, expect, it } from 'vitest';
import { smoothed } from '../../../src/faithfulness/knownTruth/gaussianFilter.ts';
import { split } from '../../../src/faithfulness/knownTruth/maskedImages.ts';
import { backgrounds, scenarios, tetrominoes } from '../../../src/faithfulness/knownTruth/tetrominoes.ts';
import { fillWithNormals } from '../../../src/random/normal.ts';
import { random } from '../../../src/random/random.ts';

const count = 40;
const pairs = scenarios.flatMap((scenario) => backgrounds.map((background) => ({ scenario, background })));

/** t at (1, 1) and l at (4, 5), as pictures. */
const fixedPlaces = `
........
.t......
.tt.....
.t......
.....l..
.....l..
.....ll.
........`;
const placesOf = (letter: string) => [...fixedPlaces.replaceAll('\n', '')].map((c) => (c === letter ? 1 : 0) as number);
const [tee, ell] = [placesOf('t'), placesOf('l')];
const both = tee.map((value, i) => value + ell[i]!);

const norm = (values: readonly number[]) => Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0));
const imageOf = (data: ArrayLike<number>, i: number) => Array.from({ length: 64 }, (_, p) => data[i * 64 + p]!);

/** White noise after no other random numbers: the fixed patterns draw none. */
function noiseOf(seed: number): number[] {
  const drawn = new Float32Array(count * 64);
  fillWithNormals(drawn, random(seed));
  return Array.from(drawn, (value) => 0.5 * value);
}

/** Gaussian smoothing as a sum over the plane that the image's mirror images cover. */
function slowlySmoothed(image: readonly number[]): number[] {
  const mirror = (at: number): number => (at < 0 ? mirror(-1 - at) : at > 7 ? mirror(15 - at) : at);
  const weight = (d: number) => (Math.abs(d) > 12 ? 0 : Math.exp((-d * d) / 18));
  const total = Array.from({ length: 25 }, (_, i) => weight(i - 12)).reduce((a, b) => a + b) ** 2;
  return image.map((_, pixel) => {
    let sum = 0;
    for (let dy = -12; dy <= 12; dy++) {
      for (let dx = -12; dx <= 12; dx++) {
        const [y, x] = [mirror(Math.floor(pixel / 8) + dy), mirror((pixel % 8) + dx)];
        sum += weight(dy) * weight(dx) * image[8 * y + x]!;
      }
    }
    return sum / total;
  });
}

describe('tetrominoes', () => {
  it.each([
    { scenario: 'linear', background: 'white', alpha: 0.18 },
    { scenario: 'linear', background: 'correlated', alpha: 0.0125 },
    { scenario: 'multiplicative', background: 'white', alpha: 0.7 },
    { scenario: 'multiplicative', background: 'correlated', alpha: 0.1 },
    { scenario: 'xor', background: 'white', alpha: 0.35 },
    { scenario: 'xor', background: 'correlated', alpha: 0.15 },
  ] as const)('are $alpha pattern: $scenario, $background', ({ scenario, background, alpha }) => {
    const set = tetrominoes(scenario, background, 3, count);
    const white = noiseOf(3);
    const b =
      background === 'white'
        ? white
        : Array.from({ length: count }, (_, i) => slowlySmoothed(imageOf(white, i))).flat();
    const patterns = Array.from({ length: count }, (_, i) => {
      if (scenario !== 'xor') return i % 2 === 0 ? tee : ell;
      const [t, l] = [
        [1, 1],
        [1, -1],
        [-1, -1],
        [-1, 1],
      ][i % 4]!;
      return both.map((_, p) => t! * tee[p]! + l! * ell[p]!);
    });
    const p = patterns.flat().map((value) => (scenario === 'multiplicative' ? 1 - alpha * value : value));
    const [pNorm, bNorm] = [norm(p), norm(b)];
    const x = p.map((value, i) =>
      scenario === 'multiplicative'
        ? (value / pNorm) * (b[i]! / bNorm)
        : (alpha * value) / pNorm + ((1 - alpha) * b[i]!) / bNorm,
    );
    const most = Math.max(...x.map(Math.abs));
    expect(Math.max(...x.map((value, i) => Math.abs(value / most - set.images.data[i]!)))).toBeLessThan(1e-6);
    expect(imageOf(set.masks, 17)).toEqual(both);
  });

  it('moves and turns one tetromino, with its own mask', () => {
    const { images, masks, labels } = tetrominoes('translations and rotations', 'white', 1, 800);
    const seen = new Map<string, number>();
    labels.forEach((label, i) => {
      const places = imageOf(masks, i).flatMap((value, pixel) => (value === 1 ? [pixel] : []));
      expect(places).toHaveLength(4);
      const [top, left] = [Math.min(...places.map((p) => p >> 3)), Math.min(...places.map((p) => p % 8))];
      const shape = places.map((p) => `${(p >> 3) - top}${(p % 8) - left}`).join(' ');
      seen.set(`${label} ${shape}`, (seen.get(`${label} ${shape}`) ?? 0) + 1);
    });
    expect([...seen.keys()].sort()).toEqual([
      '0 00 01 02 11',
      '0 00 10 11 20',
      '0 01 10 11 12',
      '0 01 10 11 21',
      '1 00 01 02 10',
      '1 00 01 11 21',
      '1 00 10 20 21',
      '1 02 10 11 12',
    ]);
    for (const times of seen.values()) expect(times).toBeGreaterThan(70);
    // 42 places for an upright and 42 for a lying shape: every pixel but the corners' is met often.
    const covered = Array.from({ length: 64 }, (_, p) => labels.filter((_, i) => masks[i * 64 + p] === 1).length);
    expect(Math.min(...covered)).toBeGreaterThan(0);
    const mean = (where: 0 | 1) => {
      const found = [...images.data].filter((_, i) => masks[i] === where);
      return found.reduce((sum, value) => sum + value, 0) / found.length;
    };
    // alpha / (2 sqrt n) against noise of mean 0.
    expect(mean(1)).toBeGreaterThan(0.2);
    expect(Math.abs(mean(0))).toBeLessThan(0.01);
  });

  it.each(pairs)('are balanced, within [-1, 1], and the same bytes for a seed: $scenario, $background', (pair) => {
    const make = (seed: number) => tetrominoes(pair.scenario, pair.background, seed, count);
    const set = make(7);
    expect(Math.max(...set.images.data.map(Math.abs))).toBe(1);
    expect(make(7)).toEqual(set);
    expect(make(8).images.data).not.toEqual(set.images.data);
    const parts = split(set);
    expect([parts.training.count, parts.validation.count, parts.test.count]).toEqual([32, 4, 4]);
    for (const { labels, count: n, masks, images } of Object.values(parts)) {
      expect(labels.filter((label: number) => label === 1)).toHaveLength(n / 2);
      expect(masks).toHaveLength(64 * n);
      expect(images.data).toHaveLength(64 * n);
    }
    expect([...parts.test.images.data]).toEqual([...set.images.data.slice(36 * 64)]);
  });

  it('shows both signs of both classes equally often in every part of xor', () => {
    const { test } = split(tetrominoes('xor', 'correlated', 2, 400));
    const signs = [...test.labels].map((label, i) => {
      const x = imageOf(test.images.data, i);
      // Against the smooth background, a pixel of the pattern stands out from the one beside it.
      return `${label} ${Math.sign(x[9]! - x[8]!)} ${Math.sign(x[37]! - x[36]!)}`;
    });
    expect(signs.filter((sign) => sign === '0 1 1')).toHaveLength(10);
    expect(signs.filter((sign) => sign === '0 -1 -1')).toHaveLength(10);
    expect(signs.filter((sign) => sign === '1 1 -1')).toHaveLength(10);
    expect(signs.filter((sign) => sign === '1 -1 1')).toHaveLength(10);
  });

  it('smooths as a sum over mirror images does, and keeps the mean', () => {
    const image = Float64Array.from({ length: 64 }, (_, i) => ((i * 37) % 64) / 64);
    const smooth = smoothed(image, 8, 3);
    const slow = slowlySmoothed([...image]);
    expect(Math.max(...smooth.map((value, i) => Math.abs(value - slow[i]!)))).toBeLessThan(1e-14);
    expect(smooth.reduce((a, b) => a + b)).toBeCloseTo(
      image.reduce((a, b) => a + b),
      12,
    );
  });

  it('refuses a count that does not split evenly', () => {
    expect(() => tetrominoes('linear', 'white', 0, 100)).toThrow('multiple of 40');
  });
});
