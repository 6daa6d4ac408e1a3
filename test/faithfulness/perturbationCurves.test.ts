import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { perturbationCurves } from '../../src/faithfulness/perturbationCurves.ts';
import { segmentsByEvidence } from '../../src/faithfulness/pixelOrder.ts';
import type { Classifier } from '../../src/model/classifier.ts';
import { loadClassifier } from '../../src/model/loadClassifier.ts';
import { withBatchSize } from '../../src/model/makeClassifier.ts';
import { baselineImage } from '../../src/model/pixels.ts';
import { rows } from '../../src/onnx/tensor.ts';
import { readReference } from '../attribution/referenceData.ts';
import { cpu } from '../runtimes.ts';

const reference = readReference('conv_bn');
const image = rows(reference.images, 0, 1);
let classifier: Classifier;
beforeAll(async () => {
  classifier = await loadClassifier(reference.bytes, { runtime: cpu });
});
afterAll(() => classifier.release());

const order = segmentsByEvidence(
  { height: 32, width: 32, values: Float32Array.from({ length: 1024 }, (_, i) => (i * 37) % 101) },
  4,
);
const settings = { steps: 8, baseline: 50 };
const probability = async (of: typeof image, target: number) =>
  (await classifier.predict(of))[0]!.probabilities[target]!;

describe('perturbationCurves', () => {
  it('goes from the image to the empty one, and back', async () => {
    const [curves] = await perturbationCurves(classifier, image, 2, [order], settings);
    const { deletion, insertion } = curves!;
    const [whole, empty] = [await probability(image, 2), await probability(baselineImage(50, classifier.input), 2)];
    expect(deletion.points[0]!.score).toBeCloseTo(whole, 6);
    expect(deletion.points.at(-1)!.score).toBeCloseTo(empty, 6);
    expect(insertion.points[0]!.score).toBeCloseTo(empty, 6);
    expect(insertion.points.at(-1)!.score).toBeCloseTo(whole, 6);
    expect(deletion.points.map(({ share }) => share)).toEqual([0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1]);
  });

  it('blanks all colours of the first segments: the point half way, written out', async () => {
    const [curves] = await perturbationCurves(classifier, image, 2, [order], settings);
    const blank = baselineImage(50, classifier.input).data;
    const gone = new Set(order.slice(0, order.length / 2).flat());
    const half = { ...image, data: image.data.map((value, i) => (gone.has(i % 1024) ? blank[i]! : value)) };
    expect(curves!.deletion.points[4]!.score).toBeCloseTo(await probability(half, 2), 6);
  });

  it('is the same whatever the batch, and in the opposite order insertion mirrors deletion', async () => {
    const [whole] = await perturbationCurves(classifier, image, 2, [order], settings);
    const [forward, backward] = await perturbationCurves(
      withBatchSize(classifier, 3),
      image,
      2,
      [order, order.toReversed()],
      settings,
    );
    expect(forward!.deletion.area).toBeCloseTo(whole!.deletion.area, 6);
    expect(backward!.insertion.area).toBeCloseTo(forward!.deletion.area, 6);
  });
});

describe('segmentsByEvidence', () => {
  it('takes squares, the strongest first, and what is not a number last', () => {
    const map = { height: 2, width: 4, values: Float32Array.of(1, 1, Number.NaN, 0, 1, 2, 0, 0) };
    expect(segmentsByEvidence(map, 2)).toEqual([
      [0, 1, 4, 5],
      [2, 3, 6, 7],
    ]);
  });
});
