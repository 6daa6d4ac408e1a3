import { MetricSettingsError } from './errors.ts';
import { checkJudged, type JudgedMap } from './judgedMap.ts';
import { type ImputationSettings, noisyLinearImputation } from './noisyLinearImputation.ts';
import type { Subject } from './perturbed.ts';
import { type RemovalOrder, ranked } from './ranking.ts';
import { scoresAlong } from './removalCurve.ts';

export interface RoadSettings extends ImputationSettings {
  /** Of the image's pixels, how many are removed, rounded down to whole pixels. Default 0.1, 0.2, ... 0.9. */
  readonly shares?: readonly number[];
  /** Default 'morf'. */
  readonly order?: RemovalOrder;
}

export interface Road {
  /** The score after each share was removed. */
  readonly scores: readonly number[];
  readonly mean: number;
}

const tenths = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/**
 * Remove and debias (ROAD), Rong, Leemann, Borisov, Kasneci & Kasneci 2022: the score after the strongest pixels were
 * replaced by noisy linear imputation, which does not show where they were. The paper's accuracy comes of a score that
 * is 1 where the class is right, else 0, and a mean over images.
 *
 * Range of the score; most relevant first: smaller is better; least relevant first: larger is better.
 * @throws UnmeasurableMapError; MetricSettingsError for shares outside 0 to 1, 1 itself among them: nothing would be
 *   left.
 */
export async function road(
  subject: Subject,
  maps: readonly JudgedMap[],
  { shares = tenths, order = 'morf', ...imputation }: RoadSettings = {},
): Promise<Road[]> {
  const wrong = shares.find((share) => !(share >= 0 && share < 1));
  if (wrong !== undefined || shares.length === 0) {
    throw new MetricSettingsError(
      `Of the pixels ${wrong ?? 'no share'} would be removed: give shares from 0 to less than 1, for something has to be left to impute from.`,
    );
  }
  const count = subject.input.height * subject.input.width;
  checkJudged(subject, maps);
  // 0.29 * 100 is 28.999999999999996: a share is meant to the nearest millionth of a pixel.
  const stops = shares.map((share) => Math.floor(share * count + 1e-6));
  const paths = maps.map(({ image, map }) => ({ image, order: ranked(map.values, order), stops }));
  const scores = await scoresAlong(subject, paths, noisyLinearImputation(subject.input, imputation));
  return scores.map((ofMap) => ({
    scores: ofMap,
    mean: ofMap.reduce((sum, score) => sum + score, 0) / ofMap.length,
  }));
}
