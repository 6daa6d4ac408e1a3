import { KonkyoError } from '../../konkyoError.ts';

/**
 * A map that cannot be judged: numbers that are not finite, the same value everywhere, or another size than the
 * image's.
 */
export class UnmeasurableMapError extends KonkyoError {
  readonly tag = 'unmeasurable-map';
}

/** A mask that does not say where in this image the truth is: another size, nothing inside, or everything. */
export class MaskError extends KonkyoError {
  readonly tag = 'mask';
}

/** A metric's setting out of range, or more pixels, regions or images than there are. */
export class MetricSettingsError extends KonkyoError {
  readonly tag = 'metric-settings';
}
