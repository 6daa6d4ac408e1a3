import { KonkyoError } from '../konkyoError.ts';

/** What every dataset error says: where the data came from, what is wrong with it, and what to do next. */
interface Complaint {
  readonly where: string;
  readonly what: string;
  readonly nextStep: string;
  readonly cause?: unknown;
}

/** Base of all errors thrown by `datasets/`; tell them apart by `tag`. */
abstract class DatasetError extends KonkyoError {
  /** The file, or a description of the bytes. */
  readonly where: string;

  constructor({ where, what, nextStep, cause }: Complaint) {
    super(`${where}: ${what}. ${nextStep}`, cause === undefined ? undefined : { cause });
    this.where = where;
  }
}

/** A file or folder that cannot be read at all. */
export class DatasetFileError extends DatasetError {
  readonly tag = 'dataset-file';
}

/** Bytes that are not the IDX format of MNIST, or not of a supported kind. */
export class IdxFormatError extends DatasetError {
  readonly tag = 'idx-format';
}

/** Bytes that are not a NumPy array file, are cut short, or have a header that cannot be understood. */
export class NpyFormatError extends DatasetError {
  readonly tag = 'npy-format';
}

/** A NumPy element type without a counterpart here (strings, objects, records, complex numbers, dates). */
export class NpyTypeError extends DatasetError {
  readonly tag = 'npy-type';
  /** The type as the file spells it. */
  readonly descr: string;

  constructor(where: string, descr: string) {
    super({
      where,
      what: `element type ${descr} is not supported`,
      nextStep: "Save the array as numbers, for example with array.astype('float32')",
    });
    this.descr = descr;
  }
}

/** Bytes that are not a zip archive of NumPy arrays, or that are damaged. */
export class NpzFormatError extends DatasetError {
  readonly tag = 'npz-format';
}

/** Bytes that are not a picture in a supported format, or a picture that is damaged. */
export class ImageFormatError extends DatasetError {
  readonly tag = 'image-format';
  /** What the bytes look like. */
  readonly found: string;

  constructor(complaint: Complaint & { readonly found: string }) {
    super(complaint);
    this.found = complaint.found;
  }
}

/** Images and labels that do not belong together: other counts, sizes, or class numbers. */
export class LabelledImagesError extends DatasetError {
  readonly tag = 'labelled-images';
}

/** An image number outside of a data set. */
export class ImageIndexError extends DatasetError {
  readonly tag = 'image-index';
  readonly index: number;
  readonly count: number;

  constructor(where: string, index: number, count: number) {
    super({
      where,
      what: `there is no image ${index}`,
      nextStep: count === 0 ? 'The data set is empty' : `Choose a whole number from 0 to ${count - 1}`,
    });
    this.index = index;
    this.count = count;
  }
}

/** A name that is neither a data set's nor a file or folder. */
export class UnknownDatasetError extends DatasetError {
  readonly tag = 'unknown-dataset';
}

/** Content that is not what was published under this name. */
export class ChecksumError extends DatasetError {
  readonly tag = 'checksum';
  /** SHA-256, hexadecimal. */
  readonly expected: string;
  readonly found: string;

  constructor(where: string, file: string, { expected, found }: { expected: string; found: string }) {
    super({
      where,
      what: `its content is not that of ${file} as published: its SHA-256 is ${found}, not ${expected}`,
      nextStep: 'Download it again; to use a file of your own, give its folder instead of the name of the data set',
    });
    this.expected = expected;
    this.found = found;
  }
}

/** A named data set that is not on this machine and could not be downloaded. */
export class DownloadError extends DatasetError {
  readonly tag = 'download';
}

/** Stopped by the caller's signal. */
export class InterruptedError extends DatasetError {
  readonly tag = 'interrupted';
}

/** A folder of pictures that is no data set: no classes, a class without pictures, pictures of several sizes. */
export class ImageFolderError extends DatasetError {
  readonly tag = 'image-folder';
}

/** Arrays that are no data set: missing or misnamed ones, other shapes or types. */
export class ArrayDatasetError extends DatasetError {
  readonly tag = 'array-dataset';
}
