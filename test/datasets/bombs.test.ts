import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { datasetFromArrays } from '../../src/datasets/arrayDataset.ts';
import { readIdxFolder } from '../../src/datasets/idxFolder.ts';
import { decodeImage } from '../../src/datasets/imageFile.ts';
import { labelledImages } from '../../src/datasets/labelledImages.ts';
import { writeNpy } from '../../src/datasets/npy.ts';
import type { NpyArray } from '../../src/datasets/npyTypes.ts';
import { readNpz } from '../../src/datasets/npz.ts';
import { encodePicture } from '../../src/pictures/png.ts';

const idx = (dims: readonly number[], bytes: number) => {
  const header = Buffer.from([
    0,
    0,
    8,
    dims.length,
    ...dims.flatMap((dim) => [dim >>> 24, dim >>> 16, dim >>> 8, dim]),
  ]);
  return Buffer.concat([header, Buffer.alloc(bytes)]);
};

async function readIdx(images: Uint8Array): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), 'konkyo-bomb-'));
  try {
    await writeFile(join(folder, 'train-images-idx3-ubyte.gz'), images);
    await writeFile(join(folder, 't10k-images-idx3-ubyte'), idx([1, 2, 2], 4));
    for (const set of ['train', 't10k']) await writeFile(join(folder, `${set}-labels-idx1-ubyte`), idx([1], 1));
    return await readIdxFolder(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('a gzip file', () => {
  it('is read as far as its header says', async () => {
    await readIdx(gzipSync(idx([1, 2, 2], 4)));
    await expect(readIdx(gzipSync(idx([1, 2, 2], 20_000_000)))).rejects.toThrow(
      /more than the 20 bytes that its header states/,
    );
  });

  it('is not read where its header asks for more than the bound', async () => {
    await expect(readIdx(gzipSync(idx([60_000, 1000, 1000], 1000)))).rejects.toThrow(
      /asks for 55\.9 GiB.*KONKYO_MAX_MEMORY/,
    );
  });

  it('that is not IDX is not unpacked to its end', async () => {
    await expect(readIdx(gzipSync(Buffer.alloc(20_000_000, 7)))).rejects.toThrow(/not an IDX file/);
  });
});

describe('an npz archive', () => {
  const large = writeNpy({ type: 'uint8', dims: [5_000_000], data: new Uint8Array(5_000_000) });
  const bomb = zipSync({ 'a.npy': large, 'b.npy': large }, { level: 9 });

  it('is not unpacked where it is larger than the bound, or larger than it says', () => {
    expect(bomb.length).toBeLessThan(20_000);
    expect(readNpz(bomb).size).toBe(2);
    expect(() => readNpz(bomb, 'bomb', 9_000_000)).toThrow(/its arrays have 9\.5 MiB, and konkyo reads 8\.6 MiB/);
    const lying = Uint8Array.from(bomb);
    const view = new DataView(lying.buffer);
    const directory = view.getUint32(lying.length - 6, true);
    view.setUint32(directory + 24, 1000, true);
    expect(() => readNpz(lying)).toThrow(/a\.npy has more than the 1000 bytes that are stated/);
  });

  it('has each array once', () => {
    const twice = Uint8Array.from(bomb);
    Buffer.from(twice.buffer).write('a.npy', Buffer.from(twice.buffer).lastIndexOf('b.npy'));
    expect(() => readNpz(twice)).toThrow(/two arrays "a"/);
  });
});

it('a picture of more pixels than the bound is refused by its header', async () => {
  const png = Buffer.from(encodePicture({ height: 1, width: 1, channels: 1, data: new Uint8Array(1) }));
  const at = png.indexOf('IHDR');
  png.writeUInt32BE(100_000, at + 4);
  png.writeUInt32BE(100_000, at + 8);
  png.writeUInt32BE(crcOf(png.subarray(at, at + 17)), at + 17);
  await expect(decodeImage(png)).rejects.toThrow(/100000 x 100000 pixels, and 268435456 are read/);
});

/** Of zlib's own making: the end of a gzip file has it. */
function crcOf(bytes: Uint8Array): number {
  return gzipSync(bytes).readUInt32LE(gzipSync(bytes).length - 8);
}

describe('labels', () => {
  const images: NpyArray = { type: 'uint8', dims: [10, 1, 1], data: new Uint8Array(10) };
  const withLabel = (label: bigint) => {
    const labels: NpyArray = {
      type: 'int64',
      dims: [10],
      data: BigInt64Array.from({ length: 10 }, (_, i) => (i === 3 ? label : 0n)),
    };
    return () =>
      datasetFromArrays(
        new Map<string, NpyArray>([
          ['images', images],
          ['labels', labels],
        ]),
        'set.npz',
        'set',
      );
  };

  it.each([2n ** 31n - 1n, 2n ** 31n, 2n ** 32n, 2n ** 53n + 1n, 2n ** 63n - 1n, -1n, -(2n ** 32n), -(2n ** 63n)])(
    'of %d do not wrap',
    (label) => {
      expect(withLabel(label)).toThrow(/label/);
      expect(withLabel(label)).toThrow(String(label < 0n ? Number(label) : label));
    },
  );

  it.each([2 ** 32, 1.5, Number.NaN, -1, Infinity])('of %d are no classes', (label) => {
    const parts = { name: 'set', images: new Uint8Array(1), height: 1, width: 1, channels: 1, classNames: ['a', 'b'] };
    expect(() => labelledImages({ ...parts, labels: [label] })).toThrow(`image 0 has label ${label}`);
  });
});
