import { expect, it } from 'vitest';
import { integratedGradients } from '../../src/attribution/gradient/integratedGradients.ts';
import { cut, cutOf, errorOf, gapOf, type Interval, worstOf } from '../../src/attribution/gradient/refinedPath.ts';
import { loadDigits } from '../../src/datasets/digits.ts';
import { pictureAt } from '../../src/datasets/fitImages.ts';
import { loadClassifier } from '../../src/model/loadClassifier.ts';
import { toFittedInput } from '../../src/model/pixels.ts';
import { emptyGraph, GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { concatRows, float32, rows } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { architectures } from '../../src/training/architectures.ts';
import { modelOf } from '../networks.ts';
import { cpu } from '../runtimes.ts';

/** relu(x0 + x1 - kink) of an image of two pixels, 0 to 1. */
async function kinked(kink: number) {
  const builder = new GraphBuilder(emptyGraph('kinked'), 'network');
  const image = builder.input('image', 'float32', ['N', 1, 1, 2]);
  const sum = builder.ops.MatMul(builder.add('Flatten', [image]), builder.constant(float32([2, 1], [1, 1])));
  const score = builder.add('Relu', [builder.ops.Sub(sum, builder.scalar(kink))]);
  const model = modelOf(builder.build([{ name: score, type: 'float32', dims: ['N', 1] }]));
  return loadClassifier(writeModel(model), { runtime: cpu });
}

const image = float32([1, 1, 1, 2], [0.75, 0.25]);
// What each pixel of it adds is 0.75 and 0.25 times relu(1 - kink), as the score is a function of one number on the line.

it('a kink between two intervals needs no further points', async () => {
  const classifier = await kinked(1 / 3);
  const explainer = await integratedGradients({ tolerance: 0.01 }).compile(classifier);
  const { values, completeness, notesByImage } = await explainer.attribute(image, [1]);
  expect([...values.data]).toEqual([expect.closeTo(0.5, 6), expect.closeTo(0.5 / 3, 6)]);
  expect(completeness?.[0]?.gap).toBeCloseTo(0, 6);
  expect(notesByImage?.[0]?.[0]).toMatch(
    /^Gradients at 3 points, where the sum needed them: completeness gap [^;]*%\.$/,
  );
  await explainer.release();
  await classifier.release();
});

it('a kink inside of an interval gets points until the sum is right', async () => {
  const classifier = await kinked(0.29);
  for (const tolerance of [0.05, 0.01, 0.001]) {
    const explainer = await integratedGradients({ tolerance }).compile(classifier);
    const { values, completeness } = await explainer.attribute(image, [1]);
    expect(completeness?.[0]?.gap).toBeLessThanOrEqual(tolerance);
    expect(Math.abs(values.data[0]! - 0.75 * 0.71)).toBeLessThanOrEqual(0.75 * 0.71 * tolerance);
    expect(values.data[0]! / values.data[1]!).toBeCloseTo(3, 5);
    await explainer.release();
  }
  await classifier.release();
});

it('says so where the tolerance is not reached', async () => {
  const builder = new GraphBuilder(emptyGraph('steps'), 'network');
  const flat = builder.add('Flatten', [builder.input('image', 'float32', ['N', 1, 1, 1])]);
  // The gradient of Floor is 0 wherever there is one: no number of points reaches the score.
  const score = builder.ops.Add(builder.add('Floor', [builder.ops.Mul(flat, builder.scalar(2.5))]), flat);
  const model = modelOf(builder.build([{ name: score, type: 'float32', dims: ['N', 1] }]));
  const classifier = await loadClassifier(writeModel(model), { runtime: cpu });
  const explainer = await integratedGradients({ tolerance: 0.01 }).compile(classifier);
  const { completeness, notesByImage } = await explainer.attribute(float32([1, 1, 1, 1], [1]), [1]);
  expect(completeness?.[0]?.gap).toBeCloseTo(2 / 3, 5);
  expect(notesByImage?.[0]?.[0]).toMatch(/at 999 points.* gap 67%; the tolerance of 1% was not reached/);
  await explainer.release();
  await classifier.release();
});

it('images together give what each gives alone, and what many fixed steps give', async () => {
  const { test } = await loadDigits();
  const classifier = await loadClassifier(writeModel(architectures.c.build(1)), { runtime: cpu });
  const images = concatRows([3, 40, 77].map((i) => toFittedInput(pictureAt(test, i), classifier.input)));
  const targets = [2, 5, { for: 1, against: 7 }];
  const explainer = await integratedGradients({ tolerance: 0.005 }).compile(classifier);
  const together = await explainer.attribute(images, targets);
  const fixed = await integratedGradients({ steps: 1000 }).compile(classifier);
  const many = await fixed.attribute(images, targets);
  for (const [i, target] of targets.entries()) {
    const alone = await explainer.attribute(rows(images, i, i + 1), [target]);
    const own = rows(together.values, i, i + 1).data;
    expect(Math.max(...own.map((value, k) => Math.abs(value - alone.values.data[k]!)))).toBeLessThan(1e-5);
    expect(together.completeness?.[i]?.gap).toBeLessThanOrEqual(0.005 + 1e-5);
    const long = rows(many.values, i, i + 1).data;
    const size = Math.hypot(...long);
    expect(Math.hypot(...own.map((value, k) => value - long[k]!)) / size).toBeLessThan(0.15);
    expect(together.scores[i]).toBeCloseTo(many.scores[i]!, 4);
  }
  for (const one of [explainer, fixed, classifier]) await one.release();
});

it('cuts the worst interval in three around its point', () => {
  const point = (at: number, slope: number) => ({ at, slope, gradient: new Float32Array() });
  const intervals: Interval[] = [
    { from: 0, to: 0.5, scoreFrom: 1, scoreTo: 2, point: point(0.25, 3) },
    { from: 0.5, to: 1, scoreFrom: 2, scoreTo: 5, point: point(0.75, 5) },
  ];
  expect(intervals.map(errorOf)).toEqual([0.5, -0.5]);
  expect(gapOf(intervals)).toBe(0);
  expect(worstOf(intervals)).toBe(intervals[0]);
  const { knots, middles } = cutOf(intervals[0]!);
  expect(knots.map((at) => at.toFixed(4))).toEqual(['0.1667', '0.3333']);
  expect(middles.map((at) => at.toFixed(4))).toEqual(['0.0833', '0.4167']);
  const parts = cut(intervals[0]!, [1.1, 1.2], [point(middles[0], 7), point(middles[1], 8)]);
  expect(parts.map(({ scoreFrom, scoreTo, point: { slope } }) => [scoreFrom, scoreTo, slope])).toEqual([
    [1, 1.1, 7],
    [1.1, 1.2, 3],
    [1.2, 2, 8],
  ]);
  // Too little there is: of what is too much, more would make the gap larger.
  const third: Interval = { from: 1, to: 2, scoreFrom: 5, scoreTo: 9, point: point(1.5, 3.7) };
  expect(worstOf([...intervals, third])).toBe(intervals[1]);
  // A score that comes back: its gap is a share of all its ups and downs.
  const back = [intervals[0]!, { ...intervals[1]!, scoreTo: 1 }];
  expect(gapOf(back)).toBeCloseTo(4 / 2, 12);
});
