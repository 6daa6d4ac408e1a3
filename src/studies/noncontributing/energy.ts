import { mean } from '../../faithfulness/mean.ts';
import { strayingOf, type Trial } from './measureFreedom.ts';
import type { NoiseSource } from './uniformNoise.ts';

/** What the search minimises: of the network that was searched, on fresh changes of the kinds it was searched with. */
export interface Energy {
  readonly energy: number;
  /** Standard error of `energy`. */
  readonly energyError: number;
}

/**
 * E(w) where each kind of change has an equal part.
 * @param count changes of all kinds together; @param cost of one row of scores.
 */
export async function energyUnder(
  trial: Trial,
  noises: readonly NoiseSource<'float32'>[],
  { count, cost }: { readonly count: number; readonly cost: (row: Float32Array) => number },
): Promise<Energy> {
  let [straying, squares] = [0, 0];
  for (const noise of noises) {
    const found = await strayingOf(trial, { count: Math.ceil(count / noises.length), noise, cost });
    straying += found.mean / noises.length;
    squares += (found.error / noises.length) ** 2;
  }
  return { energy: straying - mean(trial.amplitude.data), energyError: Math.sqrt(squares) };
}
