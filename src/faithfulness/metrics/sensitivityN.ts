import { pearson } from '../correlation.ts';
import { mean } from '../mean.ts';
import { MetricSettingsError } from './errors.ts';
import { checkJudged, type JudgedMap } from './judgedMap.ts';
import { sumOver } from './patches.ts';
import { type Subject, scoresOfImages } from './perturbed.ts';
import { checkWhole, ranked } from './ranking.ts';
import { everyStep, scoresAlong } from './removalCurve.ts';
import { type SubsetSettings, subsetCorrelations } from './subsetCorrelation.ts';

export interface SensitivityNSettings extends SubsetSettings {
  /**
   * How many pixels are replaced together. Default: up to 16 numbers from 1 to 80% of the pixels, evenly on a log
   * scale.
   */
  readonly sizes?: readonly number[];
  /** Random subsets of each size. Default 100, as in the paper. */
  readonly samples?: number;
}

export interface SensitivityN {
  /** For each n, the correlation over random subsets of n pixels. */
  readonly bySize: readonly { readonly n: number; readonly correlation: number }[];
  /** Over the n. */
  readonly mean: number;
}

/**
 * Sensitivity-n, Ancona, Ceolini, Öztireli & Gross 2018: a method that satisfies it gives maps whose sum over any n
 * pixels is the drop of the score when these are replaced. How near it comes to that is Pearson's correlation of the
 * two over random subsets, for several n.
 *
 * -1 to 1, larger is better; NaN where no replacement changes the score.
 * @throws UnmeasurableMapError, MetricSettingsError
 */
export async function sensitivityN(
  subject: Subject,
  maps: readonly JudgedMap[],
  { sizes, samples = 100, ...settings }: SensitivityNSettings,
): Promise<SensitivityN[]> {
  const chosen = sizes ?? logarithmic(0.8 * subject.input.height * subject.input.width);
  if (chosen.length === 0) throw new MetricSettingsError('There are no sizes of subsets: give one or more.');
  const correlations = await subsetCorrelations(subject, maps, chosen, samples, settings);
  return correlations.map((ofMap) => ({
    bySize: chosen.map((n, i) => ({ n, correlation: ofMap[i] ?? Number.NaN })),
    mean: mean(ofMap),
  }));
}

function logarithmic(largest: number): number[] {
  const all = Array.from({ length: 16 }, (_, i) => Math.round(largest ** (i / 15)));
  return [...new Set(all)].filter((n) => n >= 1);
}

/**
 * What Quantus calls sensitivity-n, which is something else: pixels are replaced one step after the other, most
 * relevant first, and stay so; for each step the correlation, over images, of the map's sum over that step's pixels
 * with the whole drop of the score up to then. -1 to 1.
 * @param maps one method's, of different images: the correlation is over them.
 * @param settings `most`: the share of the pixels that is replaced at last, default 0.8 as in Quantus.
 * @returns a correlation for each step, NaN where all sums or all drops are equal.
 * @throws UnmeasurableMapError; MetricSettingsError for fewer than two maps.
 */
export async function stepwiseSensitivity(
  subject: Subject,
  maps: readonly JudgedMap[],
  {
    replace,
    pixelsPerStep = 1,
    most = 0.8,
  }: Pick<SubsetSettings, 'replace'> & { readonly pixelsPerStep?: number; readonly most?: number },
): Promise<number[]> {
  const count = subject.input.height * subject.input.width;
  checkWhole('The number of pixels in a step', pixelsPerStep, 1, count);
  if (maps.length < 2) throw new MetricSettingsError('A correlation over images needs the maps of two or more.');
  checkJudged(subject, maps);
  const stops = everyStep(count, pixelsPerStep);
  const paths = maps.map(({ image, map }) => ({ image, order: ranked(map.values), stops: stops.slice(1) }));
  const [whole, scores] = [await scoresOfImages(subject), await scoresAlong(subject, paths, replace)];
  return Array.from({ length: Math.floor((most * count) / pixelsPerStep) }, (_, step) => {
    const sums = maps.map(({ map }, k) =>
      sumOver(map.values, (paths[k]?.order ?? new Int32Array()).subarray(stops[step], stops[step + 1])),
    );
    return pearson(
      sums,
      maps.map(({ image }, k) => (whole[image] ?? 0) - (scores[k]?.[step] ?? 0)),
    );
  });
}
