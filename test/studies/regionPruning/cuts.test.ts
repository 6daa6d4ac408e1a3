import { describe, expect, it } from 'vitest';
import { random } from '../../../src/random/random.ts';
import { cutToCompactRegions, cutToRandomDiscs } from '../../../src/studies/regionPruning/compactCut.ts';
import {
  type Cut,
  cutAtRandom,
  cutConstantInputs,
  cutRegions,
  cutWeights,
  type LayerState,
} from '../../../src/studies/regionPruning/cuts.ts';
import { findRegions } from '../../../src/studies/regionPruning/labelling.ts';
import { compactness, median, summarizeLayer, summarizeUnits } from '../../../src/studies/regionPruning/unitSummary.ts';

const line = { channels: 1, height: 1, width: 8, layout: 'NCHW' as const };

/** A layer with these weights; every input varies. */
function layer(weights: readonly number[], changes: Partial<LayerState> = {}): LayerState {
  return {
    map: line,
    kept: Uint8Array.from(weights, (weight) => (weight === 0 ? 0 : 1)),
    varies: new Uint8Array(8).fill(1),
    importance: async () => Float32Array.from(weights, Math.abs),
    neighbourhood: 4,
    random: random(1),
    ...changes,
  };
}

const left = async (cut: Cut, state: LayerState) => [...(await cut.apply(state))].join('');

describe('cuts', () => {
  it('remove the smallest of the weights that are left', async () => {
    const state = layer([5, -1, 0, 3, 2, -7, 0, 4]);
    // Six are left; a third of them, 1 and 2, go.
    expect(await left(cutWeights(1 / 3), state)).toBe('10010101');
    expect(await left(cutWeights(0), state)).toBe('11011101');
    expect(await left(cutWeights(1), state)).toBe('00000000');
  });

  it('rank regions by the mean, so that a small strong one outlives a large weak one; the sum does the opposite', async () => {
    // Regions of two units: [1 1 1] mean 1, sum 3; [2] mean 2; [9] mean 9; [3 3] mean 3, sum 6; [1] mean 1, sum 1.
    const weights = [1, 1, 1, 0, 2, 0, 9, 0, 3, 3, 0, 0, 1, 0, 0, 0];
    const state = layer(weights);
    expect(await left(cutRegions({ ratio: 0.4 }), state)).toBe('0000101011000000');
    expect(await left(cutRegions({ ratio: 0.4, index: 'sum' }), state)).toBe('1110001011000000');
    // A quota of each unit: one of the first unit's three, none of the second's two.
    expect(await left(cutRegions({ ratio: 0.4, ranking: 'unit' }), state)).toBe('0000101011001000');
  });

  it('keep a unit’s best cells in the best regions', async () => {
    const weights = [9, 8, 0, 7, 0, 6, 6, 6];
    const cut = (area: number, regions: number) => cutToCompactRegions({ area, regions, smoothing: 0 });
    expect(await left(cut(0.5, 3), layer(weights))).toBe('11010100');
    expect(await left(cut(0.5, 1), layer(weights))).toBe('11000000');
    expect(await left(cut(1, 1), layer(weights))).toBe('00000111');
  });

  it('smooth importance over neighbours, so that a group beats a lonely cell', async () => {
    const weights = [5, 0.1, 0.1, 0.1, 4, 4, 4, 0.1];
    expect(await left(cutToCompactRegions({ area: 3 / 8, regions: 1, smoothing: 1 }), layer(weights))).toBe('00001110');
  });

  it('give each unit a disc of the area asked for, and the same for the same seed', async () => {
    const map = { channels: 1, height: 9, width: 9, layout: 'NCHW' as const };
    const state = () => layer([], { map, kept: new Uint8Array(162).fill(1), varies: new Uint8Array(81).fill(1) });
    const kept = await cutToRandomDiscs(0.2).apply(state());
    expect(kept.subarray(0, 81).reduce((sum, one) => sum + one, 0)).toBe(16);
    expect(findRegions(kept, map, 4)).toHaveLength(2);
    expect(await cutToRandomDiscs(0.2).apply(state())).toEqual(kept);
    expect([...kept.subarray(0, 81)]).not.toEqual([...kept.subarray(81)]);
  });

  it('draw random weights by the seed', async () => {
    const state = () => layer([1, 1, 1, 1, 1, 1, 1, 1]);
    const once = await left(cutAtRandom(0.5), state());
    expect(once.replaceAll('0', '')).toBe('1111');
    expect(await left(cutAtRandom(0.5), state())).toBe(once);
  });

  it('take the weights of inputs that never change', async () => {
    const varies = Uint8Array.of(0, 1, 1, 1, 1, 1, 1, 0);
    expect(await left(cutConstantInputs, layer([1, 1, 1, 1, 1, 1, 1, 1], { varies }))).toBe('01111110');
  });

  it.each([-0.1, 1.1, Number.NaN])('refuse a ratio of %s', (ratio) => {
    for (const make of [cutWeights, cutAtRandom, cutToRandomDiscs, (given: number) => cutRegions({ ratio: given })]) {
      expect(() => make(ratio)).toThrow(/from 0 to 1/);
    }
    expect(() => cutToCompactRegions({ area: 0.2, regions: 0 })).toThrow(/at least 1/);
  });
});

describe('figures of a layer', () => {
  it('count weights of constant inputs apart', () => {
    const varies = Uint8Array.of(0, 0, 1, 1, 1, 1, 1, 1);
    // Unit 0 keeps one constant and three varying inputs, unit 1 two constant ones alone: it is dead.
    const kept = Uint8Array.from([0, 1, 1, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0]);
    const units = summarizeUnits(kept, varies, line, 4);
    expect(units.map(({ kept: all, keptVarying }) => [all, keptVarying])).toEqual([
      [4, 3],
      [2, 0],
    ]);
    expect(summarizeLayer(units, varies)).toMatchObject({
      weightsLeft: 6 / 16,
      varyingLeft: 3 / 12,
      alive: 1,
      regions: 3,
      medianArea: 0.5,
      medianRegions: 2,
      removed90: 0,
      removed40: 0,
    });
  });

  it('measure compactness: a square, a line, a ring', () => {
    const map = { channels: 1, height: 3, width: 3, layout: 'NCHW' as const };
    const of = (...inputs: number[]) => compactness({ unit: 0, channel: 0, inputs: Int32Array.from(inputs) }, map);
    expect(of(0, 1, 3, 4)).toBe(1);
    expect(of(2, 5, 8)).toBe(48 / 64);
    // The hole counts: 12 edges outside, 4 inside.
    expect(of(0, 1, 2, 3, 5, 6, 7, 8)).toBe(128 / 256);
  });

  it('have medians', () => {
    expect([[], [3], [4, 1], [9, 1, 5], [4, 1, 2, 3]].map(median)).toEqual([0, 3, 2.5, 5, 2.5]);
  });
});
