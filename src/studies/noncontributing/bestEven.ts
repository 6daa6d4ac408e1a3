import type { InputDescription } from '../../model/inputDescription.ts';
import { type AmplitudePer, evenAmplitude } from './amplitude.ts';
import { strayingOf, type Trial } from './measureFreedom.ts';

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
  settings: { readonly count: number; readonly seed: number; readonly tolerance: number },
): Promise<number> {
  let best = { even: leastAmplitude, energy: 0 };
  // E is never below the amplitude's negative: a smaller amplitude cannot do better than what is reached already.
  for (let even = 1; even > leastAmplitude && best.energy > -even; even /= 2) {
    const amplitude = evenAmplitude(input, per, even);
    const energy = (await strayingOf({ ...trial, amplitude }, settings)) - even;
    if (energy < best.energy) best = { even, energy };
  }
  return best.even;
}
