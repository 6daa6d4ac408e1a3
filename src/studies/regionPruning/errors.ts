import { KonkyoError } from '../../konkyoError.ts';

/** The model has no dense layer whose weights could be drawn as pictures, or not the one that was named. */
export class DenseLayerError extends KonkyoError {
  readonly tag = 'dense-layer';
}

/** Settings of a pruning that make no sense: a ratio outside 0 to 1, no rounds. */
export class PruningSettingsError extends KonkyoError {
  readonly tag = 'pruning-settings';
}

/** A cut left no weights at all: every class would get the same scores for every image. */
export class EverythingPrunedError extends KonkyoError {
  readonly tag = 'everything-pruned';
}
