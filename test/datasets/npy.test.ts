import { describe, expect, it } from 'vitest';
import { FileFormatError } from '../../src/datasets/errors.ts';
import { readNpy, writeNpy } from '../../src/datasets/npy.ts';
import type { NpyArray } from '../../src/datasets/npyTypes.ts';
import { errorOf } from './expectError.ts';

const matrix: NpyArray = { type: 'float32', dims: [2, 2], data: Float32Array.of(1, -2, 3.5, Number.NaN) };

/** A version 1.0 file with this header text. */
function npyFile(dictionary: string, data: readonly number[] = []): Uint8Array {
  const text = Buffer.from(`${dictionary}\n`, 'latin1');
  return Uint8Array.of(0x93, ...Buffer.from('NUMPY'), 1, 0, text.length, 0, ...text, ...data);
}

describe('npy', () => {
  const arrays: readonly NpyArray[] = [
    matrix,
    { type: 'float64', dims: [], data: Float64Array.of(Math.PI) },
    { type: 'int64', dims: [2], data: BigInt64Array.of(-1n, 2n ** 62n) },
    { type: 'uint64', dims: [1], data: BigUint64Array.of(2n ** 64n - 1n) },
    { type: 'int32', dims: [1, 2], data: Int32Array.of(-7, 8) },
    { type: 'uint32', dims: [1], data: Uint32Array.of(2 ** 32 - 1) },
    { type: 'int16', dims: [1], data: Int16Array.of(-300) },
    { type: 'uint16', dims: [1], data: Uint16Array.of(65535) },
    { type: 'int8', dims: [1], data: Int8Array.of(-1) },
    { type: 'uint8', dims: [3], data: Uint8Array.of(0, 1, 255) },
    { type: 'bool', dims: [2], data: Uint8Array.of(1, 0) },
    { type: 'float32', dims: [0, 3], data: new Float32Array() },
  ];
  it.each(arrays)('reads back the $type array of shape $dims that it wrote', (array) => {
    expect(readNpy(writeNpy(array))).toEqual(array);
  });

  it('reads from, and writes, any place of a larger buffer', () => {
    const view = { ...matrix, data: new Float32Array(Float32Array.of(9, 1, -2, 3.5, Number.NaN).buffer, 4) };
    const file = writeNpy(view);
    const shifted = new Uint8Array(file.length + 1);
    shifted.set(file, 1);
    expect(readNpy(shifted.subarray(1))).toEqual(matrix);
  });

  it('gives data that shares nothing with the bytes', () => {
    const bytes = writeNpy(matrix);
    const array = readNpy(bytes);
    bytes.fill(0);
    expect(array).toEqual(matrix);
  });

  it.each([
    ['another format', Uint8Array.of(0x50, 0x4b, 3, 4), 'not a NumPy array file'],
    ['half a header', writeNpy(matrix).subarray(0, 20), 'the NumPy header is cut short'],
    ['only the magic bytes', writeNpy(matrix).subarray(0, 6), 'the NumPy header is cut short'],
    ['missing data', writeNpy(matrix).subarray(0, -4), 'cut short: shape (2, 2) of <f4 needs 16 bytes, there are 12'],
    ['surplus data', Uint8Array.of(...writeNpy(matrix), 0), 'longer than one array'],
    [
      'a negative dimension',
      npyFile("{'descr': '|u1', 'fortran_order': False, 'shape': (-1,), }"),
      'the header cannot',
    ],
    ['no shape', npyFile("{'descr': '|u1', 'fortran_order': False}"), 'the header cannot be understood'],
  ])('refuses %s', async (_, bytes, what) => {
    const error = await errorOf(FileFormatError, () => readNpy(bytes, 'input.npy'));
    expect(error.message).toContain(`input.npy: ${what}`);
  });

  it.each(['|O', '<U3', '<c8', '<M8[ns]', '|V4'])('refuses elements of type %s by name', async (descr) => {
    const bytes = npyFile(`{'descr': '${descr}', 'fortran_order': False, 'shape': (1,), }`, [0, 0, 0, 0, 0, 0, 0, 0]);
    const error = await errorOf(FileFormatError, () => readNpy(bytes, 'input.npy'));
    expect(error.message).toContain(`element type ${descr} is not supported. Save the array as numbers`);
  });

  it('does not write a shape that does not fit the data', async () => {
    const error = await errorOf(FileFormatError, () => writeNpy({ ...matrix, dims: [3, 2] }));
    expect(error.message).toContain('shape (3, 2) has 6 elements, the data 4');
  });
});
