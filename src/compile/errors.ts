import { KonkyoError } from '../konkyoError.ts';

/** A method that is more than one graph. */
export class NotCompilableError extends KonkyoError {
  readonly tag = 'not-compilable';
}
