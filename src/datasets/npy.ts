import { FileFormatError } from './errors.ts';
import { formatNpyHeader, parseNpyHeader } from './npyHeader.ts';
import { type NpyArray, type NpyText, npyCodecs, npyDescrs } from './npyTypes.ts';

/**
 * Reads one array as `numpy.save` writes it. Either byte order, C or Fortran order; the result is always a copy in C
 * order, so `bytes` may begin anywhere in a buffer. float16 becomes float32, which loses nothing.
 * @param where names the bytes in errors.
 * @throws FileFormatError if the bytes are not exactly one array, or its elements are not numbers.
 */
export function readNpy(bytes: Uint8Array, where = 'NumPy array'): NpyArray {
  const { descr, fortranOrder, dims, length } = parseNpyHeader(bytes, where);
  const [, byteOrder, code] = /^([<>|=])(\w+)$/.exec(descr) ?? [];
  const codec = code === undefined ? undefined : npyCodecs[code];
  if (codec === undefined) {
    throw new FileFormatError({
      where,
      what: `element type ${descr} is not supported`,
      nextStep: "Save the array as numbers, for example with array.astype('float32')",
    });
  }
  const itemSize = codec.bytesPerElement;
  const expected = elementCount(dims) * itemSize;
  const actual = bytes.length - length;
  if (actual !== expected) {
    const kind = actual < expected ? 'cut short' : 'longer than one array';
    throw new FileFormatError({
      where,
      what: `${kind}: shape (${dims.join(', ')}) of ${descr} needs ${expected} bytes, there are ${actual}`,
      nextStep: 'Copy or save the file again',
    });
  }
  const items = new Uint8Array(expected);
  items.set(bytes.subarray(length));
  const ordered = fortranOrder ? toRowMajor(items, dims, itemSize) : items;
  if (byteOrder === '>') reverseEachItem(ordered, itemSize);
  return codec.decode(dims, ordered.buffer);
}

/** Whether the bytes are an array of text, which `readNpy` does not read. */
export function isNpyText(bytes: Uint8Array, where = 'NumPy array'): boolean {
  return /^[<>|=]U\d+$/.test(parseNpyHeader(bytes, where).descr);
}

/**
 * The bytes `numpy.save` would write for this array.
 * @throws FileFormatError if the shape does not fit the number of elements.
 */
export function writeNpy(array: NpyArray, where = 'NumPy array'): Uint8Array {
  const { type, dims, data } = array;
  if (elementCount(dims) !== data.length) throw misshapen(where, dims, data.length);
  return withHeader(formatNpyHeader(npyDescrs[type], dims), data);
}

/**
 * The bytes `numpy.save` would write for an array of text: four bytes a code point, every text as long as the longest.
 * @throws FileFormatError if the shape does not fit the number of texts.
 */
export function writeNpyText({ dims, data }: NpyText, where = 'NumPy array'): Uint8Array {
  const rows = data.map((text) => Array.from(text, (character) => character.codePointAt(0) ?? 0));
  const width = rows.reduce((longest, { length }) => Math.max(longest, length), 1);
  const codes = new Uint32Array(rows.length * width);
  for (const [i, row] of rows.entries()) codes.set(row, i * width);
  if (elementCount(dims) !== data.length) throw misshapen(where, dims, data.length);
  return withHeader(formatNpyHeader(`<U${width}`, dims), codes);
}

function misshapen(where: string, dims: readonly number[], length: number): FileFormatError {
  return new FileFormatError({
    where,
    what: `shape (${dims.join(', ')}) has ${elementCount(dims)} elements, the data ${length}`,
    nextStep: 'Give the shape of the data',
  });
}

function withHeader(header: Uint8Array, data: ArrayBufferView): Uint8Array {
  const bytes = new Uint8Array(header.length + data.byteLength);
  bytes.set(header);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), header.length);
  return bytes;
}

function elementCount(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

/** From "first index runs fastest" to "last index runs fastest". */
function toRowMajor(items: Uint8Array, dims: readonly number[], itemSize: number): Uint8Array<ArrayBuffer> {
  const ordered = new Uint8Array(items.length);
  const strides = dims.map((_, axis) => elementCount(dims.slice(0, axis)));
  const count = items.length / itemSize;
  for (let target = 0; target < count; target++) {
    let source = 0;
    let rest = target;
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      const dim = dims[axis] ?? 1;
      source += (rest % dim) * (strides[axis] ?? 1);
      rest = Math.floor(rest / dim);
    }
    ordered.set(items.subarray(source * itemSize, (source + 1) * itemSize), target * itemSize);
  }
  return ordered;
}

function reverseEachItem(items: Uint8Array, itemSize: number): void {
  for (let start = 0; start < items.length; start += itemSize) items.subarray(start, start + itemSize).reverse();
}
