import { describe, expect, it } from 'vitest';
import { decisionOf, leadOf } from '../../../src/studies/noncontributing/decision.ts';

describe('what scores decide', () => {
  it('of several classes: the largest, by its lead over the second', () => {
    const scores = { name: 'scores', width: 3 };
    expect(decisionOf(Float32Array.of(1, 4, 2.5), scores)).toEqual({ chosen: 1, margin: 1.5 });
    expect(leadOf(Float32Array.of(1, 4, 5), 1, scores)).toBe(-1);
    expect(decisionOf(Float32Array.of(3, 3, 1), scores).margin).toBe(0);
  });

  it('of a single logit: its sign, and twice its distance from 0, as between the scores -z and z', () => {
    const scores = { name: 'logit', width: 1 };
    expect(decisionOf(Float32Array.of(-0.75), scores)).toEqual({ chosen: 0, margin: 1.5 });
    expect(leadOf(Float32Array.of(0.25), 0, scores)).toBe(-0.5);
  });

  it('of a single probability: whether it is above a half', () => {
    const scores = { name: 'probability', width: 1, probabilities: true as const };
    expect(decisionOf(Float32Array.of(0.75), scores)).toEqual({ chosen: 1, margin: 0.5 });
    expect(leadOf(Float32Array.of(0.25), 1, scores)).toBe(-0.5);
  });
});
