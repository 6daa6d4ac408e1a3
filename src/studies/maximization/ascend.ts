import { imageShapeOf } from '../../attribution/gradient/sampledGradient.ts';
import type { Classifier } from '../../model/classifier.ts';
import { type Target, targetWeights } from '../../model/target.ts';
import { concatRows, float32, int64, rows, sizeOf, type Tensor } from '../../onnx/tensor.ts';
import { fillWithCountedNormals, noiseKeys } from '../../random/countedNormals.ts';
import { random } from '../../random/random.ts';
import { ranges } from '../../runtime/portions.ts';
import { program } from '../../runtime/program.ts';
import { scoped } from '../../runtime/release.ts';
import { floatOutputOf } from '../../runtime/runtime.ts';
import { ascentGraph, ascentInputs } from './ascentGraph.ts';
import { fromBrightness } from './brightness.ts';

export interface AscentSettings {
  readonly steps: number;
  /** Length of the first step in brightness, of which 1 is from black to white; it falls to 0 as a cosine does. */
  readonly rate: number;
  /** How strongly pixels are drawn back to the blank image. */
  readonly l2: number;
  /** How strongly neighbouring pixels are drawn together. */
  readonly tv: number;
  /** Largest number of pixels by which the image is moved before each step. */
  readonly jitter: number;
  /** Starts from different noise for each unit, the best of which counts. */
  readonly starts: number;
  /** Brightness of the blank image, 0 to 1. */
  readonly base: number;
  readonly seed: number;
}

/** From mid-grey, so that what has to be dark is seen as well as what has to be bright. */
export const defaultAscent: AscentSettings = {
  steps: 200,
  rate: 0.1,
  l2: 1,
  tv: 0.6,
  jitter: 1,
  starts: 4,
  base: 0.5,
  seed: 0,
};

/** Standard deviation of the noise an ascent starts from, in brightness. */
const startNoise = 0.1;

/**
 * For each target an image that makes its score large, by gradient ascent from several starts: model input [targets, ...].
 * All starts of all targets are rows of the same runs.
 */
export async function ascend(
  units: Classifier,
  targets: readonly Target[],
  given: Partial<AscentSettings> = {},
  progress?: (done: number, total: number) => void,
): Promise<Tensor<'float32'>> {
  const settings = { ...defaultAscent, ...given };
  const { starts } = settings;
  const weights = float32([targets.length, units.scores.width], targetWeights(targets, units.scores.width));
  const begin = startImages(units, settings);
  const { graph, images } = ascentGraph(units, settings);
  const plan = { [ascentInputs.rates]: ratesOf(settings), [ascentInputs.shifts]: shiftsOf(settings) };
  // Row i is start i % starts of target floor(i / starts).
  const total = targets.length * starts;
  const parts: Tensor<'float32'>[] = [];
  await scoped(async (keep) => {
    const climbing = await keep(program(units.runtime, { ...units.model, graph }));
    for (const { from, to } of ranges(total, units.batchSize)) {
      progress?.(from, total);
      const jobs = Array.from({ length: to - from }, (_, i) => from + i);
      const values = await climbing.run({
        ...plan,
        [ascentInputs.brightness]: concatRows(jobs.map((i) => rowOf(begin, i % starts))),
        [ascentInputs.target]: concatRows(jobs.map((i) => rowOf(weights, Math.floor(i / starts)))),
      });
      parts.push(fromBrightness(floatOutputOf(values, images), units));
    }
  });
  progress?.(total, total);
  return bestOf(units, weights, concatRows(parts), starts);
}

function rowOf(all: Tensor<'float32'>, row: number): Tensor<'float32'> {
  return rows(all, row, row + 1);
}

/** For each target the start that reached most. */
async function bestOf(
  units: Classifier,
  weights: Tensor<'float32'>,
  reached: Tensor<'float32'>,
  starts: number,
): Promise<Tensor<'float32'>> {
  const { data } = await units.scoresOf(reached);
  const { width } = units.scores;
  const count = weights.dims[0] ?? 0;
  const best = Array.from({ length: count }, (_, target) => {
    const values = Array.from({ length: starts }, (_, start) => {
      let sum = 0;
      for (let k = 0; k < width; k++) {
        sum += (weights.data[target * width + k] ?? 0) * (data[(target * starts + start) * width + k] ?? 0);
      }
      return sum;
    });
    return rowOf(reached, target * starts + values.indexOf(Math.max(...values)));
  });
  return concatRows(best);
}

/** The blank image with noise, one for each start, by brightness. */
function startImages(units: Classifier, { starts, base, seed }: AscentSettings): Tensor<'float32'> {
  const dims = imageShapeOf(units);
  const size = sizeOf(dims);
  const data = new Float32Array(starts * size);
  for (const [start, key] of noiseKeys(random(seed), starts).entries()) {
    fillWithCountedNormals(data.subarray(start * size, (start + 1) * size), key);
  }
  return float32(
    [starts, ...dims],
    data.map((value) => Math.min(1, Math.max(0, base + startNoise * value))),
  );
}

function ratesOf({ steps, rate }: AscentSettings): Tensor<'float32'> {
  const rates = Array.from({ length: steps }, (_, step) => (rate * (1 + Math.cos((Math.PI * step) / steps))) / 2);
  return float32([steps], rates);
}

function shiftsOf({ steps, jitter, seed }: AscentSettings): Tensor<'int64'> {
  const source = random(seed + 1);
  const shifts = Array.from({ length: 2 * steps }, () => source.index(jitter + 1));
  return int64(shifts, [steps, 2]);
}
