import { expect } from 'vitest';
import { inputXGradient } from '../../src/attribution/gradient/inputXGradient.ts';
import type { Classifier } from '../../src/model/classifier.ts';
import { float32, type Tensor } from '../../src/onnx/tensor.ts';
import { scoped } from '../../src/runtime/release.ts';

/** The gradient of each image's score: input times gradient, by the input. */
async function gradientOf(classifier: Classifier, at: Tensor<'float32'>, target: number): Promise<Float32Array> {
  return scoped(async (keep) => {
    const explainer = await keep(inputXGradient().compile(classifier));
    const { values } = await explainer.attribute(
      at,
      Array.from({ length: at.dims[0] ?? 0 }, () => target),
    );
    return values.data.map((product, i) => product / (at.data[i] ?? 1));
  });
}

/** Central differences of a score, of a smooth function in float32. */
async function differencesOf(classifier: Classifier, at: Tensor<'float32'>, column: number): Promise<number[]> {
  const step = 1e-2;
  const size = at.data.length / (at.dims[0] ?? 1);
  const slopes: number[] = [];
  for (let i = 0; i < at.data.length; i++) {
    const moved = (by: number) => float32(at.dims, at.data.with(i, (at.data[i] ?? 0) + by));
    const [above, below] = [await classifier.scoresOf(moved(step)), await classifier.scoresOf(moved(-step))];
    const place = Math.floor(i / size) * classifier.scores.width + column;
    slopes.push(((above.data[place] ?? 0) - (below.data[place] ?? 0)) / (2 * step));
  }
  return slopes;
}

/** The gradient that methods use is the slope of the score that is predicted. @param column of the scores. */
export async function expectGradients(
  classifier: Classifier,
  x: Tensor<'float32'>,
  column: number,
  target: number,
): Promise<void> {
  const [gradient, slopes] = [await gradientOf(classifier, x, target), await differencesOf(classifier, x, column)];
  const largest = Math.max(...slopes.map(Math.abs));
  expect(largest).toBeGreaterThan(0.01);
  // Central differences of step h are wrong by h squared, and float32 by 1e-7 / h.
  for (const [i, slope] of slopes.entries()) expect(Math.abs((gradient[i] ?? 0) - slope)).toBeLessThan(0.01 * largest);
}
