import { KonkyoError } from '../konkyoError.ts';

/** The model is not a classifier of one image that konkyo can explain, or not without being told more. */
export class UnsuitableModelError extends KonkyoError {
  readonly tag = 'unsuitable-model';
}

/** A description of the model's input that does not fit the model, or is incomplete. */
export class InputDescriptionError extends KonkyoError {
  readonly tag = 'input-description';
}

/** An input that does not fit the model. */
export class InvalidInputError extends KonkyoError {
  readonly tag = 'invalid-input';
}

/** A class the model does not have. */
export class InvalidTargetError extends KonkyoError {
  readonly tag = 'invalid-target';
}

/** A rewritten model does not compute what the original computes: konkyo refuses to explain it. */
export class NotEquivalentError extends KonkyoError {
  readonly tag = 'not-equivalent';
}

/** A layer, or a unit of one, that the model does not have or that cannot be used for what was asked. */
export class LayerError extends KonkyoError {
  readonly tag = 'layer';
}
