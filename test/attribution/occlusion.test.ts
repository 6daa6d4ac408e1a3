import { describe, expect, it } from 'vitest';
import { occlusion } from '../../src/attribution/perturbation/occlusion.ts';
import { windowFor } from '../../src/attribution/perturbation/slidingWindow.ts';
import { float32 } from '../../src/onnx/tensor.ts';
import { referenceClassifier, relativeDifference } from './referenceClassifier.ts';

/** Image by image and window by window, as the definition says. */
async function slowly(
  { classifier, images, targets, size }: Awaited<ReturnType<typeof referenceClassifier>>,
  [height, width]: readonly [number, number],
  [down, across]: readonly [number, number],
  baseline: number,
) {
  const [, channels = 1, rows = 1, columns = 1] = images.dims;
  const values: number[] = [];
  for (const [i, target] of targets.entries()) {
    const image = images.data.slice(i * size, (i + 1) * size);
    const scoreOf = async (data: Float32Array) =>
      (await classifier.scoresOf(float32([1, ...images.dims.slice(1)], data))).data[target]!;
    const own = await scoreOf(image);
    const drops: number[][] = Array.from({ length: size }, () => []);
    for (let top = 0; top === 0 || top - down + height < rows; top += down) {
      for (let left = 0; left === 0 || left - across + width < columns; left += across) {
        const under = Array.from({ length: size }, (_, at) => at).filter((at) => {
          const [y, x] = [Math.floor(at / columns) % rows, at % columns];
          return y >= top && y < top + height && x >= left && x < left + width;
        });
        const covered = image.slice();
        for (const at of under) covered[at] = baseline;
        const drop = own - (await scoreOf(covered));
        for (const at of under) drops[at]!.push(drop);
      }
    }
    for (const list of drops) values.push(list.reduce((sum, drop) => sum + drop, 0) / list.length);
  }
  expect(channels * rows * columns).toBe(size);
  return values;
}

const cases: readonly {
  readonly name: string;
  readonly settings: NonNullable<Parameters<typeof occlusion>[0]>;
  readonly window: readonly [number, number];
  readonly stride: readonly [number, number];
}[] = [
  { name: 'windows that overlap', settings: { window: 9, stride: 5 }, window: [9, 9], stride: [5, 5] },
  { name: 'windows cut off at the border', settings: { window: 10 }, window: [10, 10], stride: [10, 10] },
  {
    name: 'windows higher than wide',
    settings: { window: [14, 7], stride: [6, 7], baseline: 51 },
    window: [14, 7],
    stride: [6, 7],
  },
  { name: 'one window over all', settings: { window: 28, stride: 40 }, window: [28, 28], stride: [40, 40] },
];

describe('occlusion', () => {
  it.each(cases)('by its definition: $name', async ({ settings, window, stride }) => {
    // Batches of 7 mix windows of several images.
    const reference = await referenceClassifier('lenet', { batchSize: 7 });
    const { classifier, images, targets } = reference;
    const explainer = await occlusion(settings).compile(classifier);
    const { values, scores } = await explainer.attribute(images, targets);
    const expected = await slowly(reference, window, stride, (settings.baseline ?? 0) / 255);
    expect(relativeDifference(values.data, expected)).toBeLessThan(1e-4);
    const all = await classifier.scoresOf(images);
    expect(
      relativeDifference(
        scores,
        targets.map((target, i) => all.data[i * 10 + target]!),
      ),
    ).toBeLessThan(1e-6);
  });

  it('leaves the images as they were', async () => {
    const { classifier, images, targets } = await referenceClassifier('lenet');
    const before = images.data.slice();
    await (await occlusion({ window: 4 }).compile(classifier)).attribute(images, targets);
    expect(images.data).toEqual(before);
  });

  it.each([
    [28, 28, 2],
    [224, 224, 16],
    [32, 32, 2],
    [8, 8, 1],
    [480, 640, 40],
  ])('covers %ix%i with windows of %i by default', (height, width, window) => {
    expect(windowFor({ height, width })).toBe(window);
  });

  it('says which window it used', async () => {
    const { classifier } = await referenceClassifier('lenet');
    expect(occlusion().settingsFor?.(classifier)).toEqual({ window: '2', stride: '2', baseline: 0 });
    expect(occlusion({ window: [4, 6], stride: 3 }).settings).toEqual({ window: '4x6', stride: '3', baseline: 0 });
  });

  it.each([
    [{ window: 29 }, 'a window of 29 pixels is larger than the image'],
    [{ window: 2, stride: 3 }, 'a stride of 3 leaves pixels out'],
  ])('refuses %j', async (settings, message) => {
    const { classifier } = await referenceClassifier('lenet');
    await expect(occlusion(settings).compile(classifier)).rejects.toThrow(message);
  });

  it.each([{ window: -1 }, { window: 1.5 }, { baseline: 300 }, { stride: Number.NaN }])('refuses %j', (settings) => {
    expect(() => occlusion(settings)).toThrow(/^occlusion: /);
  });
});
