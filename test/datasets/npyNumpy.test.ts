import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileFormatError } from '../../src/datasets/errors.ts';
import { readNpy, writeNpy, writeNpyText } from '../../src/datasets/npy.ts';
import type { NpyArray, NpyText } from '../../src/datasets/npyTypes.ts';
import { readNpz, writeNpz } from '../../src/datasets/npz.ts';
import { errorOf } from './expectError.ts';
import { hasNumpy, makeNumpyFixtures, python } from './numpy.ts';

const ramp = Array.from({ length: 24 }, (_, index) => index - 5);
const dims = [2, 3, 4];
const sameBytes = ['float32', 'float64', 'int64', 'uint64', 'int32', 'uint32', 'int16', 'uint16', 'int8', 'uint8'];

const expected: Readonly<Record<string, NpyArray>> = {
  float32: { type: 'float32', dims, data: Float32Array.from(ramp, (value) => value / 4) },
  float64: { type: 'float64', dims, data: Float64Array.from(ramp, (value) => value / 3) },
  int64: { type: 'int64', dims, data: BigInt64Array.from(ramp, (value) => BigInt(value) * 2n ** 40n) },
  uint64: { type: 'uint64', dims: [2], data: BigUint64Array.of(0n, 2n ** 64n - 1n) },
  int32: { type: 'int32', dims, data: Int32Array.from(ramp) },
  uint32: { type: 'uint32', dims: [1], data: Uint32Array.of(2 ** 32 - 1) },
  int16: { type: 'int16', dims, data: Int16Array.from(ramp) },
  uint16: { type: 'uint16', dims: [1], data: Uint16Array.of(65535) },
  int8: { type: 'int8', dims, data: Int8Array.from(ramp) },
  uint8: { type: 'uint8', dims: [2], data: Uint8Array.of(0, 255) },
  bool: { type: 'bool', dims, data: Uint8Array.from(ramp, (value) => (value > 0 ? 1 : 0)) },
  scalar: { type: 'float64', dims: [], data: Float64Array.of(3.5) },
  empty: { type: 'float32', dims: [0, 3], data: new Float32Array() },
  fortran: { type: 'float32', dims, data: Float32Array.from(ramp) },
  fortran_big_endian: { type: 'int16', dims, data: Int16Array.from(ramp) },
  big_endian: { type: 'float64', dims, data: Float64Array.from(ramp) },
  float16: {
    type: 'float32',
    dims: [9],
    data: Float32Array.of(0, -0, 1365 / 4096, -2, 65504, 2 ** -24, Number.POSITIVE_INFINITY, -Infinity, Number.NaN),
  },
};

describe.skipIf(!hasNumpy)('NumPy files (skipped without python3-numpy)', () => {
  let folder = '';
  const file = (name: string): Uint8Array => readFileSync(join(folder, name));
  beforeAll(() => {
    folder = makeNumpyFixtures();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(Object.keys(expected))('reads %s.npy', (name) => {
    expect(readNpy(file(`${name}.npy`))).toEqual(expected[name]);
  });

  it('reads format version 2', () => {
    expect(readNpy(file('version2.npy'))).toEqual(expected.float32);
  });

  it.each(['text', 'record', 'complex'])('refuses %s.npy', async (name) => {
    await errorOf(FileFormatError, () => readNpy(file(`${name}.npy`)));
  });

  it.each([...sameBytes, 'bool', 'scalar', 'empty'])('writes %s as numpy.save does, byte for byte', (name) => {
    expect(Buffer.compare(writeNpy(expected[name]!), file(`${name}.npy`))).toBe(0);
  });

  it.each(['stored.npz', 'compressed.npz'])('reads %s', (name) => {
    expect(Object.fromEntries(readNpz(file(name)))).toEqual(expected);
  });

  it('writes an archive that numpy.load understands', () => {
    const path = join(folder, 'ours.npz');
    writeFileSync(path, writeNpz(new Map(Object.entries(expected))));
    const program = `
import sys, numpy as np
ours, theirs = np.load(sys.argv[1]), np.load(sys.argv[2])
assert ours.files == theirs.files, ours.files
for name in ours.files:
    np.testing.assert_array_equal(ours[name], theirs[name])
print(len(ours.files))`;
    expect(python('-c', program, path, join(folder, 'stored.npz'))).toBe(String(Object.keys(expected).length));
  });

  it('writes text as numpy.save does, byte for byte, beside numbers that are read back', () => {
    const names = ['photo 1.png', '', 'häß', '感度マップ', '🐈'];
    const text = { type: 'text', dims: [names.length], data: names } as const;
    const path = join(folder, 'names.npy');
    const literal = JSON.stringify(names);
    const program = 'import sys, json, numpy as np; np.save(sys.argv[1], np.array(json.loads(sys.argv[2])))';
    python('-c', program, path, literal);
    expect(Buffer.compare(writeNpyText(text), readFileSync(path))).toBe(0);
    const archive = writeNpz(
      new Map<string, NpyArray | NpyText>([
        ['names', text],
        ['x', expected.int8!],
      ]),
    );
    expect([...readNpz(archive)]).toEqual([['x', expected.int8]]);
    writeFileSync(join(folder, 'named.npz'), archive);
    const read = 'import sys, json, numpy as np; print(json.dumps(np.load(sys.argv[1])["names"].tolist()))';
    expect(JSON.parse(python('-c', read, join(folder, 'named.npz')))).toEqual(names);
  });
});
