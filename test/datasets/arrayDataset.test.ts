import { describe, expect, it } from 'vitest';
import { datasetFromArrays } from '../../src/datasets/arrayDataset.ts';
import { LabelledImagesError } from '../../src/datasets/errors.ts';
import { pictureAt } from '../../src/datasets/fitImages.ts';
import type { NpyArray } from '../../src/datasets/npyTypes.ts';
import { errorOf } from './expectError.ts';

const images = (...dims: number[]): NpyArray => ({
  type: 'uint8',
  dims,
  data: Uint8Array.from({ length: dims.reduce((product, dim) => product * dim, 1) }, (_, i) => i % 256),
});
const labels = (...values: number[]): NpyArray => ({
  type: 'int64',
  dims: [values.length],
  data: BigInt64Array.from(values, BigInt),
});
const made = (arrays: Readonly<Record<string, NpyArray>>) =>
  datasetFromArrays(new Map(Object.entries(arrays)), 'set.npz', 'set');
const complaint = async (arrays: Readonly<Record<string, NpyArray>>) =>
  (await errorOf(LabelledImagesError, () => made(arrays))).message;

describe('data set from arrays', () => {
  it('takes the arrays of Keras’ mnist.npz', () => {
    const y: NpyArray = { type: 'uint8', dims: [3, 1], data: Uint8Array.from([0, 2, 1]) };
    const { train, test } = made({ x_train: images(3, 2, 2), y_train: y, x_test: images(1, 2, 2), y_test: labels(3) });
    expect(train).toMatchObject({ name: 'set (training)', count: 3, height: 2, width: 2, channels: 1 });
    expect([...train.labels, ...test.labels]).toEqual([0, 2, 1, 3]);
    // Class 3 is in the test set alone, and both sets know it.
    expect(train.classNames).toEqual(['0', '1', '2', '3']);
    expect([...pictureAt(train, 1).data]).toEqual([4, 5, 6, 7]);
  });

  it('holds every fifth image of a class out where there is one set', () => {
    const { train, test } = made({
      images: images(11, 1, 1, 3),
      labels: labels(0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1),
    });
    expect([...test.labels]).toEqual([0, 1]);
    expect([pictureAt(test, 0).data[0], pictureAt(test, 1).data[0]]).toEqual([7 * 3, 10 * 3]);
    expect([train.count, train.channels]).toEqual([9, 3]);
  });

  it('refuses images and labels of different number', async () => {
    const x = { x_test: images(1, 2, 2), y_test: labels(0) };
    expect(await complaint({ x_train: images(3, 2, 2), y_train: labels(0, 1), ...x })).toContain(
      '"x_train" has 3 images, but "y_train" has 2 labels',
    );
  });

  it('names the array that is missing, and those there are', async () => {
    expect(await complaint({ x_train: images(1, 2, 2), y: labels(0) })).toContain(
      'there is no array "y_train" (there are x_train, y). Name the arrays x_train, y_train, x_test and y_test',
    );
  });

  it.each([
    ['floats', { type: 'float32', dims: [1, 2, 2], data: new Float32Array(4) } as const, "round().astype('uint8')"],
    ['channels first', images(1, 3, 8, 8), 'images.transpose(0, 2, 3, 1)'],
    ['flat rows', images(1, 784), 'not uint8 [1, 784]'],
  ])('says how to save images that are %s', async (_, array, advice) => {
    expect(await complaint({ images: array, labels: labels(0) })).toContain(advice);
  });

  it('says how to save one-hot labels', async () => {
    const hot: NpyArray = { type: 'uint8', dims: [2, 2], data: Uint8Array.from([0, 1, 1, 0]) };
    expect(await complaint({ images: images(2, 1, 1), labels: hot })).toContain('labels.argmax(axis=1)');
  });

  it('refuses negative labels, and training and test images of different size', async () => {
    const error = await errorOf(LabelledImagesError, () => made({ images: images(2, 1, 1), labels: labels(0, -1) }));
    expect(error.message).toContain('image 1 has label -1');
    expect(
      await complaint({ x_train: images(1, 2, 2), y_train: labels(0), x_test: images(1, 3, 2), y_test: labels(0) }),
    ).toContain('x_train are 2x2x1, those of x_test 3x2x1');
  });

  it('refuses a set too small to hold images out', async () => {
    expect(await complaint({ images: images(4, 1, 1), labels: labels(0, 0, 0, 0) })).toContain('no class has 5 images');
  });
});
