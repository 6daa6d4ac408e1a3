import { describe, expect, it } from 'vitest';
import type { Classifier } from '../../../src/model/classifier.ts';
import type { InputDescription } from '../../../src/model/inputDescription.ts';
import { loadClassifier } from '../../../src/model/loadClassifier.ts';
import { concatRows, float32 } from '../../../src/onnx/tensor.ts';
import { challenge } from '../../../src/studies/noncontributing/certificateChallenge.ts';
import { certifiedFile } from '../../../src/studies/noncontributing/certifiedFile.ts';
import { type CertifiedSquare, certifySquares } from '../../../src/studies/noncontributing/certifiedSquares.ts';
import { hasPlainBackground, objectPixels } from '../../../src/studies/noncontributing/objectPixels.ts';
import { verifyCertificate } from '../../../src/verifier/verify.ts';
import { cpu } from '../../runtimes.ts';
import { linearClassifier, pooledNetwork, smallImage } from './smallNetworks.ts';

const side = 6;
const places = Array.from({ length: side * side }, (_, i) => ({ y: Math.floor(i / side), x: i % side }));
/** A bright block of 2 by 3 pixels on black. */
const isBright = ({ y, x }: { y: number; x: number }) => y >= 2 && y < 4 && x >= 2 && x < 5;
const image = float32(
  [1, 1, side, side],
  places.map((place) => Number(isBright(place))),
);

/** Ahead by 1; a black pixel costs nothing in the first two rows and 0.25 elsewhere where it brightens, a bright one 0.4 where it darkens. */
function withCosts(): Promise<Classifier> {
  const weights = places.map((place) => (isBright(place) ? 0.4 : place.y < 2 ? 0 : -0.25));
  return linearClassifier([1, side, side], [weights.map(() => 0), weights], [0, 1 - 6 * 0.4]);
}

describe('a classifier that is linear in its pixels', () => {
  it('the largest squares are those that are worked out by hand', async () => {
    const classifier = await withCosts();
    const [found] = await certifySquares(classifier, image);
    // Three by three: two rows cost nothing, the third 2 x 0.25 + 0.4 where one of it is bright. Of four by four, two rows cost 2 and more.
    expect(found!.anywhere!.square).toEqual({ top: 0, left: 0, side: 3 });
    // Two by two with half of it bright: 2 x 0.4, the two others in the second row. All of it bright would cost 1.6.
    expect(found!.onObject!.square).toMatchObject({ top: 1, side: 2 });
    expect(found!.onObject!.onObject).toBe(0.5);
    expect(found!.onObject!.lowestMargin).toBeCloseTo(0.2, 3);
    expect([...found!.onObject!.amplitude.data].reduce((sum, w) => sum + w, 0)).toBe(4);
    await classifier.release();
  });

  it('a side without a place on the object is passed over', async () => {
    // Of a ring of 6 by 6 no square of four or five pixels a side has half of its pixels on it, but the whole ring has.
    const isRing = (y: number, x: number) => Math.max(Math.abs(y - 3.5), Math.abs(x - 3.5)) === 2.5;
    const ring = Array.from({ length: 64 }, (_, i) => Number(isRing(Math.floor(i / 8), i % 8)));
    const weights = ring.map(() => 0.001);
    const classifier = await linearClassifier([1, 8, 8], [weights.map(() => 0), weights], [0, 1]);
    const [found] = await certifySquares(classifier, float32([1, 1, 8, 8], ring));
    expect(found!.onObject).toMatchObject({ square: { top: 1, left: 1, side: 6 }, onObject: 20 / 36 });
    await classifier.release();
  });

  it('a pixel of a colour image is free in all of its channels, each as far as its own range goes', async () => {
    // A byte of 127.5 is (0.5 - mean) / std = 0; to black or white it is 0.5 / std: 1, 2 and 4.
    const settings = { layout: 'NHWC' as const, scale: 1 / 255, mean: [0.5, 0.5, 0.5], std: [0.5, 0.25, 0.125] };
    const costs = Array.from({ length: 4 * 4 }, (_, pixel) => {
      const isFree = Math.floor(pixel / 4) >= 2 && pixel % 4 >= 2;
      // 0.01 x 1 + 0.02 x 2 + 0.04 x 4 = 0.21 in the lower right corner; ten times as much elsewhere.
      return [0.01, 0.02, 0.04].map((cost) => (isFree ? cost : 10 * cost));
    }).flat();
    const classifier = await linearClassifier([4, 4, 3], [costs.map(() => 0), costs], [0, 1], settings);
    const grey = float32([1, 4, 4, 3], new Float32Array(48));
    const [found] = await certifySquares(classifier, grey);
    expect(found!.anywhere!.square).toEqual({ top: 2, left: 2, side: 2 });
    expect(found!.anywhere!.lowestMargin).toBeCloseTo(1 - 4 * 0.21, 3);
    const inside = [...found!.anywhere!.amplitude.data].flatMap((w, at) => (w > 0 ? [at] : []));
    expect(inside).toEqual([30, 31, 32, 33, 34, 35, 42, 43, 44, 45, 46, 47]);
    await classifier.release();
  });

  it('a signal ends the search within an image', async () => {
    const classifier = await withCosts();
    const controller = new AbortController();
    const progress = (done: number) => {
      if (done === 1) controller.abort();
    };
    const found = await certifySquares(classifier, concatRows([image, image]), { progress, signal: controller.signal });
    expect(found.map(({ anywhere }) => anywhere!.square.side)).toEqual([3]);
    await classifier.release();
  });

  it('there is none where a single pixel decides, or two classes share the largest score', async () => {
    const weights = places.map(() => -2);
    const zeros = weights.map(() => 0);
    const black = float32([1, 1, side, side], new Float32Array(side * side));
    for (const bias of [1, 0]) {
      const classifier = await linearClassifier([1, side, side], [zeros, weights], [0, bias]);
      const [found] = await certifySquares(classifier, black);
      expect(found).toEqual({ anywhere: null, onObject: null });
      await classifier.release();
    }
  });
});

