import { KonkyoError } from '../../konkyoError.ts';

/** The two best classes have the same score: there is no decision that could be kept. */
export class UndecidedError extends KonkyoError {
  readonly tag = 'undecided';
}

/** A tolerance that is no number above 0, or lets the decision change. */
export class ToleranceError extends KonkyoError {
  readonly tag = 'tolerance';
}

/** A proof is that a class stays, and the model gives a number. */
export class NoClassError extends KonkyoError {
  readonly tag = 'no-class';
}

/** An image beyond what its pixels can be by the input description, so that amplitudes have no scale. */
export class PixelRangeError extends KonkyoError {
  readonly tag = 'pixel-range';
}
