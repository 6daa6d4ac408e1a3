import { KonkyoError } from '../konkyoError.ts';

/** The bytes are not a model that can be read. */
export class InvalidModelError extends KonkyoError {
  readonly tag = 'invalid-model';
}

/** A tensor's data lies in another file that was not given or is too short. */
export class ExternalDataError extends KonkyoError {
  readonly tag = 'external-data';
  readonly location: string;
  constructor(message: string, location: string, options?: ErrorOptions) {
    super(message, options);
    this.location = location;
  }
}

/** A number that would be written into a graph is NaN. */
export class NotANumberError extends KonkyoError {
  readonly tag = 'not-a-number';
  constructor(what: string) {
    super(
      `${what} is NaN: it comes of an attribute of the model that is NaN, or of a size that depends on the image. Use a method that needs no gradients, or export the model with fixed sizes.`,
    );
  }
}
