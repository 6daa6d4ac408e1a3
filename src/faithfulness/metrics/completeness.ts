import { checkJudged, type JudgedMap, mapsByImage } from './judgedMap.ts';
import { type Perturbed, type Subject, scored, scoresOfImages } from './perturbed.ts';
import type { Replacement } from './replacement.ts';

export interface CompletenessSettings {
  /** Carried out on all pixels: what is left is the baseline. */
  readonly replace: Replacement;
  /**
   * Up to which share of the difference the gap counts as none. Default 0.01; 0 is Quantus' test, equality to the last
   * bit.
   */
  readonly tolerance?: number;
}

export interface CompletenessGap {
  /** Sum of the map, less the score of the image plus that of the baseline; units of the score. 0 is best. */
  readonly gap: number;
  /** Size of the gap as a share of the size of the difference; infinite or NaN where the difference is 0. */
  readonly share: number;
  readonly holds: boolean;
}

/**
 * Completeness, Sundararajan, Taly & Yan 2017 (Bach et al. 2015: conservation; Ancona et al. 2018:
 * summation to delta): the map's values add up to the score's difference between image and baseline.
 *
 *     gap = sum_i a_i - (f(x) - f(x'))
 *
 * Only methods that share the difference out claim it; a map of slopes that fails it is not wrong.
 * @throws UnmeasurableMapError
 */
export async function completeness(
  subject: Subject,
  maps: readonly JudgedMap[],
  { replace, tolerance = 0.01 }: CompletenessSettings,
): Promise<CompletenessGap[]> {
  checkJudged(subject, maps);
  const all = Int32Array.from({ length: subject.input.height * subject.input.width }, (_, i) => i);
  const whole = await scoresOfImages(subject);
  const plans = [...mapsByImage(maps).keys()].map(
    (image): Perturbed => ({ image, change: (row) => replace(row, all) }),
  );
  const empty = new Map<number, number>();
  for await (const { plan, score } of scored(subject, plans)) empty.set(plan.image, score);
  return maps.map(({ image, map }) => {
    const difference = (whole[image] ?? 0) - (empty.get(image) ?? 0);
    const gap = map.values.reduce((sum, value) => sum + value, 0) - difference;
    return {
      gap,
      share: Math.abs(gap) / Math.abs(difference),
      holds: Math.abs(gap) <= tolerance * Math.abs(difference),
    };
  });
}
