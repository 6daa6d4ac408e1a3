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
