import { ranges } from '../attribution/portions.ts';
import { imageShapeOf } from '../attribution/sampledGradient.ts';
import type { Classifier } from '../classifier/classifier.ts';
import { type Target, targetWeights } from '../classifier/target.ts';
import { concatRows, float32, int64, rows, sizeOf, type Tensor } from '../onnx/tensor.ts';
import { fillWithCountedNormals, noiseKeys } from '../random/countedNormals.ts';
import { random } from '../random/random.ts';
import { floatOutputOf } from '../runtime/runtime.ts';
import { ascentGraph, ascentInputs } from './ascentGraph.ts';
import { fromBrightness } from './brightness.ts';

export interface AscentSettings {
  /** Default 200. */
  readonly steps?: number;
  /** Length of the first step in brightness (of 1); it falls to 0 as a cosine does. Default 0.1. */
  readonly rate?: number;
  /** Default 0.3. */
  readonly l2?: number;
  /** Default 0.3. */
  readonly tv?: number;
  /** Largest number of pixels by which the image is moved before each step. Default 1. */
  readonly jitter?: number;
  /** Starts from different noise for each unit, the best of which counts. Default 4. */
  readonly starts?: number;
  /** Brightness of the blank image that is started from and drawn back to, 0 to 1. Default 0 for grey images, 0.5 for colour. */
  readonly base?: number;
  readonly seed?: number;
  readonly progress?: (done: number, total: number) => void;
}

export type ResolvedAscent = Required<Omit<AscentSettings, 'progress'>>;

export function resolveAscent(settings: AscentSettings, { input }: Pick<Classifier, 'input'>): ResolvedAscent {
  const { steps = 200, rate = 0.1, l2 = 0.3, tv = 0.3, jitter = 1, starts = 4, seed = 0 } = settings;
  return { steps, rate, l2, tv, jitter, starts, seed, base: settings.base ?? (input.channels === 1 ? 0 : 0.5) };
}

/** Standard deviation of the noise an ascent starts from, in brightness. */
const startNoise = 0.1;

/**
 * For each target an image that makes its score large, by gradient ascent from several starts: model input [targets, ...].
 * All starts of all targets are rows of the same runs.
 */
export async function ascend(
  units: Classifier,
  targets: readonly Target[],
  settings: AscentSettings = {},
): Promise<Tensor<'float32'>> {
  const resolved = resolveAscent(settings, units);
  const { starts } = resolved;
  const weights = float32([targets.length, units.scores.width], targetWeights(targets, units.scores.width));
  const begin = startImages(units, resolved);
  const { graph, images } = ascentGraph(units, resolved);
  const session = await units.runtime.createSession({ ...units.model, graph });
  const plan = { [ascentInputs.rates]: ratesOf(resolved), [ascentInputs.shifts]: shiftsOf(resolved) };
  // Row i is start i % starts of target floor(i / starts).
  const total = targets.length * starts;
  const parts: Tensor<'float32'>[] = [];
  try {
    for (const { from, to } of ranges(total, units.batchSize)) {
      settings.progress?.(from, total);
      const jobs = Array.from({ length: to - from }, (_, i) => from + i);
      const values = await session.run({
        ...plan,
        [ascentInputs.brightness]: concatRows(jobs.map((i) => rows(begin, i % starts, (i % starts) + 1))),
        [ascentInputs.target]: concatRows(jobs.map((i) => rowOf(weights, Math.floor(i / starts)))),
      });
      parts.push(fromBrightness(floatOutputOf(values, images), units));
    }
    settings.progress?.(total, total);
  } finally {
    await session.release();
  }
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
function startImages(units: Classifier, { starts, base, seed }: ResolvedAscent): Tensor<'float32'> {
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

function ratesOf({ steps, rate }: ResolvedAscent): Tensor<'float32'> {
  const rates = Array.from({ length: steps }, (_, step) => (rate * (1 + Math.cos((Math.PI * step) / steps))) / 2);
  return float32([steps], rates);
}

function shiftsOf({ steps, jitter, seed }: ResolvedAscent): Tensor<'int64'> {
  const source = random(seed + 1);
  const shifts = Array.from({ length: 2 * steps }, () => source.index(jitter + 1));
  return int64(shifts, [steps, 2]);
}
