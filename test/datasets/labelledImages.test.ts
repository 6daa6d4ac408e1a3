import { describe, expect, it } from 'vitest';
import { LabelledImagesError } from '../../src/datasets/errors.ts';
import { imageAt, indicesOfClass, labelledImages, selectImages } from '../../src/datasets/labelledImages.ts';
import { errorOf } from './expectError.ts';

const parts = { name: 'pairs', height: 1, width: 2, channels: 1, classNames: ['dark', 'light'] };
const set = labelledImages({ ...parts, images: Uint8Array.of(0, 1, 20, 21, 40, 41), labels: [0, 1, 0] });

describe('labelled images', () => {
  it('give one image with its label and class name', () => {
    expect(imageAt(set, 1)).toEqual({
      data: Uint8Array.of(20, 21),
      height: 1,
      width: 2,
      channels: 1,
      label: 1,
      className: 'light',
    });
  });

  it('are selected in the order asked for, with repeats, without touching the original', () => {
    const chosen = selectImages(set, [2, 0, 2]);
    expect(chosen).toEqual({ ...set, images: Uint8Array.of(40, 41, 0, 1, 40, 41), labels: Int32Array.of(0, 0, 0) });
    chosen.images.fill(9);
    expect(set.images).toEqual(Uint8Array.of(0, 1, 20, 21, 40, 41));
  });

  it('are found by class', () => {
    expect(indicesOfClass(set, 0)).toEqual([0, 2]);
    expect(indicesOfClass(set, 0, 1)).toEqual([0]);
  });

  it.each([3, -1, 0.5, Number.NaN])('have no image %d', async (index) => {
    const error = await errorOf(LabelledImagesError, () => imageAt(set, index));
    expect(error.message).toBe(`pairs: there is no image ${index}. Choose a whole number from 0 to 2`);
  });

  it('refuse labels and images of different numbers', async () => {
    const error = await errorOf(LabelledImagesError, () =>
      labelledImages({ ...parts, images: new Uint8Array(6), labels: [0, 1] }),
    );
    expect(error.message).toContain('2 labels need 4 bytes of 1x2x1 images, but there are 6');
  });

  it('refuse a label without a class name', async () => {
    const error = await errorOf(LabelledImagesError, () =>
      labelledImages({ ...parts, images: new Uint8Array(4), labels: [0, 2] }),
    );
    expect(error.message).toContain('image 1 has label 2, but there are 2 classes');
  });
});
