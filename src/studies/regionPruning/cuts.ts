import type { Random } from '../../random/random.ts';
import { PruningSettingsError } from './errors.ts';
import { type FeatureMap, inputCount } from './featureMap.ts';
import type { Criterion } from './importance.ts';
import { findRegions, type Neighbourhood, type Region } from './labelling.ts';

/** What a cut sees of a layer. Arrays are [units, inputs]. */
export interface LayerState {
  readonly map: FeatureMap;
  /** 1 where there is a weight, 0 where it was removed. */
  readonly kept: Uint8Array;
  /** [inputs]: 1 where the input differs between training images. */
  readonly varies: Uint8Array;
  /** The importance of every weight, 0 or more. */
  readonly importance: (criterion: Criterion) => Promise<Float32Array>;
  readonly neighbourhood: Neighbourhood;
  readonly random: Random;
}

/** Takes weights away: what is kept afterwards, [units, inputs]. */
export interface Cut {
  /** In words, for the record. */
  readonly about: string;
  readonly apply: (state: LayerState) => Promise<Uint8Array>;
}

/** Removes the share `ratio` of the weights that are left, the least important ones (Han et al. 2015 by magnitude). */
export function cutWeights(ratio: number, criterion: Criterion = 'magnitude'): Cut {
  checkRatio(ratio);
  return {
    about: `remove ${percent(ratio)} of the weights by ${criterion}`,
    async apply({ kept, importance }) {
      const values = await importance(criterion);
      const left = indicesOf(kept).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0) || a - b);
      return without(kept, left.slice(0, Math.floor(ratio * left.length)));
    },
  };
}

/** Removes the share `ratio` of the weights that are left, drawn at random: a control. */
export function cutAtRandom(ratio: number): Cut {
  checkRatio(ratio);
  return {
    about: `remove ${percent(ratio)} of the weights at random`,
    async apply({ kept, random }) {
      const left = indicesOf(kept).map((index) => ({ index, order: random.uniform() }));
      left.sort((a, b) => a.order - b.order);
      return without(
        kept,
        left.slice(0, Math.floor(ratio * left.length)).map(({ index }) => index),
      );
    },
  };
}

export interface RegionCutSettings {
  /** The share of the regions that is removed. Default 0.4, as in the paper. */
  readonly ratio?: number;
  readonly criterion?: Criterion;
  /** A region's index: the mean over its weights (the paper's), or the sum, which lets large regions live. */
  readonly index?: 'mean' | 'sum';
  /** One ranking of all regions (the paper's), or a quota of each unit's. */
  readonly ranking?: 'layer' | 'unit';
}

/** Removes the regions of smallest index (Takehana & Ozaki, section 3.2). */
export function cutRegions(settings: RegionCutSettings = {}): Cut {
  const { ratio = 0.4, criterion = 'magnitude', index = 'mean', ranking = 'layer' } = settings;
  checkRatio(ratio);
  return {
    about: `remove ${percent(ratio)} of ${ranking === 'layer' ? 'the' : 'each unit’s'} regions by ${index} ${criterion}`,
    async apply({ map, kept, neighbourhood, importance }) {
      const values = await importance(criterion);
      const ranked = findRegions(kept, map, neighbourhood).map((region) => ({
        region,
        index: regionIndex(region, values, inputCount(map), index),
      }));
      const groups = ranking === 'layer' ? [ranked] : byUnit(ranked);
      const weakest = groups.flatMap((group) =>
        group.toSorted((a, b) => a.index - b.index).slice(0, Math.floor(ratio * group.length)),
      );
      return without(
        kept,
        weakest.flatMap(({ region }) => cellsOf(region, inputCount(map))),
      );
    },
  };
}

interface RankedRegion {
  readonly region: Region;
  readonly index: number;
}

function byUnit(ranked: readonly RankedRegion[]): RankedRegion[][] {
  const groups = new Map<number, RankedRegion[]>();
  for (const each of ranked) {
    const group = groups.get(each.region.unit);
    if (group) group.push(each);
    else groups.set(each.region.unit, [each]);
  }
  return [...groups.values()];
}

/** Mean or sum of the importance of a region's weights. @param values [units, inputs] */
export function regionIndex(
  { unit, inputs: members }: Region,
  values: Float32Array,
  inputs: number,
  index: 'mean' | 'sum',
): number {
  const total = members.reduce((sum, input) => sum + (values[unit * inputs + input] ?? 0), 0);
  return index === 'mean' ? total / members.length : total;
}

/** Where a region's weights lie in [units, inputs]. */
export function cellsOf({ unit, inputs: members }: Region, inputs: number): number[] {
  return Array.from(members, (input) => unit * inputs + input);
}

/** Removes the weights of inputs that never change: they tell the unit nothing. */
export const cutConstantInputs: Cut = {
  about: 'remove the weights of inputs that are the same in every training image',
  apply: async ({ kept, varies }) => kept.map((keep, i) => keep * (varies[i % varies.length] ?? 0)),
};

/** @throws PruningSettingsError */
export function checkRatio(ratio: number, what = 'ratio'): void {
  if (ratio >= 0 && ratio <= 1) return;
  throw new PruningSettingsError(
    `The ${what} is ${ratio}: it must be a number from 0 to 1, the share that is removed.`,
  );
}

export function percent(share: number): string {
  return `${Number((100 * share).toFixed(1))}%`;
}

function indicesOf(kept: Uint8Array): number[] {
  return Array.from(kept.keys()).filter((i) => kept[i] !== 0);
}

function without(kept: Uint8Array, removed: readonly number[]): Uint8Array {
  const rest = kept.slice();
  for (const i of removed) rest[i] = 0;
  return rest;
}
