import { KonkyoError } from '../konkyoError.ts';

/** A method was asked for that there is not. */
export class UnknownMethodError extends KonkyoError {
  readonly tag = 'unknown-method';
}

/** A method's setting is out of range or not known. */
export class MethodOptionError extends KonkyoError {
  readonly tag = 'method-option';
}

/** A layer was named that the model does not have between the pixels and the explained scores. */
export class UnknownLayerError extends KonkyoError {
  readonly tag = 'unknown-layer';
  readonly layer: string;
  /** Every name that would do. */
  readonly names: readonly string[];
  constructor(layer: string, near: readonly string[], names: readonly string[]) {
    super(
      `There is no layer "${layer}" between the image and the explained scores. Of the ${names.length} names of nodes and values there, these are near: ${near.join(', ')}.`,
    );
    this.layer = layer;
    this.names = names;
  }
}

/** A layer, or a unit of one, that cannot be used for what was asked. */
export class LayerError extends KonkyoError {
  readonly tag = 'layer';
}

/** Segments that do not cover the image, or are too many. */
export class SegmentsError extends KonkyoError {
  readonly tag = 'segments';
}
