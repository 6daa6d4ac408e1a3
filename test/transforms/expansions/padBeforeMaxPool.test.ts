import { expect, it } from 'vitest';
import { saliency } from '../../../src/attribution/gradient/saliency.ts';
import { loadClassifier } from '../../../src/model/loadClassifier.ts';
import { float32 } from '../../../src/onnx/tensor.ts';
import { writeModel } from '../../../src/onnx/writeModel.ts';
import { built, value } from '../../networks.ts';
import { runtimes } from '../../runtimes.ts';

const pads = [0, 0, 1, 1, 0, 0, 1, 1];

/** The largest of each 2x2 window of a 4x4 image with a border of zeros, 3x3 windows, as scores. */
const model = built(value('x', ['n', 1, 4, 4]), ['n', 9], (builder, x) => {
  const padded = builder.add('Pad', [x, builder.ints(pads)]);
  const pooled = builder.add('MaxPool', [padded], { kernel_shape: [2, 2], strides: [2, 2] });
  return builder.add('Flatten', [pooled]);
});

it.each(runtimes)('zeros in front of a max pooling win over negative numbers, on $name', async ({ runtime }) => {
  const classifier = await loadClassifier(writeModel(model), { runtime });
  const image = float32(
    [1, 1, 4, 4],
    Array.from({ length: 16 }, (_, i) => -1 - i),
  );
  // Only the window in the middle has no zero in it: its largest is that of pixels 5, 6, 9 and 10.
  const [{ scores } = { scores: [] }] = await classifier.predict(image);
  expect(scores.map((score) => Math.round(score * 1e6) / 1e6)).toEqual([0, 0, 0, 0, -6, 0, 0, 0, 0]);
  const explainer = await saliency().compile(classifier);
  const { values } = await explainer.attribute(image, [4]);
  expect([...values.data].flatMap((slope, i) => (slope === 0 ? [] : [[i, slope]]))).toEqual([[5, 1]]);
  await explainer.release();
  await classifier.release();
});
