import type { Definition } from './definition.ts';
import { checkJudged, type JudgedMap } from './judgedMap.ts';
import type { Subject } from './perturbed.ts';
import { checkWhole, type RemovalOrder, ranked } from './ranking.ts';
import { type Curve, curveOf, type Direction, everyStep, scoresAlong, trapezoids } from './removalCurve.ts';
import type { Replacement } from './replacement.ts';

export interface PixelFlippingSettings {
  readonly replace: Replacement;
  /** Pixels between two points of a curve. Default 1. */
  readonly pixelsPerStep?: number;
  /** Default 'morf'. */
  readonly order?: RemovalOrder;
  /** Default 'deletion'. */
  readonly direction?: Direction;
  /**
   * 'paper' (default): the curve starts with the image as it is, and its area is a mean over the shares, in units of the
   * score. 'quantus': the curve starts after the first step, and its area is of steps of width 1.
   */
  readonly definition?: Definition;
}

/**
 * Pixel flipping, Bach et al. 2015: the score while pixels are replaced, k after k, in the order
 * of the map. With insertion, Petsiuk, Das & Saenko 2018 (RISE): the score while they are put into an image that
 * has been replaced wholly.
 *
 * Area of deletion, most relevant first: smaller is better; least relevant first, or insertion: larger is better.
 * Range: that of the score. Pixels of equal relevance go by their place, the upper left first.
 * @returns a curve for each map.
 * @throws UnmeasurableMapError, MetricSettingsError
 */
export async function pixelFlipping(
  subject: Subject,
  maps: readonly JudgedMap[],
  { replace, pixelsPerStep = 1, order = 'morf', direction = 'deletion', definition = 'paper' }: PixelFlippingSettings,
): Promise<Curve[]> {
  const count = subject.input.height * subject.input.width;
  checkWhole('The number of pixels in a step', pixelsPerStep, 1, count);
  checkJudged(subject, maps);
  const all = everyStep(count, pixelsPerStep);
  const stops = definition === 'paper' ? all : all.slice(1);
  const paths = maps.map(({ image, map }) => ({ image, order: ranked(map.values, order), stops }));
  const scores = await scoresAlong(subject, paths, replace, direction);
  return scores.map((ofMap) => {
    const curve = curveOf(ofMap.map((score, i) => ({ share: (stops[i] ?? 0) / count, score })));
    return definition === 'paper' ? curve : { ...curve, area: trapezoids(ofMap) };
  });
}
