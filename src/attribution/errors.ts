import { KonkyoError } from '../konkyoError.ts';

/** A method was asked for that there is not. */
export class UnknownMethodError extends KonkyoError {
  readonly tag = 'unknown-method';
}

/** A method's setting is out of range or not known. */
export class MethodOptionError extends KonkyoError {
  readonly tag = 'method-option';
}

/** Segments that do not cover the image, or are too many. */
export class SegmentsError extends KonkyoError {
  readonly tag = 'segments';
}
