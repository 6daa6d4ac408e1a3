import { expect, it } from 'vitest';
import { float32 } from '../../../src/onnx/tensor.ts';
import { weightedMean, weightsOfElements } from '../../../src/studies/noncontributing/certifiedWeights.ts';
import { othersMaps } from '../../../src/studies/noncontributing/othersMap.ts';
import { proveImages } from '../../../src/studies/noncontributing/proofs.ts';
import { linearClassifier } from './smallNetworks.ts';

it('the weights of pixels are those of their channels, wherever these lie', () => {
  const weights = Float32Array.of(1, 2, 3, 4);
  const input = (layout: 'NCHW' | 'NHWC') => ({ layout, channels: 3, height: 2, width: 2 }) as never;
  expect([...weightsOfElements(weights, input('NCHW'))]).toEqual([1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4]);
  expect([...weightsOfElements(weights, input('NHWC'))]).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]);
  expect(weightedMean([1, 0, 0, 0.5], weights)).toBeCloseTo(0.3, 6);
});

it('the control is the mean of the other maps, as large as the image allows', async () => {
  const images = [0, 1, 2].map(() => float32([1, 1, 1, 2], [0, 0]));
  const maps = [Float32Array.of(1, 0), Float32Array.of(0, 1), Float32Array.of(0, 0.5)];
  /** Proved up to a sum of 1.2. */
  const check = async (_: unknown, { data }: { readonly data: Float32Array }) =>
    images.map((_, k) => ({
      ...{ roundingMargin: 0, chosen: [] },
      lowestMargin: 1.2 - (data[2 * k] ?? 0) - (data[2 * k + 1] ?? 0),
    }));
  const [first, second, third] = await othersMaps({ check }, images, maps);
  // Of the first, (0, 0.75) grows to (0, 1), which is all that an amplitude can be.
  expect([...first!]).toEqual([0, 1]);
  expect(second![0]! / second![1]!).toBeCloseTo(2, 5);
  expect(second![0]! + second![1]!).toBeCloseTo(1.2, 1);
  expect(third![0]! + third![1]!).toBeCloseTo(1.2, 1);
  expect(await othersMaps({ check }, images.slice(2), maps.slice(2))).toEqual([]);
});

it('with weights, both proofs are of valid pixels and say both means; without, amplitudes are as drawn', async () => {
  const side = 4;
  const costs = Array.from({ length: side * side }, (_, i) => (i < 8 ? 0.2 : 0.25));
  const image = float32([1, 1, side, side], new Float32Array(side * side).fill(0.5));
  const lead = 1 - costs.reduce((sum, cost) => sum + cost / 2, 0);
  const classifier = await linearClassifier([1, side, side], [costs.map(() => 0), costs], [0, lead]);
  // Only the lower half counts, which costs more.
  const weights = Float32Array.from(costs, (_, i) => Number(i >= 8));
  const [proved] = await proveImages(classifier, [image], { weights });
  const { plain, weighted } = proved!;
  expect([plain!.box, weighted!.box]).toEqual(['clipped', 'clipped']);
  expect(weighted!.weightedAmplitude).toBeGreaterThan(plain!.weightedAmplitude);
  expect(plain!.meanAmplitude).toBeGreaterThan(weighted!.meanAmplitude);
  const lower = [...plain!.amplitude.data].slice(8);
  expect(plain!.weightedAmplitude).toBeCloseTo(lower.reduce((sum, w) => sum + w, 0) / 8, 5);
  const [unweighted] = await proveImages(classifier, [image], {});
  expect(unweighted!.plain!.box).toBe('as-drawn');
  expect(unweighted!.weighted).toBeUndefined();
  await classifier.release();
});

it('an interrupt keeps what is proved by then', async () => {
  const image = float32([1, 1, 2, 2], [0.5, 0.5, 0.5, 0.5]);
  const costs = [0.2, 0.2, 0.2, 0.2];
  const classifier = await linearClassifier([1, 2, 2], [costs.map(() => 0), costs], [0, 0.1]);
  const weights = Float32Array.of(1, 1, 1, 2);
  const interrupted = (atWhat: string) => {
    const controller = new AbortController();
    const progress = (done: number, total: number, what: string) => {
      if (what === atWhat && (what !== 'Proof' || done === total)) controller.abort();
    };
    return proveImages(classifier, [image, image], { weights, progress, signal: controller.signal });
  };
  for (const { plain, weighted, squares } of await interrupted('Proof')) {
    expect(plain!.meanAmplitude).toBeGreaterThan(0.5);
    expect([weighted, squares]).toEqual([undefined, undefined]);
  }
  const [first, second] = await interrupted('Proved squares');
  expect(first!.squares!.anywhere!.square.side).toBe(2);
  expect(second).toMatchObject({ plain: { box: 'clipped' }, weighted: { box: 'clipped' }, squares: undefined });
  await classifier.release();
});
