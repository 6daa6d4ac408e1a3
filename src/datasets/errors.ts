import { KonkyoError } from '../konkyoError.ts';

/** What an error of a data set says: where the data came from, what is wrong with it, and what to do next. */
interface Complaint {
  readonly where: string;
  readonly what: string;
  readonly nextStep: string;
  readonly cause?: unknown;
}

abstract class DatasetError extends KonkyoError {
  /** The file, or a description of the bytes. */
  readonly where: string;

  constructor({ where, what, nextStep, cause }: Complaint) {
    super(`${where}: ${what}. ${nextStep}`, cause === undefined ? undefined : { cause });
    this.where = where;
  }
}

/** A file or folder that cannot be read at all, or a name that is neither a data set's nor a file's. */
export class DatasetFileError extends DatasetError {
  readonly tag = 'dataset-file';
}

/** How a failure to read is put in words, by the reason that was given. */
interface Failure {
  readonly what: (reason: string) => string;
  readonly nextStep: string;
}

/** What `read` gives of a file or folder. @throws DatasetFileError where it fails */
export async function readingFrom<T>(
  where: string,
  { what, nextStep }: Failure,
  read: (path: string) => Promise<T>,
): Promise<T> {
  try {
    return await read(where);
  } catch (cause) {
    throw new DatasetFileError({
      where,
      what: what(cause instanceof Error ? cause.message : String(cause)),
      nextStep,
      cause,
    });
  }
}

/** Bytes that are not in a format that is read (IDX, NumPy's .npy and .npz, PNG, JPEG, WebP), are cut short or damaged. */
export class FileFormatError extends DatasetError {
  readonly tag = 'file-format';
}

/** Images and labels that are no data set: other counts, sizes or class numbers, missing ones, an image that is not there. */
export class LabelledImagesError extends DatasetError {
  readonly tag = 'labelled-images';
}

/** Content that is not what was published under this name. */
export class ChecksumError extends DatasetError {
  readonly tag = 'checksum';
}

/** A named data set that is not on this machine and could not be downloaded. */
export class DownloadError extends DatasetError {
  readonly tag = 'download';
}

/** Stopped by the caller's signal. */
export class InterruptedError extends DatasetError {
  readonly tag = 'interrupted';
}
