import { KonkyoError } from '../../konkyoError.ts';

/** The model, the data set and what was asked of them do not go together. */
export class FiltersError extends KonkyoError {
  readonly tag = 'filters';
}
