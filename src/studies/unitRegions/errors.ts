import { KonkyoError } from '../../konkyoError.ts';

/** The model has no units that are weighted sums of a map's cells, or not those that were named. */
export class LinearUnitsError extends KonkyoError {
  readonly tag = 'linear-units';
}
