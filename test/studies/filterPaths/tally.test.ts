import { describe, expect, it } from 'vitest';
import { float32 } from '../../../src/onnx/tensor.ts';
import { gini, ranked, sameSets, tallyOf } from '../../../src/studies/filterPaths/tally.ts';

describe('the tally of winning units', () => {
  const parts = float32([4, 3], [3, 1, -1, 2, 2, 0, -5, -1, -2, 0, 0, 4]);

  it('counts each image’s largest part, the first of equals, also where all are negative', () => {
    expect(tallyOf(parts).wins).toEqual([2, 1, 1]);
  });

  it('has no winner of an image to which nothing brings anything', () => {
    expect(tallyOf(float32([2, 2], [0, 0, 0, 1])).wins).toEqual([0, 1]);
  });

  it('has the mean part, and the mean share of the sum of sizes', () => {
    const { parts: means, shares } = tallyOf(parts);
    expect(means).toEqual([0, 0.5, 0.25]);
    const expected = [(3 / 5 + 2 / 4 - 5 / 8) / 4, (1 / 5 + 2 / 4 - 1 / 8) / 4, (-1 / 5 - 2 / 8 + 1) / 4];
    for (const [i, share] of expected.entries()) expect(shares[i]).toBeCloseTo(share, 6);
  });

  it('ranks by wins, and equal wins by share', () => {
    expect(ranked(tallyOf(parts))).toEqual([0, 1, 2]);
    expect(ranked({ images: 4, wins: [2, 1, 1], parts: [0, 0, 0], shares: [0, 0.1, 0.3] })).toEqual([0, 2, 1]);
  });
});

describe('Gini’s coefficient', () => {
  it.each([
    { values: [5, 5, 5], expected: 0 },
    { values: [0, 0, 7], expected: 2 / 3 },
    { values: [1, 2, 3, 4], expected: 0.25 },
    { values: [0, 0], expected: 0 },
  ])('of $values is $expected', ({ values, expected }) => {
    expect(gini(values)).toBeCloseTo(expected, 12);
  });
});

describe('classes with the same units', () => {
  it('are found whatever the order', () => {
    expect(sameSets([[1, 2], [2, 1], [3], [1]])).toEqual([[0, 1]]);
    expect(sameSets([[1], [2]])).toEqual([]);
  });
});
