import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChecksumError, DatasetFileError, LabelledImagesError } from '../../src/datasets/errors.ts';
import { imageAt } from '../../src/datasets/labelledImages.ts';
import { namedDatasets } from '../../src/datasets/namedDatasets.ts';
import { writeNpy } from '../../src/datasets/npy.ts';
import { writeNpz } from '../../src/datasets/npz.ts';
import { openDataset } from '../../src/datasets/openDataset.ts';
import { errorOf } from './expectError.ts';
import { idxImages, idxLabels } from './idxBytes.ts';
import { publishedSet, writePublished } from './publishedSet.ts';

const mnist = fileURLToPath(new URL('../../../shared/data/mnist/', import.meta.url));
const fashion = '/usr/share/datasets/fashion-mnist';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'konkyo-open-'));
});
afterEach(() => rm(folder, { recursive: true }));

const arrays = {
  images: { type: 'uint8', dims: [5, 1, 2], data: Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 10, 30]) },
  labels: { type: 'uint8', dims: [5], data: new Uint8Array(5) },
} as const;

describe('opening a data set', () => {
  it('opens the embedded digits by name', async () => {
    const { train, test } = await openDataset('digits');
    expect([train.count, test.count, test.labels[7]]).toEqual([8000, 2000, 7]);
  });

  it('opens an archive and a folder of arrays alike', async () => {
    await writeFile(join(folder, 'five.npz'), writeNpz(new Map(Object.entries(arrays))));
    await mkdir(join(folder, 'five'));
    for (const [name, array] of Object.entries(arrays))
      await writeFile(join(folder, `five/${name}.npy`), writeNpy(array));
    const archive = await openDataset(join(folder, 'five.npz'));
    expect([...archive.test.images]).toEqual([10, 30]);
    expect(await openDataset(join(folder, 'five'))).toEqual(archive);
  });

  it('brings any data set to a size and channels', async () => {
    await writeFile(join(folder, 'five.npz'), writeNpz(new Map(Object.entries(arrays))));
    const size = { height: 2, width: 4 };
    const { test } = await openDataset(join(folder, 'five.npz'), { size, channels: 3 });
    expect(test).toMatchObject({ height: 2, width: 4, channels: 3, count: 1 });
    const row = [10, 15, 25, 30].flatMap((grey) => [grey, grey, grey]);
    expect([...test.images]).toEqual([...row, ...row]);
  });

  it('opens a folder of pictures', async () => {
    const png = await sharp(Buffer.from([200]), { raw: { width: 1, height: 1, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toBuffer();
    await mkdir(join(folder, 'set/leaf'), { recursive: true });
    for (let i = 0; i < 5; i++) await writeFile(join(folder, `set/leaf/${i}.png`), png);
    const { test } = await openDataset(join(folder, 'set'));
    expect([imageAt(test, 0).className, ...imageAt(test, 0).data]).toEqual(['leaf', 200]);
  });

  it('knows the classes of a published set by its content, wherever its folder is', async () => {
    await writePublished(join(folder, 'renamed'));
    const { train } = await openDataset(join(folder, 'renamed'), { named: [publishedSet([])] });
    expect([train.name, ...train.classNames]).toEqual(['renamed (training)', 'hat', 'coat']);
  });

  it('opens an own folder of IDX files without comparing it with anything published', async () => {
    await writePublished(join(folder, 'own'), { 'train-labels-idx1-ubyte.gz': gzipSync(idxLabels([1, 2, 0])) });
    const { train } = await openDataset(join(folder, 'own'), { named: [publishedSet([])] });
    expect(train.classNames).toEqual(['0', '1', '2']);
    const options = { named: [publishedSet([])], dataDir: join(folder, 'own') };
    expect((await errorOf(ChecksumError, () => openDataset('tiny', options))).where).toContain('train-labels');
  });

  it('refuses images and labels of different number', async () => {
    await writePublished(join(folder, 'own'), { 't10k-images-idx3-ubyte.gz': gzipSync(idxImages([2, 1, 1], [1, 2])) });
    const error = await errorOf(LabelledImagesError, () => openDataset(join(folder, 'own')));
    expect(error.message).toMatch(/2 images in .*t10k-images.*, but 1 labels in .*t10k-labels/);
  });

  it('says what there is instead of a name it does not know, or a file of another kind', async () => {
    const unknown = await errorOf(DatasetFileError, () => openDataset('imagenet'));
    expect(unknown.message).toContain('Give digits, mosaic, mnist, fashion-mnist, a folder');
    await writeFile(join(folder, 'set.csv'), '');
    const other = await errorOf(DatasetFileError, () => openDataset(join(folder, 'set.csv')));
    expect(other.message).toContain('Give an .npz archive');
  });

  it.skipIf(!existsSync(mnist))('opens mnist from the folder given (skipped without ../shared)', async () => {
    const { train, test } = await openDataset('mnist', { dataDir: mnist, cacheDir: folder });
    expect([train.name, train.count, test.count, test.labels[0]]).toEqual(['mnist (training)', 60_000, 10_000, 7]);
  });

  it.skipIf(!existsSync(fashion))(
    'opens Fashion-MNIST by name and by folder (skipped without Debian’s dataset-fashion-mnist)',
    async () => {
      const byName = await openDataset('fashion-mnist', { cacheDir: folder });
      expect(imageAt(byName.test, 0).className).toBe('Ankle boot');
      expect(byName.train.count).toBe(60_000);
      const byFolder = await openDataset(fashion);
      expect(byFolder.train.classNames).toEqual(byName.train.classNames);
      expect(Buffer.compare(byFolder.train.images, byName.train.images)).toBe(0);
    },
  );

  it('has ten classes and four files in every published set it names', () => {
    const names = ['train-images-idx3', 'train-labels-idx1', 't10k-images-idx3', 't10k-labels-idx1'];
    for (const set of namedDatasets) {
      if (set.kind === 'embedded') continue;
      expect(set.files.map(({ name }) => name)).toEqual(names.map((name) => `${name}-ubyte.gz`));
      expect(new Set(set.classNames).size).toBe(10);
      for (const mirror of set.mirrors) expect(new URL(mirror).pathname.endsWith('/')).toBe(true);
    }
  });
});
