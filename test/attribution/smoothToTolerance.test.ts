import { expect, it } from 'vitest';
import { smoothGrad } from '../../src/attribution/gradient/smoothGrad.ts';
import { loadClassifier } from '../../src/model/loadClassifier.ts';
import { noiseImages } from '../../src/model/pixels.ts';
import { rows } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { architectures } from '../../src/training/architectures.ts';
import { cpu } from '../runtimes.ts';
import { relativeDifference } from './referenceClassifier.ts';

const samplesIn = (note: string) => Number(/Mean of (\d+)/.exec(note)?.[1]);
const errorIn = (note: string) => Number(/standard error ([\d.e-]+)%/.exec(note)?.[1]) / 100;
const norm = (values: Float32Array) => Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0));

it('takes as many samples as the tolerance needs, the first of those that a fixed number takes', async () => {
  const classifier = await loadClassifier(writeModel(architectures.c.build(1)), { runtime: cpu });
  const images = noiseImages(classifier.input, 2);
  const counts: number[] = [];
  for (const tolerance of [0.4, 0.1]) {
    const explainer = await smoothGrad({ tolerance, seed: 3 }).compile(classifier);
    const { values, notesByImage = [], scores } = await explainer.attribute(images, [1, { for: 2, against: 7 }]);
    const notes = notesByImage.map(([note = '']) => note);
    for (const note of notes) expect(errorIn(note)).toBeLessThanOrEqual(tolerance);
    counts.push(samplesIn(notes[0]!));
    const fixed = await smoothGrad({ samples: samplesIn(notes[0]!), seed: 3 }).compile(classifier);
    const plain = await fixed.attribute(rows(images, 0, 1), [1]);
    expect(relativeDifference(rows(values, 0, 1).data, plain.values.data)).toBeLessThan(1e-4);
    expect(scores[0]).toBeCloseTo(plain.scores[0]!, 4);
    // What it says of its error is true: the distance from the mean of many other samples.
    const long = await smoothGrad({ samples: 1000, seed: 4 }).compile(classifier);
    const many = (await long.attribute(rows(images, 0, 1), [1])).values.data;
    const distance = norm(many.map((value, i) => value - values.data[i]!)) / norm(many);
    expect(distance / errorIn(notes[0]!)).toBeGreaterThan(0.6);
    expect(distance / errorIn(notes[0]!)).toBeLessThan(1.5);
    for (const one of [explainer, fixed, long]) await one.release();
  }
  expect(counts[1]).toBeGreaterThan(counts[0]!);
  await classifier.release();
});

it('says so where the tolerance is not reached', async () => {
  const classifier = await loadClassifier(writeModel(architectures.c.build(1)), { runtime: cpu });
  const explainer = await smoothGrad({ tolerance: 1e-6 }).compile(classifier);
  const { notesByImage } = await explainer.attribute(noiseImages(classifier.input, 1), [0]);
  expect(notesByImage?.[0]?.[0]).toMatch(/^Mean of 1000 noisy versions.*the tolerance of 0.0001% was not reached/);
  await explainer.release();
  await classifier.release();
});
