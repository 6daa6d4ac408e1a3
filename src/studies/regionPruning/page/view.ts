import type { Picture } from '../../../pictures/picture.ts';
import type { Provenance } from '../../../report/explanation/view.ts';
import type { HiddenRegions } from '../examine.ts';
import type { RoundRecord } from '../pruneInRounds.ts';
import type { LayerSummary } from '../unitSummary.ts';

/** What the page about a pruned layer shows, as plain data. */
export interface RegionsView {
  readonly title: string;
  readonly headline: string;
  readonly lede: string;
  readonly runs: readonly RunView[];
  /** The runs whose units are shown. */
  readonly layers: readonly LayerView[];
  /** How many inputs of the layer vary over the training images, of how many. */
  readonly varying: number;
  readonly inputs: number;
  readonly provenance: Provenance;
}

/** One way of pruning. */
export interface RunView {
  readonly label: string;
  /** One sentence. */
  readonly about: string;
  readonly kind: 'own' | 'comparison' | 'other';
  /** Whether its line is in the chart, which holds few. */
  readonly charted: boolean;
  /** Test accuracy before the first round. */
  readonly before: number;
  readonly rounds: readonly RoundRecord[];
}

export interface LayerView {
  /** For anchors. */
  readonly id: string;
  readonly label: string;
  readonly rounds: readonly RoundRecord[];
  readonly summary: LayerSummary;
  /** Of every unit, the share of its weights that was removed. */
  readonly removed: readonly number[];
  /** Those that lost most first; of a large layer a selection. */
  readonly units: readonly UnitView[];
  readonly hidden: readonly HiddenRegions[];
  readonly images: readonly FiredView[];
  /** The layer sees a feature map: the third picture of a unit is of the pixels that its regions see. */
  readonly seesFeatures: boolean;
}

export interface UnitView {
  readonly unit: number;
  /** Share of its weights that was removed. */
  readonly removed: number;
  readonly regions: number;
  /** Share of the varying inputs that its regions cover. */
  readonly area: number;
  readonly before: Picture;
  readonly after: Picture;
  /** Regions white on black, or the pixels they see. */
  readonly seen: Picture;
}

/** The units that fired for one image. */
export interface FiredView {
  /** `Test image 7`. */
  readonly name: string;
  readonly truth: string;
  readonly chosen: string;
  readonly picture: Picture;
  readonly fired: number;
  /** The strongest of them. */
  readonly units: readonly {
    readonly unit: number;
    readonly activation: number;
    readonly effect: number;
    readonly overlay: Picture;
  }[];
}
