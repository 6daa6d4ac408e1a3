import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DatasetFileError } from '../../src/datasets/errors.ts';
import { readIdxFolder } from '../../src/datasets/idxFolder.ts';
import { errorOf } from './expectError.ts';
import { idxImages, idxLabels } from './idxBytes.ts';

const mnist = fileURLToPath(new URL('../../../shared/data/mnist/', import.meta.url));
let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'konkyo-idx-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function writeTinySet(): Promise<void> {
  await writeFile(join(folder, 'train-images-idx3-ubyte.gz'), gzipSync(idxImages([2, 1, 1], [10, 20])));
  await writeFile(join(folder, 'train-labels.idx1-ubyte'), idxLabels([0, 1]));
  await writeFile(join(folder, 't10k-images-idx3-ubyte'), idxImages([1, 1, 1], [30]));
  await writeFile(join(folder, 't10k-labels-idx1-ubyte.gz'), gzipSync(idxLabels([2])));
}

describe('IDX folder', () => {
  it('reads compressed and plain files in either spelling; both sets know all classes', async () => {
    await writeTinySet();
    const { train, test } = await readIdxFolder(folder, { name: 'tiny' });
    expect([train.name, [...train.images], [...train.labels]]).toEqual(['tiny (training)', [10, 20], [0, 1]]);
    expect([test.name, [...test.images], [...test.labels]]).toEqual(['tiny (test)', [30], [2]]);
    expect(train.classNames).toEqual(['0', '1', '2']);
    expect(test.classNames).toEqual(['0', '1', '2']);
  });

  it('takes class names', async () => {
    await writeTinySet();
    const { test } = await readIdxFolder(folder, { classNames: ['shirt', 'shoe', 'bag'] });
    expect(test.classNames[test.labels[0]!]).toBe('bag');
  });

  it('names every missing file', async () => {
    await writeFile(join(folder, 'train-images-idx3-ubyte'), idxImages([1, 1, 1], [0]));
    const error = await errorOf(DatasetFileError, () => readIdxFolder(folder));
    expect(error.message).toContain(
      'no train-labels-idx1-ubyte, no t10k-images-idx3-ubyte, no t10k-labels-idx1-ubyte. Put the four MNIST files there',
    );
  });

  it('names a folder that does not exist, and keeps the cause', async () => {
    const error = await errorOf(DatasetFileError, () => readIdxFolder(join(folder, 'nowhere')));
    expect(error.where).toBe(join(folder, 'nowhere'));
    expect(error.cause).toMatchObject({ code: 'ENOENT' });
  });

  it('names a compressed file that is damaged', async () => {
    await writeTinySet();
    const file = join(folder, 'train-images-idx3-ubyte.gz');
    await writeFile(file, gzipSync(idxImages([2, 1, 1], [10, 20])).subarray(0, 12));
    const error = await errorOf(DatasetFileError, () => readIdxFolder(folder));
    expect(error.message).toContain(`${file}: the file cannot be read or decompressed`);
  });

  it.skipIf(!existsSync(mnist))('reads MNIST (skipped without ../shared)', async () => {
    const { train, test } = await readIdxFolder(mnist);
    expect([train.count, train.height, train.width, test.count]).toEqual([60_000, 28, 28, 10_000]);
    expect([...train.labels.subarray(0, 5)]).toEqual([5, 0, 4, 1, 9]);
  });
});
