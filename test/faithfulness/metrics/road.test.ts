import { describe, expect, it } from 'vitest';
import { noisyLinearImputation } from '../../../src/faithfulness/metrics/noisyLinearImputation.ts';
import { road } from '../../../src/faithfulness/metrics/road.ts';
import { judged, layoutOf, linear, scattered, subjectOf } from './linearSubject.ts';

/** The same by Gaussian elimination on the whole matrix, one pixel at a time as the definition has it. */
function eliminated(width: number, image: readonly number[], removed: readonly number[]): number[] {
  const matrix = removed.map((pixel) => {
    const row = new Array(removed.length + 1).fill(0);
    const [y, x] = [Math.floor(pixel / width), pixel % width];
    for (let other = 0; other < image.length; other++) {
      const [dy, dx] = [Math.abs(Math.floor(other / width) - y), Math.abs((other % width) - x)];
      if (dy > 1 || dx > 1 || dy + dx === 0) continue;
      const weight = dy + dx === 1 ? 1 / 6 : 1 / 12;
      row[removed.indexOf(pixel)] += weight;
      if (removed.includes(other)) row[removed.indexOf(other)] -= weight;
      else row[removed.length] += weight * image[other]!;
    }
    return row;
  });
  for (let i = 0; i < matrix.length; i++) {
    for (let k = 0; k < matrix.length; k++) {
      if (k === i) continue;
      const factor = matrix[k]![i] / matrix[i]![i];
      matrix[k] = matrix[k]!.map((value, column) => value - factor * matrix[i]![column]);
    }
  }
  const filled = [...image];
  for (const [i, pixel] of removed.entries()) filled[pixel] = matrix[i]![removed.length] / matrix[i]![i];
  return filled;
}

const impute = (height: number, width: number, image: readonly number[], removed: readonly number[]) => {
  const row = Float32Array.from(image);
  noisyLinearImputation(layoutOf(height, width), { noise: 0 })(row, Int32Array.from(removed));
  return row;
};

describe('noisyLinearImputation', () => {
  it('worked by hand: in the middle, at a corner, and two that lean on each other', () => {
    // Sides 12, 0, 0, 6 and corners 0, 24, 0, 0: 12/6 + 6/6 + 24/12.
    expect(impute(3, 3, [0, 12, 24, 0, 99, 0, 0, 6, 0], [4])[4]).toBeCloseTo(5, 6);
    // A corner has two sides and one corner: (6/6 + 12/6 + 24/12) / (1/6 + 1/6 + 1/12).
    expect(impute(2, 2, [99, 6, 12, 24], [0])[0]).toBeCloseTo(5 / (5 / 12), 5);
    // In a row of four, both lean on one kept pixel and one another: a third and two thirds of the way.
    const [, a, b] = impute(1, 4, [0, 99, 99, 9], [1, 2]);
    expect([a, b]).toEqual([expect.closeTo(3, 5), expect.closeTo(6, 5)]);
  });

  it('against elimination on the whole matrix, also where all but one pixel is gone', () => {
    const image = scattered(42, 3);
    const order = [...image.keys()].sort((a, b) => ((a * 29) % 42) - ((b * 29) % 42));
    for (const count of [1, 10, 30, 41]) {
      const [ours, slow] = [impute(6, 7, image, order.slice(0, count)), eliminated(7, image, order.slice(0, count))];
      for (const [pixel, value] of slow.entries()) expect(ours[pixel]).toBeCloseTo(value, 5);
    }
  });

  it('solves each colour for itself, in both layouts, and leaves kept pixels alone', () => {
    for (const layout of ['NCHW', 'NHWC'] as const) {
      const at = (pixel: number, c: number) => (layout === 'NCHW' ? c * 9 + pixel : pixel * 2 + c);
      const row = Float32Array.from(scattered(18, 4));
      const before = row.slice();
      noisyLinearImputation({ ...layoutOf(3, 3, 2), layout }, { noise: 0 })(row, Int32Array.of(1, 4));
      for (const c of [0, 1]) {
        const channel = Array.from({ length: 9 }, (_, pixel) => before[at(pixel, c)]!);
        for (const [pixel, value] of eliminated(3, channel, [1, 4]).entries()) {
          if (pixel === 1 || pixel === 4) expect(row[at(pixel, c)]).toBeCloseTo(value, 5);
          else expect(row[at(pixel, c)]).toBe(before[at(pixel, c)]);
        }
      }
    }
  });

  it('adds noise of the deviation asked for, the same for the same seed', () => {
    const removed = Int32Array.from({ length: 899 }, (_, i) => i);
    const filled = (seed: number) => {
      const row = new Float32Array(900).fill(3);
      noisyLinearImputation(layoutOf(30, 30), { noise: 0.2, seed })(row, removed);
      return row;
    };
    const row = filled(1);
    const deviation = Math.sqrt(row.subarray(0, 899).reduce((s, v) => s + (v - 3) ** 2, 0) / 899);
    // Four standard errors of a standard deviation of 899 numbers.
    expect(Math.abs(deviation / 0.2 - 1)).toBeLessThan(4 / Math.sqrt(2 * 899));
    expect(filled(1)).toEqual(row);
    expect(filled(2)).not.toEqual(row);
  });

  it('cannot impute from nothing', () => {
    expect(() => impute(1, 3, [1, 2, 3], [0, 1, 2])).toThrow('All pixels are removed');
  });
});

describe('road', () => {
  const subject = subjectOf(layoutOf(1, 4), [[0, 6, 6, 9]], linear([1, 1, 1, 1]));
  const map = judged(1, 4, [0, 3, 2, 0]);

  it('worked by hand: half of the pixels, the strongest or the weakest', async () => {
    const [morf] = await road(subject, [map], { shares: [0, 0.5], noise: 0 });
    expect(morf!.scores).toEqual([21, expect.closeTo(18, 5)]);
    expect(morf!.mean).toBeCloseTo(19.5, 5);
    const [lerf] = await road(subject, [map], { shares: [0.5], noise: 0, order: 'lerf' });
    expect(lerf!.scores).toEqual([expect.closeTo(24, 5)]);
  });

  it('gives a map the same score whichever others are judged with it', async () => {
    const [alone] = await road(subject, [map], { shares: [0.5], noise: 1 });
    const [, second] = await road(subject, [judged(1, 4, [1, 0, 0, 2]), map], { shares: [0.5], noise: 1 });
    expect(second).toEqual(alone);
  });

  it('removes whole pixels, and not all', async () => {
    const hundred = subjectOf(
      layoutOf(10, 10),
      [scattered(100).map((v, i) => (i === 28 ? 1000 : v))],
      linear(new Array(100).fill(1)),
    );
    const ranks = judged(
      10,
      10,
      Array.from({ length: 100 }, (_, i) => -i),
    );
    const [found] = await road(hundred, [ranks], { shares: [0.28, 0.29], noise: 0 });
    // The 29th pixel, which is 1,000, goes with 0.29 of 100, though that is 28.999999999999996.
    expect(found!.scores[0]! - found!.scores[1]!).toBeGreaterThan(500);
    await expect(road(subject, [map], { shares: [0.5, 1] })).rejects.toThrow('Of the pixels 1 would be removed');
  });
});
