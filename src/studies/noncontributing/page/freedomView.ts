import type { MethodMap } from '../../../attribution/explain.ts';
import type { Classifier } from '../../../model/classifier.ts';
import { type Freedom, freedomOf } from '../freedom.ts';
import type { AmplitudeMap } from './amplitudeColours.ts';
import { amplitudeMap } from './besideView.ts';

/** How far the pixels of an image can change, as the report shows it. */
export interface FreedomView extends Pick<Freedom, 'structured' | 'attacked'> {
  readonly map: AmplitudeMap;
  readonly meanAmplitude: number;
  /** Share of the pixels above 0.9. */
  readonly free: number;
  readonly draws: number;
  /** Share of the draws. */
  readonly kept: number;
  readonly keptClipped: number;
  /** Score units. */
  readonly worstChange: number;
  readonly leastLead: number;
}

/** Of the first of an image's maps that is one of amplitudes; undefined where none is. */
export function freedomView(classifier: Classifier, maps: readonly MethodMap[]): FreedomView | undefined {
  for (const map of maps) {
    const freedom = freedomOf(map);
    if (!freedom) continue;
    const { meanAmplitude, free, measured, structured, attacked } = freedom;
    const { draws, kept, keptClipped, worstChange, leastLead } = measured;
    return {
      map: amplitudeMap(classifier, map.values),
      meanAmplitude,
      free,
      draws,
      kept,
      keptClipped,
      worstChange,
      leastLead,
      structured,
      attacked,
    };
  }
  return undefined;
}
