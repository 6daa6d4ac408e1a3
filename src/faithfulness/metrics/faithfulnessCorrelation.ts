import type { JudgedMap } from './judgedMap.ts';
import type { Subject } from './perturbed.ts';
import { type SubsetSettings, subsetCorrelations } from './subsetCorrelation.ts';

export interface FaithfulnessCorrelationSettings extends SubsetSettings {
  /** Pixels in a subset. */
  readonly subsetSize: number;
  /** Random subsets an image. Default 100. */
  readonly samples?: number;
}

/**
 * Faithfulness correlation, Bhatt, Weller & Moura 2020: Pearson's correlation, over random subsets S of the pixels,
 * of the map's sum over S with the drop of the score when S is replaced.
 *
 *     corr_S ( sum_{i in S} a_i,  f(x) - f(x without S) )
 *
 * -1 to 1, larger is better; NaN where no replacement changes the score. It is an estimate: with n subsets its standard
 * error is about (1 - r^2) / sqrt(n).
 * @returns a number for each map; all maps of an image are judged on the same subsets.
 * @throws UnmeasurableMapError, MetricSettingsError
 */
export async function faithfulnessCorrelation(
  subject: Subject,
  maps: readonly JudgedMap[],
  { subsetSize, samples = 100, ...settings }: FaithfulnessCorrelationSettings,
): Promise<number[]> {
  const correlations = await subsetCorrelations(subject, maps, [subsetSize], samples, settings);
  return correlations.map(([correlation = Number.NaN]) => correlation);
}
