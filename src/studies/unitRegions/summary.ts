import { median } from '../regionPruning/unitSummary.ts';
import type { FoundUnitRegions, UnitRegion } from './findUnitRegions.ts';

/** A layer's regions in figures. Fractions, not percent; every R² on held-out images, medians over units. */
export interface UnitRegionsSummary {
  readonly layer: string;
  readonly kind: 'dense' | 'head' | 'patches';
  readonly units: number;
  /** Units that were looked at: of a large layer a selection. */
  readonly looked: number;
  /** Units whose sum is the same for every image: they have no region. */
  readonly constant: number;
  /** Share of the varying cells. */
  readonly area: number;
  readonly cells: number;
  readonly explained: number;
  readonly compactness: number;
  /** Share of the units whose region explains as much as was asked for. */
  readonly enough: number;
  readonly disc: number;
  readonly another: number;
  readonly single: number;
  /** How few single cells, wherever they lie, explain as much. */
  readonly fewestSingle: number;
}

/** The regions of a layer in figures. @param asked R² that a region was to have. */
export function summarizeUnitRegions(
  { units, regions, constant }: Pick<FoundUnitRegions, 'units' | 'regions' | 'constant'>,
  asked: number,
): UnitRegionsSummary {
  const middle = (of: (region: UnitRegion) => number) => median(regions.map(of));
  return {
    layer: units.name,
    kind: units.kind,
    units: units.units,
    looked: regions.length + constant.length,
    constant: constant.length,
    area: middle(({ area }) => area),
    cells: middle(({ cells }) => cells.length),
    explained: middle(({ explained }) => explained),
    compactness: middle(({ compactness }) => compactness),
    enough: regions.length === 0 ? 0 : regions.filter(({ explained }) => explained >= asked).length / regions.length,
    disc: middle(({ controls }) => controls.disc),
    another: middle(({ controls }) => controls.another),
    single: middle(({ controls }) => controls.single),
    fewestSingle: middle(({ fewestSingle }) => fewestSingle),
  };
}
