import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { FileFormatError } from '../../src/datasets/errors.ts';
import { writeNpy } from '../../src/datasets/npy.ts';
import type { NpyArray } from '../../src/datasets/npyTypes.ts';
import { readNpz, writeNpz } from '../../src/datasets/npz.ts';
import { errorOf } from './expectError.ts';

const arrays = new Map<string, NpyArray>([
  ['saliency', { type: 'float32', dims: [1, 1, 2, 2], data: Float32Array.of(1, -2, 3, -4) }],
  ['2', { type: 'int64', dims: [1], data: BigInt64Array.of(7n) }],
  ['__proto__', { type: 'bool', dims: [], data: Uint8Array.of(1) }],
]);

const reference = [
  new URL('../reference/lenet.npz', import.meta.url),
  new URL('../../../shared/reference/lenet.npz', import.meta.url),
].find((url) => existsSync(url));

describe('npz', () => {
  it('reads back what it wrote, whatever the names', () => {
    const read = readNpz(writeNpz(arrays));
    expect(new Set(read.keys())).toEqual(new Set(arrays.keys()));
    for (const [name, array] of arrays) expect(read.get(name)).toEqual(array);
  });

  it('writes the same bytes in every time zone', () => {
    const module = new URL('../../src/datasets/npz.ts', import.meta.url).href;
    const program = `import { writeNpz } from '${module}';
      const bytes = writeNpz(new Map([['a', { type: 'uint8', dims: [1], data: Uint8Array.of(5) }]]));
      process.stdout.write(Buffer.from(bytes).toString('base64'));`;
    const inZone = (TZ: string) =>
      execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
        env: { ...process.env, TZ },
        encoding: 'utf8',
      });
    const here = inZone('Asia/Tokyo');
    expect(here.length).toBeGreaterThan(100);
    expect(inZone('America/Los_Angeles')).toBe(here);
  });

  it('passes over entries that are not arrays', () => {
    const bytes = zipSync({ 'notes.txt': Uint8Array.of(65), 'x.npy': writeNpy(arrays.get('2')!) });
    expect([...readNpz(bytes).keys()]).toEqual(['x']);
  });

  it.each([
    ['a single array', writeNpy(arrays.get('2')!), 'not a NumPy archive (zip)'],
    ['an archive cut short', writeNpz(arrays).subarray(0, -30), 'the archive is cut short or damaged'],
    ['two bytes', Uint8Array.of(0x50, 0x4b), 'the archive is cut short or damaged'],
    ['an archive without arrays', zipSync({ 'notes.txt': Uint8Array.of(65) }), 'the archive has no arrays'],
  ])('refuses %s', async (_, bytes, what) => {
    const error = await errorOf(FileFormatError, () => readNpz(bytes, 'maps.npz'));
    expect(error.message).toContain(`maps.npz: ${what}`);
  });

  it('notices one flipped bit in an array', async () => {
    const bytes = writeNpz(arrays);
    const place = Buffer.from(bytes).indexOf(Buffer.from(Float32Array.of(1, -2, 3, -4).buffer));
    bytes[place] = (bytes[place] ?? 0) ^ 1;
    const error = await errorOf(FileFormatError, () => readNpz(bytes));
    expect(error.cause).toMatchObject({ message: 'the checksum of saliency.npy is wrong' });
  });

  it('names the array whose elements are not numbers', async () => {
    const text = Buffer.from(writeNpy(arrays.get('2')!));
    text.write('<U2', text.indexOf('<i8'));
    const error = await errorOf(FileFormatError, () => readNpz(zipSync({ 'names.npy': text }), 'maps.npz'));
    expect(error.message).toContain('maps.npz, array "names": element type <U2 is not supported');
  });

  it.skipIf(reference === undefined)('reads the reference attributions (skipped without the reference files)', () => {
    const read = readNpz(readFileSync(fileURLToPath(reference!)));
    expect(read.get('input')).toMatchObject({ type: 'float32', dims: [4, 1, 28, 28] });
    expect(read.get('target')).toMatchObject({ type: 'int64', dims: [4] });
    const values = (name: string): number[] => Array.from(read.get(name)!.data, Number);
    const [input, gradient] = [values('input'), values('saliency_signed')];
    const gaps = values('input_x_gradient').map((value, i) => Math.abs(value - input[i]! * gradient[i]!));
    expect(Math.max(...gaps)).toBeLessThan(1e-6);
  });
});

describe('an archive that numpy does not write', () => {
  const archive = writeNpz(new Map([['a', { type: 'uint8', dims: [1], data: Uint8Array.of(7) }]]));
  /** Changes a field of the directory's entry. */
  const changed = (field: number, value: number) => {
    const bytes = archive.slice();
    bytes[Buffer.from(bytes).indexOf('PK\x01\x02') + field] = value;
    return bytes;
  };

  it('is said to be encrypted, or packed in another way, not damaged', () => {
    expect(() => readNpz(changed(8, 1))).toThrow(/"a" is encrypted\. Save it with numpy\.savez/);
    expect(() => readNpz(changed(10, 12))).toThrow(/packed in a way that numpy does not use \(12\)/);
  });

  it('may have a comment that looks like a directory', () => {
    const comment = Buffer.from('PK\x05\x06'.repeat(30), 'latin1');
    const bytes = Uint8Array.from([...archive, ...comment]);
    new DataView(bytes.buffer).setUint16(archive.length - 2, comment.length, true);
    expect([...(readNpz(bytes).get('a')?.data ?? [])]).toEqual([7]);
  });
});
