import { describe, expect, it } from 'vitest';
import { fillWithNormals } from '../../src/random/normal.ts';
import { random } from '../../src/random/random.ts';

const count = 1_000_000;
const normals = new Float32Array(count);
fillWithNormals(normals, random(1));

/** Cumulative normal distribution at some points. */
const cumulative = [
  { at: -3.6541528853610088, below: 1.2902e-4 },
  { at: -2, below: 0.0227501 },
  { at: -1, below: 0.1586553 },
  { at: -0.1, below: 0.4601722 },
  { at: 0, below: 0.5 },
  { at: 0.5, below: 0.6914625 },
  { at: 1.5, below: 0.9331928 },
  { at: 3, below: 0.9986501 },
  { at: 4, below: 0.9999683 },
];

describe('normal random numbers', () => {
  it('have the moments of the normal distribution', () => {
    const moment = (power: number) => normals.reduce((sum, value) => sum + value ** power, 0) / count;
    // Five standard deviations of each moment's own sampling error: sqrt(1, 2, 15, 96) / sqrt(n).
    expect(Math.abs(moment(1))).toBeLessThan(5 / Math.sqrt(count));
    expect(Math.abs(moment(2) - 1)).toBeLessThan((5 * Math.sqrt(2)) / Math.sqrt(count));
    expect(Math.abs(moment(3))).toBeLessThan((5 * Math.sqrt(15)) / Math.sqrt(count));
    expect(Math.abs(moment(4) - 3)).toBeLessThan((5 * Math.sqrt(96)) / Math.sqrt(count));
  });

  it.each(cumulative)(
    'lie below $at as often as they should, the tail beyond the ziggurat included',
    ({ at, below }) => {
      const share = normals.reduce((sum, value) => sum + Number(value < at), 0) / count;
      expect(Math.abs(share - below)).toBeLessThan(5 * Math.sqrt((below * (1 - below)) / count));
    },
  );

  it('do not depend on those before them', () => {
    const lagged = normals.reduce((sum, value, i) => sum + value * (normals[i + 1] ?? 0), 0) / count;
    expect(Math.abs(lagged)).toBeLessThan(5 / Math.sqrt(count));
  });

  it('are the same for the same seed, in one piece or in two', () => {
    const source = random(1);
    const parts = new Float32Array(1000);
    fillWithNormals(parts.subarray(0, 300), source);
    fillWithNormals(parts.subarray(300), source);
    expect(parts).toEqual(normals.slice(0, 1000));
    const other = new Float32Array(1000);
    fillWithNormals(other, random(2));
    expect(other).not.toEqual(parts);
  });
});
