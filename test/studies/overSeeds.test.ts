import { expect, it } from 'vitest';
import { overSeeds } from '../../src/studies/paper.ts';

it('gives the mean over seeds, and a spread where there are several', () => {
  expect(overSeeds([1, 2, 6])).toEqual({ ours: 3, spread: Math.sqrt(7) });
  expect(overSeeds([0.9816, 0.9816, 0.9816])).toEqual({ ours: 0.9816, spread: 0 });
  expect(overSeeds([5])).toEqual({ ours: 5 });
});

it('leaves out what was not measured', () => {
  expect(overSeeds([Number.NaN, 4])).toEqual({ ours: 4 });
  expect(overSeeds([])).toEqual({ ours: null });
});
