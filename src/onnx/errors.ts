/*
 * Every error konkyo raises on purpose has a `tag` and fields, and a message that says what, where and the next step.
 */

export abstract class KonkyoError extends Error {
  abstract readonly tag: string;
  override get name(): string {
    return this.tag;
  }
}

/** Whether an error is one of konkyo's own; with a tag, whether it is that one. */
export function isKonkyoError(error: unknown, tag?: string): error is KonkyoError {
  return error instanceof KonkyoError && (tag === undefined || error.tag === tag);
}

/** The bytes are not a model that can be read. */
export class InvalidModelError extends KonkyoError {
  readonly tag = 'InvalidModel';
}

/** A tensor's data lies in another file that was not given or is too short. */
export class ExternalDataError extends KonkyoError {
  readonly tag = 'ExternalData';
  readonly location: string;
  constructor(message: string, location: string, options?: ErrorOptions) {
    super(message, options);
    this.location = location;
  }
}
