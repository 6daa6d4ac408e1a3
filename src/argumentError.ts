import { KonkyoError } from './konkyoError.ts';

/** An argument that the function's description does not admit: sizes that do not fit together, a number out of range. */
export class ArgumentError extends KonkyoError {
  readonly tag = 'argument';
}
