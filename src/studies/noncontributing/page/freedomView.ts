import type { Explanation } from '../../../attribution/explain.ts';
import type { Freedom } from '../../../attribution/freedom.ts';
import type { InputDescription } from '../../../model/inputDescription.ts';
import { sumChannels } from '../../../model/pixels.ts';
import { quantity } from '../../../report/page/number.ts';
import type { AmplitudeMap } from './amplitudeColours.ts';

/** How far the pixels of an image can change, as the report shows it. */
export interface FreedomView {
  readonly map: AmplitudeMap;
  readonly meanAmplitude: number;
  /** Share of the pixels above 0.9. */
  readonly free: number;
  readonly draws: number;
  /** Share of the draws. */
  readonly kept: number;
  readonly keptClipped: number;
  /** Score units, formatted. */
  readonly worstChange: string;
  readonly leastLead: string;
}

export function freedomView(map: AmplitudeMap, { meanAmplitude, free, measured }: Freedom): FreedomView {
  const { draws, kept, keptClipped, worstChange, leastLead } = measured;
  return {
    map,
    meanAmplitude,
    free,
    draws,
    kept,
    keptClipped,
    worstChange: quantity(worstChange),
    leastLead: quantity(leastLead),
  };
}

/** Of the first of an image's maps that says how far its pixels can change; undefined where none does. */
export function freedomIn({ maps }: Explanation, input: InputDescription): FreedomView | undefined {
  const found = maps.find(({ freedom }) => freedom !== undefined);
  if (!found?.freedom) return undefined;
  const { height, width, channels } = input;
  const values = sumChannels(found.values.data, input).map((sum) => sum / channels);
  return freedomView({ height, width, values }, found.freedom);
}
