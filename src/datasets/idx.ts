import { FileFormatError, LabelledImagesError } from './errors.ts';
import { type LabelledImages, labelledImages } from './labelledImages.ts';

/** The content of an IDX file (the format of MNIST): `data` has one byte for each element of `dims`. */
interface IdxArray {
  readonly dims: readonly number[];
  readonly data: Uint8Array;
}

const UNSIGNED_BYTE = 0x08;

/**
 * Reads an IDX array of unsigned bytes. Header: two zero bytes, the element type, the number of dimensions, then the
 * dimensions as big-endian 32-bit numbers. The result is a view into `bytes`.
 * @param where names the bytes in errors.
 * @throws FileFormatError if it is another format or element type, or not exactly as long as its header says.
 */
export function parseIdx(bytes: Uint8Array, where = 'IDX bytes'): IdxArray {
  const [zero0, zero1, type, rank] = bytes;
  if (zero0 !== 0 || zero1 !== 0 || type === undefined || rank === undefined || rank === 0) {
    throw new FileFormatError({ where, what: `not an IDX file (${firstBytes(bytes)})`, nextStep: EXPECTED });
  }
  if (type !== UNSIGNED_BYTE) {
    const what = `IDX element type 0x${type.toString(16).padStart(2, '0')} is not supported`;
    throw new FileFormatError({ where, what, nextStep: 'Save it as unsigned bytes (type 0x08)' });
  }
  const headerLength = 4 + 4 * rank;
  if (bytes.length < headerLength) throw wrongLength(where, headerLength, bytes.length);
  const dims = idxDims(bytes, rank);
  const expected = headerLength + dims.reduce((product, dim) => product * dim, 1);
  if (bytes.length !== expected) throw wrongLength(where, expected, bytes.length);
  return { dims, data: bytes.subarray(headerLength) };
}

/** The bytes of a whole IDX file as its header states them; undefined where that is not the beginning of one. */
export function idxLength(start: Uint8Array): number | undefined {
  const [zero0, zero1, , rank = 0] = start;
  const headerLength = 4 + 4 * rank;
  if (zero0 !== 0 || zero1 !== 0 || rank === 0 || start.length < headerLength) return undefined;
  return headerLength + idxDims(start, rank).reduce((product, dim) => product * dim, 1);
}

function idxDims(bytes: Uint8Array, rank: number): readonly number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
}

/** The two files of a set, and where they come from. */
interface IdxPair {
  readonly name: string;
  readonly images: { readonly bytes: Uint8Array; readonly where: string };
  readonly labels: { readonly bytes: Uint8Array; readonly where: string };
  /** Default: the numbers from 0 to the largest label. */
  readonly classNames?: readonly string[];
}

/**
 * Grey images `[count, height, width]` and labels `[count]` as a data set with one channel.
 * @throws FileFormatError if either is not IDX of that shape; LabelledImagesError if they do not belong together.
 */
export function labelledImagesFromIdx(pair: IdxPair): LabelledImages {
  const images = parseIdx(pair.images.bytes, pair.images.where);
  const labels = parseIdx(pair.labels.bytes, pair.labels.where);
  const [count, height, width] = images.dims;
  if (images.dims.length !== 3 || count === undefined || height === undefined || width === undefined) {
    throw wrongRank(pair.images.where, 'images (count, height, width)', images.dims);
  }
  if (labels.dims.length !== 1) throw wrongRank(pair.labels.where, 'labels (count)', labels.dims);
  if (count !== labels.data.length) {
    throw new LabelledImagesError({
      where: pair.name,
      what: `${count} images in ${pair.images.where}, but ${labels.data.length} labels in ${pair.labels.where}`,
      nextStep: 'Use the image and the label file of the same set',
    });
  }
  return labelledImages({
    name: pair.name,
    images: images.data,
    labels: labels.data,
    height,
    width,
    channels: 1,
    classNames: pair.classNames ?? numbersUpTo(labels.data),
  });
}

const EXPECTED =
  'Expected a file such as train-images-idx3-ubyte or train-labels-idx1-ubyte; if it is compressed, decompress it first';

function numbersUpTo(labels: Uint8Array): readonly string[] {
  const largest = labels.reduce((max, label) => Math.max(max, label), -1);
  return Array.from({ length: largest + 1 }, (_, label) => String(label));
}

function wrongLength(where: string, expected: number, actual: number): FileFormatError {
  const what = `${actual < expected ? 'cut short' : 'too long'}: its header asks for ${expected} bytes, it has ${actual}`;
  return new FileFormatError({ where, what, nextStep: 'Download or copy the file again' });
}

function wrongRank(where: string, wanted: string, dims: readonly number[]): FileFormatError {
  return new FileFormatError({
    where,
    what: `expected ${wanted}, found an array of ${dims.join(' x ')}`,
    nextStep: 'Check that images and labels are not swapped',
  });
}

function firstBytes(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'it is empty';
  const start = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0'));
  return `it begins with ${start.join(' ')}`;
}
