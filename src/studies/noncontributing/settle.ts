import type { InputDescription } from '../../model/inputDescription.ts';
import { float32, type Tensor } from '../../onnx/tensor.ts';
import { type AmplitudePer, evenAmplitude } from './amplitude.ts';
import type { Keeping } from './keeping.ts';
import { keepsInAll, strayingOf, type Trial } from './measureFreedom.ts';
import { type NoiseSource, uniformNoise } from './uniformNoise.ts';

export interface Settled {
  readonly amplitude: Tensor<'float32'>;
  readonly scaledBy: number;
}

const shrink = 0.95;

/**
 * Amplitudes made smaller, all by the same factor, until the decision, or whatever else is to be kept, stays in every one of
 * `count` draws, clipped to valid pixels too, with more slack than `reserve`; fresh draws each time.
 * @param noises sources of the changes to try within these amplitudes, from a seed, each always the same for the same one.
 */
export async function settle(
  trial: Trial,
  { slack }: Pick<Keeping, 'slack'>,
  { count, seed, reserve }: { readonly count: number; readonly seed: number; readonly reserve: number },
  noises: (amplitude: Tensor<'float32'>, seed: number) => readonly (() => NoiseSource<'float32'>)[],
): Promise<Settled> {
  for (let scaledBy = 1, turn = 0; scaledBy > leastAmplitude; scaledBy *= shrink, turn++) {
    const amplitude = scaled(trial.amplitude, scaledBy);
    let keeps = true;
    for (const noise of noises(amplitude, seed + turn)) {
      keeps &&= await keepsInAll({ ...trial, amplitude }, { count, noise, slack, reserve });
    }
    if (keeps) return { amplitude, scaledBy };
  }
  return { amplitude: scaled(trial.amplitude, 0), scaledBy: 0 };
}

function scaled({ dims, data }: Tensor<'float32'>, factor: number): Tensor<'float32'> {
  return float32(dims, factor === 1 ? data : data.map((value) => value * factor));
}

/** Below it, noise is no longer worth the name: an eighth of a grey level. */
export const leastAmplitude = 0.0005;

/**
 * The even amplitude, of 1, 1/2, 1/4 and so on, under which E = (straying) - (mean amplitude) is lowest: on what scale the
 * amplitudes are that this image allows. `leastAmplitude` where every one is worse than no noise at all.
 */
export async function bestEvenAmplitude(
  trial: Omit<Trial, 'amplitude'>,
  input: InputDescription,
  per: AmplitudePer,
  {
    count,
    seed,
    cost,
  }: { readonly count: number; readonly seed: number; readonly cost: (row: Float32Array) => number },
): Promise<number> {
  let best = { even: leastAmplitude, energy: 0 };
  // E is never below the amplitude's negative: a smaller amplitude cannot do better than what is reached already.
  for (let even = 1; even > leastAmplitude && best.energy > -even; even /= 2) {
    const amplitude = evenAmplitude(input, per, even);
    const noise = uniformNoise(seed, trial.image.dims.slice(1));
    const straying = await strayingOf({ ...trial, amplitude }, { count, noise, cost });
    const energy = straying.mean - even;
    if (energy < best.energy) best = { even, energy };
  }
  return best.even;
}
