import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DatasetFileError, FileFormatError, InterruptedError, LabelledImagesError } from '../../src/datasets/errors.ts';
import { readImageFolder } from '../../src/datasets/imageFolder.ts';
import { imageAt } from '../../src/datasets/labelledImages.ts';
import { errorOf } from './expectError.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'konkyo-pictures-'));
});
afterEach(() => rm(root, { recursive: true }));

interface PictureFile {
  readonly grey?: number;
  readonly red?: number;
  readonly height?: number;
  readonly width?: number;
}

/** A picture of one colour. */
async function put(path: string, { grey = 0, red, height = 2, width = 3 }: PictureFile = {}): Promise<void> {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  const background = red === undefined ? { r: grey, g: grey, b: grey } : { r: red, g: 0, b: 0 };
  const image = sharp({ create: { width, height, channels: 3, background } });
  await (red === undefined ? image.toColourspace('b-w') : image).toFile(file);
}

describe('folder of images by class', () => {
  it('reads train and test, classes and pictures in the order of their names', async () => {
    await put('train/dog/2.png', { grey: 20 });
    await put('train/dog/10.png', { grey: 10 });
    await put('train/cat/z.jpg', { grey: 30 });
    await put('test/dog/a.png', { grey: 40 });
    await writeFile(join(root, 'train/dog/notes.txt'), 'no picture');
    await writeFile(join(root, 'train/dog/._2.png'), 'hidden');
    const { train, test } = await readImageFolder(root);
    expect(train).toMatchObject({ count: 3, height: 2, width: 3, channels: 1, classNames: ['cat', 'dog'] });
    expect([...train.labels]).toEqual([0, 1, 1]);
    expect([1, 2].map((index) => imageAt(train, index).data[0])).toEqual([10, 20]);
    expect(test.classNames).toEqual(['cat', 'dog']);
    expect(imageAt(test, 0)).toMatchObject({ label: 1, className: 'dog' });
  });

  it('holds every fifth picture of a class out where there is one folder; a class may be a link', async () => {
    for (let i = 0; i < 10; i++) await put(`elsewhere/${i}.png`, { grey: i });
    for (let i = 0; i < 4; i++) await put(`set/a/${i}.png`, { grey: 100 + i });
    await symlink(join(root, 'elsewhere'), join(root, 'set/b'));
    const { train, test } = await readImageFolder(join(root, 'set'));
    expect([...Array(test.count).keys()].map((index) => imageAt(test, index).data[0])).toEqual([4, 9]);
    expect([train.count, train.name, test.name]).toEqual([12, 'set (training)', 'set (test)']);
  });

  it.each([
    ['for a class', 'set/b', 'set/b: what the link leads to cannot be read'],
    ['for a picture', 'set/a/9.png', 'set/a/9.png: the picture cannot be read'],
    ['that leads to itself', 'set/loop', 'set/loop: what the link leads to cannot be read'],
  ])('names a broken link %s', async (_, link, says) => {
    for (let i = 0; i < 5; i++) await put(`set/a/${i}.png`);
    await symlink(link.endsWith('loop') ? join(root, link) : join(root, 'nowhere'), join(root, link));
    const error = await errorOf(DatasetFileError, () => readImageFolder(join(root, 'set')));
    expect(error.message).toContain(says);
  });

  it('is in colour as soon as one picture is, and grey on request', async () => {
    for (let i = 0; i < 5; i++) await put(i === 3 ? 'a/3.webp' : `a/${i}.png`, i === 2 ? { red: 200 } : { grey: 50 });
    const { train } = await readImageFolder(root);
    expect(train.channels).toBe(3);
    expect([...imageAt(train, 2).data.subarray(0, 3)]).toEqual([200, 0, 0]);
    expect([...imageAt(train, 0).data.subarray(0, 3)]).toEqual([50, 50, 50]);
    const grey = await readImageFolder(root, { channels: 1 });
    expect(imageAt(grey.train, 2).data[0]).toBe(Math.round(0.299 * 200));
  });

  it('refuses pictures of different sizes, unless it is told one', async () => {
    for (let i = 0; i < 5; i++) await put(`a/${i}.png`, { grey: 9, width: i === 3 ? 5 : 3 });
    const { message } = await errorOf(LabelledImagesError, () => readImageFolder(root));
    expect(message).toContain(`${join(root, 'a/3.png')}: the picture is 2x5, but ${join(root, 'a/0.png')} is 2x3`);
    expect(message).toContain('--size');
    const { train } = await readImageFolder(root, { size: { height: 4, width: 4 } });
    expect([train.height, train.width, imageAt(train, 3).data[15]]).toEqual([4, 4, 9]);
  });

  it('names a class without pictures', async () => {
    await put('train/a/0.png');
    await put('test/a/0.png');
    await mkdir(join(root, 'train/empty'));
    const error = await errorOf(LabelledImagesError, () => readImageFolder(root));
    expect(error.message).toContain(`${join(root, 'train/empty')}: the class "empty" has no pictures`);
  });

  it('names a class that is only tested', async () => {
    await put('train/a/0.png');
    await put('test/b/0.png');
    const { message } = await errorOf(LabelledImagesError, () => readImageFolder(root));
    expect(message).toContain('the class "b" is in test, but not in train');
  });

  it('names a picture that is damaged', async () => {
    for (let i = 0; i < 12; i++) await put(`a/${10 + i}.png`);
    await writeFile(join(root, 'a/15.png'), 'not a picture');
    const error = await errorOf(FileFormatError, () => readImageFolder(root));
    expect(error.where).toBe(join(root, 'a/15.png'));
  });

  it('explains a folder without classes, and one that is not there', async () => {
    await put('picture.png');
    const { message } = await errorOf(LabelledImagesError, () => readImageFolder(root));
    expect(message).toContain('there are no folders of pictures in it. Make one folder for each class');
    const missing = await errorOf(DatasetFileError, () => readImageFolder(join(root, 'nowhere')));
    expect(missing.cause).toMatchObject({ code: 'ENOENT' });
  });

  it('reports progress and stops when it is aborted', async () => {
    for (let i = 0; i < 12; i++) await put(`a/${10 + i}.png`);
    const interrupt = new AbortController();
    const seen: number[] = [];
    await errorOf(InterruptedError, () =>
      readImageFolder(root, {
        signal: interrupt.signal,
        onProgress({ done, total }) {
          seen.push(done / total);
          interrupt.abort();
        },
      }),
    );
    // Pictures that were being decoded are finished, no others begun.
    expect(seen.length).toBeLessThanOrEqual(4);
  });
});
