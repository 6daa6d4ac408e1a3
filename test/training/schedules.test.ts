import { describe, expect, it } from 'vitest';
import { constant, cosine, stepDecay, warmUp } from '../../src/training/schedules.ts';

const near = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 12));

describe('learning rates', () => {
  it('stay, fall in steps, and fall along a cosine to the floor', () => {
    expect([0, 5000].map(constant(0.1))).toEqual([0.1, 0.1]);
    expect([0, 99, 100, 250].map(stepDecay(0.4, 100, 0.5))).toEqual([0.4, 0.4, 0.2, 0.1]);
    expect([0, 50, 100, 1000].map(cosine(1, 100, 0.2))).toEqual(near([1, 0.6, 0.2, 0.2]));
  });

  it('rise over the warm-up, reach the schedule at its end, and follow it from there', () => {
    expect([0, 1, 3, 4, 9].map(warmUp(4, stepDecay(0.8, 5, 0.5)))).toEqual(near([0.2, 0.4, 0.8, 0.8, 0.4]));
  });
});
