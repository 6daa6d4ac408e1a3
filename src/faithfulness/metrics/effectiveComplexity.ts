import { MetricSettingsError } from './errors.ts';
import { checkJudged, type JudgedMap } from './judgedMap.ts';
import { type Subject, scoresOfImages } from './perturbed.ts';
import { checkWhole, ranked } from './ranking.ts';
import { everyStep, scoresAlong } from './removalCurve.ts';
import type { Replacement } from './replacement.ts';

export interface EffectiveComplexitySettings {
  readonly replace: Replacement;
  /** How far the score may be from the image's, units of the score. */
  readonly tolerance: number;
  /** The answer is a multiple of this (or all pixels). Default 1. */
  readonly pixelsPerStep?: number;
}

/**
 * Effective complexity, Nguyen & Martínez 2020: how many of the pixels with the largest values, in size, are needed for
 * the score to be within the tolerance when all others are replaced. What the paper takes over a distribution of the
 * others is taken at the one replacement.
 *
 *     min k  such that  | f(x) - f(x with all but the k largest |a_i| replaced) | <= tolerance
 *
 * 0 to n pixels, smaller is simpler. It does not depend on the map's scale.
 * @returns a number for each map.
 * @throws UnmeasurableMapError, MetricSettingsError
 */
export async function effectiveComplexity(
  subject: Subject,
  maps: readonly JudgedMap[],
  { replace, tolerance, pixelsPerStep = 1 }: EffectiveComplexitySettings,
): Promise<number[]> {
  const count = subject.input.height * subject.input.width;
  checkWhole('The number of pixels in a step', pixelsPerStep, 1, count);
  if (!(tolerance >= 0)) throw new MetricSettingsError(`The tolerance is ${tolerance}: give 0 or more.`);
  checkJudged(subject, maps);
  const stops = everyStep(count, pixelsPerStep);
  const paths = maps.map(({ image, map }) => ({ image, order: ranked(map.values.map(Math.abs)), stops }));
  const whole = await scoresOfImages(subject);
  const scores = await scoresAlong(subject, paths, replace, 'insertion');
  return maps.map(({ image }, k) => {
    const first = scores[k]?.findIndex((score) => Math.abs((whole[image] ?? 0) - score) <= tolerance) ?? -1;
    return stops[first] ?? count;
  });
}
