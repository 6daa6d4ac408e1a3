import { expect, it } from 'vitest';
import { meanCurves } from '../../src/faithfulness/meanCurves.ts';
import { curveOf } from '../../src/faithfulness/metrics/removalCurve.ts';

const curves = (middle: number) => ({
  deletion: curveOf([0, 0.5, 1].map((share, i) => ({ share, score: [1, middle, 0][i]! }))),
  insertion: curveOf([0, 0.5, 1].map((share, i) => ({ share, score: [0, middle, 1][i]! }))),
});

it('is the mean point by point, with the areas as far apart as they are', () => {
  const found = meanCurves([curves(0.2), curves(0.4), curves(0.9)]);
  expect(found.deletion.points.map(({ score }) => score)).toEqual([1, 0.5, 0]);
  expect(found.insertion.area).toBeCloseTo(
    (curves(0.2).insertion.area + curves(0.4).insertion.area + curves(0.9).insertion.area) / 3,
    12,
  );
  // The areas are half the middle and a quarter: 0.35, 0.45, 0.7 with mean 0.5.
  expect(found.spread.deletion).toBeCloseTo(Math.sqrt((0.15 ** 2 + 0.05 ** 2 + 0.2 ** 2) / 2), 12);
  expect(meanCurves([curves(0.2)]).spread).toEqual({ deletion: 0, insertion: 0 });
});
