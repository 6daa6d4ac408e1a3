import type { Random } from '../../random/random.ts';
import { type Cut, checkRatio, type LayerState, percent, regionIndex } from './cuts.ts';
import { PruningSettingsError } from './errors.ts';
import { type FeatureMap, inputCount, placeOf, stridesOf } from './featureMap.ts';
import type { Criterion } from './importance.ts';
import { findRegions } from './labelling.ts';

export interface CompactCutSettings {
  /** How much of the varying inputs a unit keeps at most, 0 to 1. */
  readonly area: number;
  /** How many regions a unit keeps at most, in each channel of the map. */
  readonly regions: number;
  readonly criterion?: Criterion;
  /** How far a weight's importance spreads to its neighbours, in cells (the standard deviation of a Gaussian); 0: not at all. */
  readonly smoothing?: number;
}

/**
 * Cuts every unit to a few compact regions: the importance of its weights is smoothed over the map, so that a weight among
 * important ones counts more than a lonely one; the best cells up to `area` stay; of the regions they form, those with the
 * largest sum of importance.
 */
export function cutToCompactRegions(settings: CompactCutSettings): Cut {
  const { area, regions, criterion = 'weight-x-deviation', smoothing = 1 } = settings;
  checkRatio(area, 'area');
  if (!Number.isInteger(regions) || regions < 1) {
    throw new PruningSettingsError(`Regions a unit: ${regions}. It must be a whole number of at least 1.`);
  }
  return {
    about: `keep of each unit ${percent(area)} of the varying inputs in at most ${regions} ${regions === 1 ? 'region' : 'regions'} a channel by ${criterion}`,
    async apply(state) {
      const { map, kept, neighbourhood } = state;
      const values = await state.importance(criterion);
      const inputs = inputCount(map);
      const most = cellsFor(area, state);
      return eachUnit(kept, inputs, (row, unit) => {
        const own = values
          .subarray(unit * inputs, (unit + 1) * inputs)
          .map((value, input) => value * (row[input] ?? 0));
        const best = strongest(row, smoothed(own, map, smoothing), most);
        const found = findRegions(best, map, neighbourhood)
          .map((region) => ({ region, worth: regionIndex(region, own, inputs, 'sum') }))
          .sort((a, b) => b.worth - a.worth);
        const largest = Array.from({ length: map.channels }, (_, channel) =>
          found.filter(({ region }) => region.channel === channel).slice(0, regions),
        ).flat();
        return rowOf(
          largest.flatMap(({ region }) => [...region.inputs]),
          inputs,
        );
      });
    },
  };
}

/** A control: each unit keeps as much, in one disc somewhere at random. Cells nearest to a random varying one stay. */
export function cutToRandomDiscs(area: number): Cut {
  checkRatio(area, 'area');
  return {
    about: `keep of each unit ${percent(area)} of the varying inputs in a disc at a random place`,
    async apply(state) {
      const { map, kept, varies, random } = state;
      const inputs = inputCount(map);
      const most = cellsFor(area, state);
      return eachUnit(kept, inputs, (row) => {
        const centre = placeOf(map, randomVarying(varies, random));
        const nearness = Float32Array.from({ length: inputs }, (_, input) => {
          const { channel, y, x } = placeOf(map, input);
          const away = Math.hypot(y - centre.y, x - centre.x);
          return (channel === centre.channel ? 2 : 1) * (map.height + map.width) - away;
        });
        return strongest(row, nearness, most);
      });
    },
  };
}

function randomVarying(varies: Uint8Array, random: Random): number {
  const choices = Array.from(varies.keys()).filter((input) => varies[input] !== 0);
  return choices[random.index(choices.length)] ?? 0;
}

function cellsFor(area: number, { varies }: LayerState): number {
  return Math.round(area * varies.reduce((sum, one) => sum + one, 0));
}

function eachUnit(kept: Uint8Array, inputs: number, cut: (row: Uint8Array, unit: number) => Uint8Array): Uint8Array {
  const result = new Uint8Array(kept.length);
  for (let unit = 0; unit * inputs < kept.length; unit++) {
    result.set(cut(kept.subarray(unit * inputs, (unit + 1) * inputs), unit), unit * inputs);
  }
  return result;
}

/** The `most` cells of a row with the largest values, of those that are kept. */
function strongest(row: Uint8Array, values: Float32Array, most: number): Uint8Array {
  const cells = Array.from(row.keys()).filter((input) => row[input] !== 0);
  cells.sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0) || a - b);
  return rowOf(cells.slice(0, most), row.length);
}

function rowOf(cells: readonly number[], inputs: number): Uint8Array {
  const row = new Uint8Array(inputs);
  for (const cell of cells) row[cell] = 1;
  return row;
}

/** A Gaussian blur of each channel; beyond the edge there is nothing. */
function smoothed(values: Float32Array, map: FeatureMap, sigma: number): Float32Array {
  if (sigma === 0) return values;
  const { x, y } = stridesOf(map);
  return blurred(blurred(values, map, sigma, x, 'x'), map, sigma, y, 'y');
}

function blurred(values: Float32Array, map: FeatureMap, sigma: number, stride: number, axis: 'x' | 'y'): Float32Array {
  const reach = Math.ceil(2 * sigma);
  const length = axis === 'x' ? map.width : map.height;
  const taps = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * sigma ** 2)));
  return values.map((_, input) => {
    const at = placeOf(map, input)[axis];
    return taps.reduce((sum, weight, i) => {
      const to = at + i - reach;
      return to < 0 || to >= length ? sum : sum + weight * (values[input + (i - reach) * stride] ?? 0);
    }, 0);
  });
}
