import { describe, expect, it } from 'vitest';
import { FileFormatError, LabelledImagesError } from '../../src/datasets/errors.ts';
import { labelledImagesFromIdx, parseIdx } from '../../src/datasets/idx.ts';
import { errorOf } from './expectError.ts';
import { idxImages, idxLabels } from './idxBytes.ts';

const pair = (images: Uint8Array, labels: Uint8Array) => ({
  name: 'tiny',
  images: { bytes: images, where: 'tiny-images' },
  labels: { bytes: labels, where: 'tiny-labels' },
});

describe('IDX', () => {
  it('reads images and labels, one channel, classes numbered', () => {
    const set = labelledImagesFromIdx(pair(idxImages([2, 1, 3], [1, 2, 3, 4, 5, 6]), idxLabels([2, 0])));
    expect(set).toEqual({
      name: 'tiny',
      images: Uint8Array.of(1, 2, 3, 4, 5, 6),
      labels: Int32Array.of(2, 0),
      count: 2,
      height: 1,
      width: 3,
      channels: 1,
      classNames: ['0', '1', '2'],
    });
  });

  it('reads bytes that begin in the middle of a buffer', () => {
    const file = idxLabels([7, 8]);
    const shifted = new Uint8Array(file.length + 3);
    shifted.set(file, 3);
    expect(parseIdx(shifted.subarray(3))).toEqual({ dims: [2], data: Uint8Array.of(7, 8) });
  });

  it.each([
    ['another format', Uint8Array.of(0x1f, 0x8b, 8, 0), 'not an IDX file (it begins with 1f 8b 08 00)'],
    ['nothing', new Uint8Array(), 'not an IDX file (it is empty)'],
    ['float elements', Uint8Array.of(0, 0, 0x0d, 1, 0, 0, 0, 0), 'IDX element type 0x0d is not supported'],
    ['half a header', idxImages([1, 1, 1], [0]).subarray(0, 9), 'cut short: its header asks for 16 bytes, it has 9'],
    ['missing data', idxLabels([1, 2, 3]).subarray(0, 10), 'cut short: its header asks for 11 bytes, it has 10'],
    ['surplus data', Uint8Array.of(...idxLabels([1]), 0), 'too long: its header asks for 9 bytes, it has 10'],
  ])('refuses %s', async (_, bytes, what) => {
    const error = await errorOf(FileFormatError, () => parseIdx(bytes, 'file'));
    expect(error.message).toContain(`file: ${what}`);
    expect(error.where).toBe('file');
  });

  it('names both files when they do not belong together', async () => {
    const error = await errorOf(LabelledImagesError, () =>
      labelledImagesFromIdx(pair(idxImages([2, 1, 1], [0, 0]), idxLabels([1]))),
    );
    expect(error.message).toContain('2 images in tiny-images, but 1 labels in tiny-labels');
  });

  it('notices swapped files', async () => {
    const error = await errorOf(FileFormatError, () =>
      labelledImagesFromIdx(pair(idxLabels([1]), idxImages([1, 1, 1], [0]))),
    );
    expect(error.message).toContain('tiny-images: expected images (count, height, width), found an array of 1');
  });
});
