import { describe, expect, it } from 'vitest';
import type { LayerRelevance } from '../../src/attribution/explainer.ts';
import { conservation, conservationCheck } from '../../src/faithfulness/conservation.ts';
import { wordsIn } from '../../src/language/words.ts';

const layer = (
  name: string,
  received: number,
  passed: number,
  causes: Partial<LayerRelevance> = {},
): LayerRelevance => ({
  layer: name,
  operator: 'Conv',
  rule: 'z+',
  received,
  passed,
  biases: 0,
  stabilizers: 0,
  emptyParts: 0,
  others: 0,
  ...causes,
});

const figure = (values: Float32Array, score: number, layers: readonly LayerRelevance[]) =>
  conservationCheck.figures(conservation(values, score, layers), wordsIn('en'))[0]!;

describe('the conservation figure', () => {
  it('says how much of the score reached the pixels, where the rest stayed, and which layer kept most', () => {
    const layers = [layer('last', 10, 9, { biases: 1 }), layer('first', 9, 6, { biases: 2, emptyParts: 1 })];
    const { value, verdict } = figure(Float32Array.of(4, 3, -1), 10, layers);
    expect(value).toMatch(/^40.0%/);
    expect(value).toContain('+6 of +10 reached the pixels');
    expect(value).toContain('+3 in biases');
    expect(value).toContain('+1 in parts without inputs');
    expect(value).toContain('most in first');
    expect(value).not.toContain('stabilisers');
    expect(verdict).toBe('fair');
  });

  it('is good where all of it arrived, and has no share of a score of 0', () => {
    expect(figure(Float32Array.of(2, 3), 5, [layer('only', 5, 5)]).verdict).toBe('good');
    expect(figure(Float32Array.of(1, -1), 0, [layer('only', 0, 0)]).verdict).toBe('neutral');
  });
});
