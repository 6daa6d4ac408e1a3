import { describe, expect, it } from 'vitest';
import { rankCorrelation } from '../../src/faithfulness/correlation.ts';

const of = (...values: number[]) => Float32Array.from(values);

describe('rankCorrelation', () => {
  it('sees order alone: 1 for the same, -1 for the opposite', () => {
    expect(rankCorrelation(of(1, 2, 3, 4), of(-100, 0, 0.1, 7))).toBeCloseTo(1, 12);
    expect(rankCorrelation(of(1, 2, 3, 4), of(8, 4, 2, 1))).toBeCloseTo(-1, 12);
  });

  it('gives ties their mean rank', () => {
    // Ranks 0, 1.5, 1.5, 3 against 0, 1, 2, 3: covariance 4.5, variances 4.5 and 5.
    expect(rankCorrelation(of(1, 2, 2, 3), of(1, 2, 3, 4))).toBeCloseTo(4.5 / Math.sqrt(4.5 * 5), 12);
  });

  it('has no answer for a map that is all equal', () => {
    expect(rankCorrelation(of(1, 2, 3), of(5, 5, 5))).toBeNaN();
    expect(rankCorrelation(of(5, 5, 5), of(5, 5, 5))).toBeNaN();
  });

  it('has none for a map with a NaN either, wherever sorting would put it', () => {
    for (const place of [0, 1, 2, 3]) {
      const map = of(1, 2, 3, 4).with(place, Number.NaN);
      expect(rankCorrelation(map, of(1, 2, 3, 4))).toBeNaN();
      expect(rankCorrelation(of(1, 2, 3, 4), map)).toBeNaN();
    }
  });
});
