import type { Picture } from '../../../pictures/picture.ts';
import type { Provenance } from '../../../report/explanation/view.ts';
import type { FiredView } from '../../regionPruning/page/view.ts';
import type { UnitRegionsSummary } from '../summary.ts';

/** What the page about units' regions shows, as plain data. */
export interface UnitRegionsView {
  readonly title: string;
  readonly summary: UnitRegionsSummary;
  /** R² that was asked for. */
  readonly asked: number;
  readonly searched: number;
  readonly heldOut: number;
  /** Cells that vary, of how many. */
  readonly varying: number;
  readonly cells: number;
  /** What a unit sees: the image's pixels, positions of a feature map, or the pixels of a patch. */
  readonly sees: 'pixels' | 'features' | 'patches';
  readonly touching: 'edges' | 'edges or corners';
  /** Smallest regions first; of a large layer a selection. */
  readonly units: readonly UnitRegionView[];
  readonly images: readonly FiredView[];
  readonly provenance: Provenance;
}

export interface UnitRegionView {
  readonly unit: number;
  readonly area: number;
  readonly explained: number;
  readonly fewestSingle: number;
  readonly controls: { readonly disc: number; readonly another: number; readonly single: number };
  readonly weights: Picture;
  /** The same inside the region, black outside. */
  readonly inside: Picture;
  /** The region white on black; over a feature map the pixels that it sees. */
  readonly region: Picture;
}
