import { describe, expect, it } from 'vitest';
import { count, duration, listed, percent, quantity, score, share } from '../../src/language/english/numbers.ts';

describe('numbers as read', () => {
  it('never rounds a doubt away, nor a chance', () => {
    expect([1, 0.999999, 0.9995, 0.9984, 0.5, 0.0004, 0.000001, 0].map(percent)).toEqual([
      '100%',
      'over 99.99%',
      '99.95%',
      '99.8%',
      '50.0%',
      '0.04%',
      'under 0.01%',
      '0%',
    ]);
    expect([0, 0.001, 0.344, 0.999, 1].map(share)).toEqual(['0%', 'under 1%', '34%', 'over 99%', '100%']);
    expect(percent(-0.1003)).toBe('−10.0%');
    expect(percent(-0.00005)).toBe('between −0.01% and 0%');
    expect(percent(-0.99996)).toBe('under −99.99%');
    expect(percent(Number.NaN)).toBe('not a number');
  });

  it('gives three digits, a true minus sign, and powers of ten only where needed', () => {
    expect([0.4217, -12.345, 12345, 0, 4.12e-5, -3e8, 0.001].map(quantity)).toEqual([
      '0.422',
      '−12.3',
      '12,300',
      '0',
      '4.1 × 10⁻⁵',
      '−3.0 × 10⁸',
      '0.001',
    ]);
    expect([Number.NaN, Number.NEGATIVE_INFINITY].map(quantity)).toEqual(['not a number', '−infinite']);
    expect([8.836, -1.2, 0, 1e-7].map(score)).toEqual(['8.84', '−1.20', '0', '1.0 × 10⁻⁷']);
  });

  it('separates thousands, names times, joins lists', () => {
    expect([999, 1235496, -1000].map(count)).toEqual(['999', '1,235,496', '−1,000']);
    expect([0.0001, 0.0123, 1.234, 3600].map(duration)).toEqual(['under 1 ms', '12 ms', '1.2 s', '3,600 s']);
    expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(listed)).toEqual(['', 'a', 'a and b', 'a, b and c']);
  });
});
