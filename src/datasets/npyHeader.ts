import { FileFormatError } from './errors.ts';
import { parseHeaderText } from './npyHeaderText.ts';

/** The header of a `.npy` file (NumPy's format description, versions 1.0 to 3.0). */
interface NpyHeader {
  /** NumPy's spelling of the element type, such as `<f4`. */
  readonly descr: string;
  /** Whether the first index runs fastest in the file. */
  readonly fortranOrder: boolean;
  readonly dims: readonly number[];
  /** Bytes before the first element. */
  readonly length: number;
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] as const; // \x93NUMPY
const ALIGNMENT = 64;
/** NumPy 2's limit; earlier versions had 32. */
const mostDimensions = 64;

/** @throws FileFormatError if the bytes do not begin with a complete, understandable header. */
export function parseNpyHeader(bytes: Uint8Array, where: string): NpyHeader {
  if (!MAGIC.every((byte, position) => bytes[position] === byte)) {
    throw malformed(where, 'not a NumPy array file', 'Expected the output of numpy.save');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const major = bytes[6] ?? 0;
  if (bytes.length >= 8 && (major < 1 || major > 3)) {
    throw malformed(where, `NumPy format version ${major} is not known`, 'Save it with a released NumPy');
  }
  const start = major === 1 ? 10 : 12;
  if (bytes.length < start) throw cutShort(where);
  const length = start + (major === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (bytes.length < length) throw cutShort(where);
  const text = new TextDecoder(major === 3 ? 'utf-8' : 'latin1').decode(bytes.subarray(start, length));
  const fields = parseHeaderText(text);
  if (fields === undefined) {
    const shown = text.trim().slice(0, 200);
    throw malformed(where, `the header cannot be understood: ${shown}`, 'Save the array again with numpy.save');
  }
  if (!fields.dims.every(Number.isSafeInteger)) {
    throw malformed(
      where,
      `no array has the shape (${fields.dims.join(', ')})`,
      'Save the array again with numpy.save',
    );
  }
  if (fields.dims.length > mostDimensions) {
    throw malformed(where, `the array has ${fields.dims.length} dimensions`, `NumPy has at most ${mostDimensions}`);
  }
  return { ...fields, length };
}

/** A version 1.0 header in C order, byte for byte as `numpy.save` writes it: padded so that the data is aligned. */
export function formatNpyHeader(descr: string, dims: readonly number[]): Uint8Array {
  const shape = dims.length === 1 ? `(${dims[0]},)` : `(${dims.join(', ')})`;
  const dictionary = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`;
  const unpadded = MAGIC.length + 4 + dictionary.length + 1;
  const length = Math.ceil(unpadded / ALIGNMENT) * ALIGNMENT;
  const textLength = length - MAGIC.length - 4;
  const header = new Uint8Array(length);
  header.set([...MAGIC, 1, 0, textLength & 0xff, textLength >> 8]);
  header.set(new TextEncoder().encode(`${dictionary.padEnd(textLength - 1)}\n`), MAGIC.length + 4);
  return header;
}

function cutShort(where: string): FileFormatError {
  return malformed(where, 'the NumPy header is cut short', 'Copy or save the file again');
}

function malformed(where: string, what: string, nextStep: string): FileFormatError {
  return new FileFormatError({ where, what, nextStep });
}
