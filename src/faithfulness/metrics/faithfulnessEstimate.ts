import { pearson } from '../correlation.ts';
import { checkJudged, type JudgedMap } from './judgedMap.ts';
import { sumOver } from './patches.ts';
import { type Perturbed, type Subject, scored, scoresOfImages } from './perturbed.ts';
import { checkWhole, ranked } from './ranking.ts';
import { everyStep } from './removalCurve.ts';
import type { Replacement } from './replacement.ts';

export interface FaithfulnessEstimateSettings {
  readonly replace: Replacement;
  /**
   * Pixels that are replaced together, neighbours in the map's order. Default 1, as in the paper: one run of the model a
   * pixel. Quantus' default is 1 too.
   */
  readonly pixelsPerStep?: number;
}

/**
 * Faithfulness estimate, Alvarez-Melis & Jaakkola 2018: Pearson's correlation, over the pixels i, of the map's
 * value with the drop of the score when that pixel alone is replaced.
 *
 *     corr_i ( a_i,  f(x) - f(x without i) )
 *
 * -1 to 1, larger is better; NaN where no replacement changes the score.
 * @returns a number for each map.
 * @throws UnmeasurableMapError; MetricSettingsError where there would be fewer than two steps.
 */
export async function faithfulnessEstimate(
  subject: Subject,
  maps: readonly JudgedMap[],
  { replace, pixelsPerStep = 1 }: FaithfulnessEstimateSettings,
): Promise<number[]> {
  const count = subject.input.height * subject.input.width;
  checkWhole('The number of pixels in a step', pixelsPerStep, 1, count - 1);
  checkJudged(subject, maps);
  const whole = await scoresOfImages(subject);
  const stops = everyStep(count, pixelsPerStep);
  function* plans(): Generator<Perturbed & { readonly at: number; readonly sum: number }> {
    for (const [at, { image, map }] of maps.entries()) {
      const order = ranked(map.values);
      for (const [i, stop] of stops.slice(1).entries()) {
        const pixels = order.subarray(stops[i], stop);
        yield { at, image, sum: sumOver(map.values, pixels), change: (row) => replace(row, pixels) };
      }
    }
  }
  const found = maps.map(() => ({ sums: [] as number[], drops: [] as number[] }));
  for await (const { plan, score } of scored(subject, plans())) {
    found[plan.at]?.sums.push(plan.sum);
    found[plan.at]?.drops.push((whole[plan.image] ?? 0) - score);
  }
  return found.map(({ sums, drops }) => pearson(sums, drops));
}
