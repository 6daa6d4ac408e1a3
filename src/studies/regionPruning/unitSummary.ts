import { type FeatureMap, inputCount, placeOf } from './featureMap.ts';
import { findRegions, type Neighbourhood, type Region } from './labelling.ts';

/** What is left of one unit's weights. Weights of inputs that never change are counted apart: `varying` leaves them out. */
export interface UnitSummary {
  readonly unit: number;
  /** Weights left, of all inputs and of those that vary. */
  readonly kept: number;
  readonly keptVarying: number;
  /** Share of the unit's weights that was removed. */
  readonly removed: number;
  readonly removedVarying: number;
  readonly regions: readonly Region[];
  /** Share of the varying inputs that its regions cover: 1 - removedVarying. */
  readonly area: number;
  /** See {@link compactness}, a mean over its regions by their size; undefined without regions. */
  readonly compactness: number | undefined;
}

/** One summary a unit. @param kept [units, inputs]; @param varies [inputs] */
export function summarizeUnits(
  kept: Uint8Array,
  varies: Uint8Array,
  map: FeatureMap,
  neighbourhood: Neighbourhood,
): UnitSummary[] {
  const inputs = inputCount(map);
  const varying = varies.reduce((sum, one) => sum + one, 0);
  const regionsOf = new Map<number, Region[]>();
  for (const region of findRegions(kept, map, neighbourhood)) {
    const own = regionsOf.get(region.unit);
    if (own) own.push(region);
    else regionsOf.set(region.unit, [region]);
  }
  return Array.from({ length: kept.length / inputs }, (_, unit) => {
    const row = kept.subarray(unit * inputs, (unit + 1) * inputs);
    const keptCount = row.reduce((sum, one) => sum + one, 0);
    const keptVarying = row.reduce((sum, one, input) => sum + one * (varies[input] ?? 0), 0);
    const regions = regionsOf.get(unit) ?? [];
    return {
      unit,
      kept: keptCount,
      keptVarying,
      removed: 1 - keptCount / inputs,
      removedVarying: varying === 0 ? 1 : 1 - keptVarying / varying,
      regions,
      area: varying === 0 ? 0 : keptVarying / varying,
      compactness:
        keptCount === 0
          ? undefined
          : regions.reduce((sum, region) => sum + compactness(region, map) * region.inputs.length, 0) / keptCount,
    };
  });
}

/** 16 area / perimeter^2, counting cells and the edges around them: 1 for a square, towards 0 for a thread or a sieve. */
export function compactness({ inputs: members }: Region, map: FeatureMap): number {
  // A column to spare on the right, so that no cell's neighbour is in the next row.
  const width = map.width + 1;
  const cells = new Set(
    Array.from(members, (input) => {
      const { y, x } = placeOf(map, input);
      return y * width + x;
    }),
  );
  const sides = [-1, 1, -width, width];
  const perimeter = [...cells].reduce((sum, cell) => sum + sides.filter((side) => !cells.has(cell + side)).length, 0);
  return (16 * cells.size) / perimeter ** 2;
}

/** A layer's units in figures. */
export interface LayerSummary {
  /** Share of all weights that is left, and of the weights of varying inputs. */
  readonly weightsLeft: number;
  readonly varyingLeft: number;
  /** Units with at least one weight of a varying input. */
  readonly alive: number;
  readonly regions: number;
  /** Of the living units: the median share of the varying inputs, number of regions, compactness. 0 if none lives. */
  readonly medianArea: number;
  readonly medianRegions: number;
  readonly medianCompactness: number;
  /** Share of the units that lost 90% of their weights or more, and 40% or less. */
  readonly removed90: number;
  readonly removed40: number;
}

/** The units of a layer together. */
export function summarizeLayer(units: readonly UnitSummary[], varies: Uint8Array): LayerSummary {
  const living = units.filter(({ keptVarying }) => keptVarying > 0);
  const varying = varies.reduce((sum, one) => sum + one, 0);
  const shareOf = (meets: (unit: UnitSummary) => boolean) => units.filter(meets).length / units.length;
  return {
    weightsLeft: units.reduce((sum, { kept }) => sum + kept, 0) / (units.length * varies.length),
    varyingLeft: units.reduce((sum, { keptVarying }) => sum + keptVarying, 0) / (units.length * varying),
    alive: living.length,
    regions: units.reduce((sum, { regions }) => sum + regions.length, 0),
    medianArea: median(living.map(({ area }) => area)),
    medianRegions: median(living.map(({ regions }) => regions.length)),
    medianCompactness: median(living.map(({ compactness }) => compactness ?? 0)),
    removed90: shareOf(({ removed }) => removed >= 0.9),
    removed40: shareOf(({ removed }) => removed <= 0.4),
  };
}

/** The middle value, of an even number the mean of the two; 0 of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = 0, high = low] = sorted.slice(Math.max(0, Math.ceil(middle) - 1), Math.floor(middle) + 1);
  return (low + high) / 2;
}
