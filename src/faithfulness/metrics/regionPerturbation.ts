import type { Definition } from './definition.ts';
import { MetricSettingsError } from './errors.ts';
import { checkJudged, type JudgedMap } from './judgedMap.ts';
import { type Patch, patches, rankedPatches } from './patches.ts';
import type { Subject } from './perturbed.ts';
import { checkWhole, type RemovalOrder } from './ranking.ts';
import { type Curve, curveOf, type RemovalPath, scoresAlong, trapezoids } from './removalCurve.ts';
import type { Replacement } from './replacement.ts';

export interface PatchSettings {
  readonly replace: Replacement;
  /** Side of the square patches, pixels. */
  readonly side: number;
}

export interface RegionPerturbationSettings extends PatchSettings {
  /** How many patches are replaced; default all. */
  readonly regions?: number;
  /** Default 'morf'. */
  readonly order?: RemovalOrder;
}

export interface RegionPerturbation {
  /** How far the score has fallen below that of the image after each patch, units of the score. */
  readonly drops: readonly number[];
  /** Area over the perturbation curve: the mean of the drops, that of no patch (0) among them. */
  readonly aopc: number;
}

/**
 * Region perturbation, Samek, Binder, Montavon, Lapuschkin & Müller 2017: patches are replaced, those
 * with the largest sum of the map first.
 *
 *     AOPC = 1 / (L + 1)  sum_{k = 0..L}  f(x_0) - f(x_k)
 *
 * Units of the score; most relevant first: larger is better; least relevant first: smaller. Patches are cut from the
 * upper left corner; where the image is no multiple of them, Quantus centres them.
 * @throws UnmeasurableMapError; MetricSettingsError for fewer than two patches, or fewer than are to be replaced.
 */
export async function regionPerturbation(
  subject: Subject,
  maps: readonly JudgedMap[],
  { replace, side, regions, order = 'morf' }: RegionPerturbationSettings,
): Promise<RegionPerturbation[]> {
  const all = patches(subject.input, side);
  const count = regions ?? all.length;
  if (count > all.length) {
    throw new MetricSettingsError(
      `There are ${all.length} patches of ${side} x ${side} pixels, fewer than the ${count} to be replaced: choose fewer, or a smaller side.`,
    );
  }
  checkWhole('The number of regions', count, 1, all.length);
  checkJudged(subject, maps);
  const paths = maps.map(({ image, map }) => pathOf(image, rankedPatches(all, map, order).slice(0, count)));
  const scores = await scoresAlong(subject, paths, replace);
  return scores.map(([whole = 0, ...after]) => {
    const drops = after.map((score) => whole - score);
    return { drops, aopc: drops.reduce((sum, drop) => sum + drop, 0) / (count + 1) };
  });
}

/**
 * Selectivity, Montavon, Samek & Müller 2018: the score while all patches are replaced, those with the
 * largest sum of the map first. Units and range of the score; area: smaller is better.
 * @param settings with the definition 'quantus' the curve starts after the first patch, and its area is of steps of
 *   width 1.
 * @throws UnmeasurableMapError, MetricSettingsError
 */
export async function selectivity(
  subject: Subject,
  maps: readonly JudgedMap[],
  { replace, side, definition = 'paper' }: PatchSettings & { readonly definition?: Definition },
): Promise<Curve[]> {
  const all = patches(subject.input, side);
  const pixels = subject.input.height * subject.input.width;
  checkJudged(subject, maps);
  const paths = maps.map(({ image, map }) => {
    const path = pathOf(image, rankedPatches(all, map));
    return definition === 'paper' ? path : { ...path, stops: path.stops.slice(1) };
  });
  const scores = await scoresAlong(subject, paths, replace);
  return scores.map((ofMap, k) => {
    const curve = curveOf(ofMap.map((score, i) => ({ share: (paths[k]?.stops[i] ?? 0) / pixels, score })));
    return definition === 'paper' ? curve : { ...curve, area: trapezoids(ofMap) };
  });
}

/** Patches one after the other, with a stop before the first and after each. */
export function pathOf(image: number, groups: readonly Patch[]): RemovalPath {
  const stops = [0];
  for (const { length } of groups) stops.push((stops.at(-1) ?? 0) + length);
  const order = new Int32Array(stops.at(-1) ?? 0);
  for (const [k, group] of groups.entries()) order.set(group, stops[k]);
  return { image, order, stops };
}
