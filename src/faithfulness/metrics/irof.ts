import type { Segments } from '../../attribution/perturbation/segments.ts';
import type { Definition } from './definition.ts';
import { MetricSettingsError } from './errors.ts';
import { checkJudged, type JudgedMap } from './judgedMap.ts';
import { type Patch, sumOver } from './patches.ts';
import type { Subject } from './perturbed.ts';
import { ranked } from './ranking.ts';
import { pathOf } from './regionPerturbation.ts';
import { scoresAlong, trapezoids } from './removalCurve.ts';
import { byMeanColour, type Replacement } from './replacement.ts';

export interface IrofSettings {
  /** The segments of each image, in the images' order. */
  readonly segments: readonly Segments[];
  /** Default: the image's mean colour, as in the paper. */
  readonly replace?: Replacement;
  /**
   * 'paper' (default): the curve starts with the image, and the area is a mean, at most 1 for scores that are not
   * negative. 'quantus': the curve starts after the first segment, and the area over it is of steps of width 1, up to
   * their number.
   */
  readonly definition?: Definition;
}

/**
 * Iterative removal of features (IROF), Rieger & Hansen 2020: segments of the image are replaced, those with
 * the largest mean of the map first, and the area over the curve of the score, as a share of the image's own, is taken.
 *
 *     IROF = 1 - mean_{l = 0..L}  f(x_l) / f(x_0)      (trapezoid rule)
 *
 * Larger is better. Meant for probabilities: of a score that is negative or 0 a share says nothing (NaN where it is 0).
 * @returns a number for each map.
 * @throws UnmeasurableMapError; MetricSettingsError where an image has no segments, or fewer than two.
 */
export async function irof(
  subject: Subject,
  maps: readonly JudgedMap[],
  { segments, replace = byMeanColour(subject.input), definition = 'paper' }: IrofSettings,
): Promise<number[]> {
  checkJudged(subject, maps);
  const paths = maps.map(({ image, map: { values } }) => {
    const all = pixelsOf(subject, image, segments[image]);
    const means = all.map((pixels) => sumOver(values, pixels) / pixels.length);
    return pathOf(
      image,
      Array.from(ranked(means), (k) => all[k] ?? new Int32Array()),
    );
  });
  const scores = await scoresAlong(subject, paths, replace);
  return scores.map(([whole = 0, ...after]) => {
    const shares = after.map((score) => (whole === 0 ? Number.NaN : score / whole));
    return definition === 'paper' ? 1 - trapezoids([1, ...shares]) / shares.length : shares.length - trapezoids(shares);
  });
}

function pixelsOf({ input }: Subject, image: number, segments: Segments | undefined): Patch[] {
  const pixels = input.height * input.width;
  if (segments?.labels.length !== pixels) {
    throw new MetricSettingsError(
      segments
        ? `The segments of image ${image} have ${segments.labels.length} pixels, but the image has ${pixels}: give every pixel one.`
        : `There are no segments of image ${image}: give those of every image.`,
    );
  }
  const all = Array.from({ length: segments.count }, (): number[] => []);
  for (const [pixel, label] of segments.labels.entries()) all[label]?.push(pixel);
  const found = all.flatMap((list) => (list.length > 0 ? [Int32Array.from(list)] : []));
  if (found.length < 2) {
    throw new MetricSettingsError(`Image ${image} is one segment: an order needs two or more.`);
  }
  return found;
}
