/** What the atlas knows of an image: its place in the store, its map, made small, and what was decided. */
export interface AtlasImage {
  readonly index: number;
  /** Of length 1: see `pooled`. */
  readonly map: Float32Array;
  readonly target: number;
  readonly predicted: number;
  /** Undefined where none is known. */
  readonly label: number | undefined;
  /** Part of the evidence for the class that lies on the object, from 0 to 1; undefined where no mask says where that is. */
  readonly onObject?: number;
}

/** Images of one explained class whose maps are alike. */
export interface AtlasCluster {
  readonly target: number;
  readonly images: readonly AtlasImage[];
  /** Of the images of the class. */
  readonly share: number;
  /** Of the labelled images, how many are decided right; undefined where none has a label. */
  readonly accuracy: number | undefined;
  /** Of the labelled images, how many have the label that most have. */
  readonly purity: number | undefined;
  /** The mean of the maps. */
  readonly mean: Float64Array;
  /** Part of the evidence that lies in cells where all other images have next to none, from 0 to 1, and these cells. */
  readonly alone: number;
  readonly cells: readonly number[];
  /** How many of the maps have it there. */
  readonly fixed: number;
  /** Undefined where none of the images has a mask. */
  readonly offObject: OffObject | undefined;
  /** Images decided right by evidence that belongs to few of a class alone, or that lies off the object: as a shortcut looks. */
  readonly isSuspicious: boolean;
  /** Those whose maps are most like the mean, and least like it. */
  readonly typical: readonly AtlasImage[];
  readonly odd: readonly AtlasImage[];
}

/** Evidence off the object, of the images that have masks: parts of all their evidence for the class, from 0 to 1. */
export interface OffObject {
  readonly share: number;
  /** Of all other images; undefined where none of them has a mask. */
  readonly others: number | undefined;
  /** How many of the images have at least half that share there. */
  readonly usual: number;
}
