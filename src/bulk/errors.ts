import { KonkyoError } from '../konkyoError.ts';

/** A store was made of something else than is asked for now: the message names each difference. */
export class StoreMismatchError extends KonkyoError {
  readonly tag = 'store-mismatch';
}

/** What is there is no store of maps, one of another version, not whole, or damaged. */
export class StoreFormatError extends KonkyoError {
  readonly tag = 'store-format';
}

/** Something could not be written to a store: the disk is full, say. What was written before is whole. */
export class StoreWriteError extends KonkyoError {
  readonly tag = 'store-write';
}

/** The pictures of a finished shard are not those that were explained. */
export class ImagesChangedError extends KonkyoError {
  readonly tag = 'images-changed';
}

/** What was asked of a bulk run cannot be. */
export class BulkSettingsError extends KonkyoError {
  readonly tag = 'bulk-settings';
}