it('a pixel is of the object where it differs from most of the edge by a tenth of the range, in any channel', () => {
  const input = { layout: 'NHWC', channels: 3, height: 3, width: 3, order: 'RGB', scale: 1 / 255 } as const;
  const described = { ...input, mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] };
  const data = new Float32Array(27).fill(1);
  // 0.4 is a tenth of the range of 4.
  data[3 * 4 + 1] = 0.5;
  data[3 * 5] = 1.7;
  expect([...objectPixels(data, described)]).toEqual([0, 0, 0, 0, 1, 1, 0, 0, 0]);
  data[3 * 5] = 1.3;
  data[3 * 4 + 1] = 0.7;
  expect([...objectPixels(data, described)]).toEqual(new Array(9).fill(0));
});

it('an image has a plain background where half of its edge is near the median, and never in colour', () => {
  const input = { layout: 'NCHW', channels: 1, height: 4, width: 4, order: 'RGB', scale: 1 / 255, mean: [0], std: [1] };
  const described = input as InputDescription;
  const edge = [0, 1, 2, 3, 4, 7, 8, 11, 12, 13, 14, 15];
  const withEdge = (value: (k: number) => number) => {
    const data = new Float32Array(16).fill(1);
    edge.forEach((at, k) => {
      data[at] = value(k);
    });
    return data;
  };
  expect(
    hasPlainBackground(
      withEdge((k) => (k < 7 ? 0 : 0.5)),
      described,
    ),
  ).toBe(true);
  expect(
    hasPlainBackground(
      withEdge((k) => 0.08 * k),
      described,
    ),
  ).toBe(false);
  expect(hasPlainBackground(new Float32Array(48), { ...described, channels: 3 })).toBe(false);
});

it('the squares of a network with pooling are proved again from their files, and no attack finds them wrong', async () => {
  const bytes = pooledNetwork();
  const classifier = await loadClassifier(bytes, { runtime: cpu });
  const [found] = await certifySquares(classifier, smallImage());
  for (const one of [found!.anywhere, found!.onObject] as CertifiedSquare[]) {
    const text = await certifiedFile(classifier, smallImage(), one);
    const verified = await verifyCertificate(text, bytes);
    const { side: own } = one.square;
    expect(verified).toMatchObject({ kept: one.decided, held: 100 - own ** 2 });
    const [attacked] = await challenge(classifier, smallImage(), one.amplitude, {
      box: 'clipped',
      draws: 200,
      steps: 20,
    });
    expect(attacked!.lowest).toBeGreaterThanOrEqual(one.lowestMargin);
  }
  expect(found!.anywhere!.square.side).toBeGreaterThanOrEqual(found!.onObject!.square.side);
  await classifier.release();
});
