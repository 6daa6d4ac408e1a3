import { expect, it } from 'vitest';
import type { Classifier } from '../../../src/model/classifier.ts';
import { float32 } from '../../../src/onnx/tensor.ts';
import { certify } from '../../../src/studies/noncontributing/certificate.ts';
import { challenge } from '../../../src/studies/noncontributing/certificateChallenge.ts';
import { linearClassifier, smallImage, smallNetwork } from './smallNetworks.ts';

const side = 8;
const grey = float32([1, 1, side, side], new Float32Array(side * side).fill(0.5));
const even = (w: number) => float32(grey.dims, new Float32Array(side * side).fill(w));
const settings = { draws: 500, structured: 500, starts: 2, steps: 30 } as const;

/** Ahead by 1 on grey, and by less for every pixel that darkens: all of them together by 0.1 cost 6.4 x `weight`. */
function ofBrightness(weight: number): Promise<Classifier> {
  const weights = Array.from({ length: side * side }, () => weight);
  return linearClassifier([1, side, side], [weights.map(() => 0), weights], [0, 1 - (weight * side * side) / 2]);
}

async function one(...given: Parameters<typeof challenge>) {
  const [found] = await challenge(...given);
  return found!;
}

it('a box that is too large by a hair is broken at its corner, and found whole below', async () => {
  const classifier = await ofBrightness(1 / 6.4);
  const long = { ...settings, steps: 100 };
  const broken = await one(classifier, grey, even(0.101), long);
  expect(broken.byCorners).toBeCloseTo(-0.01, 4);
  expect(broken.byDescent).toBeCloseTo(-0.01, 4);
  expect(broken.lowest).toBe(Math.min(broken.byCorners, broken.byDescent));
  expect(broken.byDraws).toBeGreaterThan(0.3);
  const whole = await one(classifier, grey, even(0.099), long);
  expect(whole.lowest).toBeCloseTo(0.01, 4);
  await classifier.release();
});

it('changes in which pixels move together break what independent noise does not', async () => {
  const classifier = await ofBrightness(1 / 6.4);
  const dark = float32(grey.dims, new Float32Array(side * side));
  const found = await one(classifier, grey, even(0.2), { ...settings, others: dark });
  expect(found.byDraws).toBeGreaterThan(0);
  // Towards black, as far as the amplitude allows: by 0.2 everywhere.
  expect(found.byChange.pasted).toBeCloseTo(-1, 3);
  expect(found.byChange.blocks).toBeLessThan(found.byDraws - 0.1);
  expect(found.byChange.mixed).toBeLessThan(0);
  // A grey image blurred is the same.
  expect(found.byChange.blur).toBeCloseTo(1, 4);
  await classifier.release();
});

it('in the clipped box pixels stay between black and white', async () => {
  const classifier = await ofBrightness(1 / 6.4);
  const clipped = await one(classifier, grey, even(1), { ...settings, box: 'clipped' });
  const drawn = await one(classifier, grey, even(1), settings);
  expect(clipped.lowest).toBeCloseTo(1 - 5, 3);
  expect(drawn.lowest).toBeCloseTo(1 - 10, 3);
  await classifier.release();
});

it('of a network, amplitudes that are proved withstand all of it, and any values at all do not', async () => {
  const classifier = await smallNetwork();
  const image = smallImage();
  const [proof] = await certify(classifier, image, { box: 'clipped', steps: 24 });
  const { amplitude, lowestMargin } = proof!;
  const within = await one(classifier, image, amplitude, { ...settings, box: 'clipped' });
  const { byChange, ...found } = within;
  for (const lowest of [...Object.values(found), ...Object.values(byChange)])
    expect(lowest).toBeGreaterThanOrEqual(lowestMargin);
  const all = float32(
    image.dims,
    image.data.map(() => 1),
  );
  const beyond = await one(classifier, image, all, { ...settings, box: 'clipped' });
  for (const lowest of [beyond.byDescent, beyond.byChange.blur]) expect(lowest).toBeLessThan(0);
  await classifier.release();
});
