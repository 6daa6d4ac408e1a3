import type { Picture } from '../../../pictures/picture.ts';
import type { Provenance } from '../../../report/explanation/view.ts';

/** Everything the page about a network's filters shows, as plain data. */
export interface FiltersView {
  readonly title: string;
  readonly headline: string;
  readonly lede: string;
  /** Where every path is listed: each with its share of every class. */
  readonly paths?: PathFigure;
  readonly layers: readonly LayerTable[];
  readonly sums: readonly { readonly label: string; readonly value: string }[];
  readonly ablation: readonly AblationTable[];
  readonly regions: RegionFigure;
  readonly notes: readonly string[];
  readonly provenance: Provenance;
}

export type Rank = 'first' | 'second';

export interface PathFigure {
  readonly columns: readonly PathColumn[];
  readonly rows: readonly PathRow[];
  /** One example image's maps for the scores of all classes. */
  readonly example?: ExampleFigure;
  /** Pairs of classes with the same two strongest paths, in words; none where all differ. */
  readonly alike: readonly string[];
}

interface PathColumn {
  readonly name: string;
  /** The kernels of its filters, first to last. */
  readonly kernels: readonly Picture[];
}

export interface PathRow {
  readonly label: string;
  readonly images: number;
  readonly picture?: Picture;
  /** How unevenly the images are won, 0 to 1. */
  readonly gini: number;
  readonly cells: readonly PathCell[];
  /** The filters of each layer, framed as the paths that lead through them. */
  readonly kernels: readonly (readonly { readonly picture: Picture; readonly rank?: Rank }[])[];
}

interface PathCell {
  /** The example's map; absent where the network is not of two layers. */
  readonly map?: Picture;
  /** Images it won. */
  readonly wins: number;
  readonly share: number;
  readonly rank?: Rank;
}

export interface ExampleFigure {
  readonly label: string;
  readonly picture: Picture;
  /** What the image becomes, convolution by convolution and pooling by pooling. */
  readonly stages: readonly StageFigure[];
  readonly rows: readonly ExampleRow[];
}

export interface StageFigure {
  readonly name: string;
  /** `3 × 24×24` */
  readonly size: string;
  readonly pooled: boolean;
  readonly maps: readonly Picture[];
}

interface ExampleRow {
  readonly label: string;
  readonly own: boolean;
  readonly total: number;
  readonly cells: readonly { readonly map: Picture; readonly part: number; readonly rank?: Rank }[];
}

export interface LayerTable {
  readonly name: string;
  readonly filters: readonly Picture[];
  readonly rows: readonly {
    readonly label: string;
    readonly gini: number;
    readonly cells: readonly {
      readonly filter: number;
      readonly wins: number;
      readonly share: number;
      readonly rank?: Rank;
    }[];
  }[];
}

export interface AblationTable {
  readonly caption: string;
  readonly rows: readonly AblationRow[];
}

interface AblationRow {
  readonly label: string;
  readonly images: number;
  readonly accuracy: number;
  readonly top: { readonly unit: string; readonly drop: number };
  readonly bottom: { readonly unit: string; readonly drop: number };
  readonly difference: { readonly mean: number; readonly low: number; readonly high: number };
  /** Whether it is borne out, against it, or undecided. */
  readonly verdict: 'good' | 'fair' | 'poor';
}

export interface RegionFigure {
  /** `14 × 14 regions of 2 pixels` */
  readonly grid: string;
  /** What a occluded region shows, in words. */
  readonly fill: string;
  readonly rows: readonly RegionRow[];
}

export interface RegionRow {
  readonly label: string;
  readonly images: number;
  readonly wrongImages: number;
  readonly drops: Picture;
  readonly flips: Picture;
  /** The strongest mean drop, and the most flipped region's share. */
  readonly largestDrop: number;
  readonly largestFlip: number;
  readonly wrongDrops?: Picture;
  /** Of the right images: the share that some one region flips. */
  readonly fragile: number;
  readonly example: OutlinedImage;
  readonly deciding?: OutlinedSet;
  readonly sufficient?: OutlinedSet;
}

interface OutlinedImage {
  readonly picture: Picture;
}

/** Regions marked on an image. */
interface OutlinedSet {
  readonly picture: Picture;
  readonly regions: number;
  readonly decides: string;
}
