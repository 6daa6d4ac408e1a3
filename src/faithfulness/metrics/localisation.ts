import type { CellMap } from '../pixelMap.ts';
import { MaskError, UnmeasurableMapError } from './errors.ts';
import { checkMap } from './judgedMap.ts';
import { checkWhole, ranked } from './ranking.ts';

/** Where the truth is: not 0 inside, row by row. */
export interface Mask {
  readonly height: number;
  readonly width: number;
  readonly values: ArrayLike<number>;
}

/** What of a value counts: the value itself, its size, or only what speaks for the target. */
export type Reading = 'signed' | 'absolute' | 'positive';

/*
 * All of these are 0 to 1, and larger is better. They throw UnmeasurableMapError for a map without order, and MaskError
 * for a mask of another size or with nothing inside.
 */

export interface PointingGameSettings {
  /**
   * How far from the mask still counts, pixels (Euclidean). Zhang et al. use 15 on photographs of some 500 pixels.
   * Default 0.
   */
  readonly tolerance?: number;
  /**
   * Which of several pixels with the largest value point: the first, or, as in Quantus, any of them that hits. Default
   * 'first'.
   */
  readonly ties?: 'first' | 'any';
}

/** Pointing game, Zhang, Bargal, Lin, Brandt, Shen & Sclaroff 2018: whether the largest value is inside. */
export function pointingGame(map: CellMap, mask: Mask, { tolerance = 0, ties = 'first' }: PointingGameSettings = {}) {
  const inside = insideOf(map, mask);
  const largest = map.values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const peaks = [...map.values.keys()].filter((pixel) => map.values[pixel] === largest);
  const near = (pixel: number) => inside.some((is, other) => is && apart(pixel, other, map.width) <= tolerance);
  return (ties === 'first' ? peaks.slice(0, 1) : peaks).some(near);
}

/**
 * Relevance mass accuracy, Arras, Osman & Samek 2022: the share of the map's sum that is inside.
 * @param reading default 'absolute': the paper pools maps to values that are not negative.
 */
export function relevanceMassAccuracy(map: CellMap, mask: Mask, reading: Exclude<Reading, 'signed'> = 'absolute') {
  const inside = insideOf(map, mask);
  const values = read(map, reading);
  const total = values.reduce((sum, value) => sum + value, 0);
  if (total === 0) {
    throw new UnmeasurableMapError('No value of the map is positive, so that it has no sum to share: read it by size.');
  }
  return values.reduce((sum, value, i) => (inside[i] ? sum + value : sum), 0) / total;
}

/**
 * Relevance rank accuracy, Arras, Osman & Samek 2022: of the k largest values, k the number of pixels inside, the share
 * that is inside. Of equal values the upper left comes first.
 */
export function relevanceRankAccuracy(map: CellMap, mask: Mask, reading: Reading = 'absolute'): number {
  const inside = insideOf(map, mask);
  return shareOfFirst(read(map, reading), inside, count(inside));
}

/**
 * Top-k intersection, Theiner, Müller-Budack & Ewerth 2022: of the k largest values the share that is inside.
 * Of equal values the upper left comes first.
 * @throws MetricSettingsError for more than there are.
 */
export function topKIntersection(map: CellMap, mask: Mask, k: number, reading: Reading = 'signed'): number {
  checkWhole('k', k, 1, map.values.length);
  return shareOfFirst(read(map, reading), insideOf(map, mask), k);
}

/**
 * Attribution localisation, Kohlbrenner, Bauer, Nakajima, Binder, Samek & Lapuschkin 2020: the share of the positive
 * values' sum that is inside. Weighted: times the image's size over the mask's, which may exceed 1: how much more is
 * inside than by chance.
 * @param settings `reading` 'absolute' is Quantus' default. (Its own weight is the inverse of the paper's.)
 */
export function attributionLocalisation(
  map: CellMap,
  mask: Mask,
  {
    reading = 'positive',
    weighted = false,
  }: { readonly reading?: Exclude<Reading, 'signed'>; readonly weighted?: boolean } = {},
): number {
  const share = relevanceMassAccuracy(map, mask, reading);
  return weighted ? (share * map.values.length) / count(insideOf(map, mask)) : share;
}

/**
 * Area under the receiver operating characteristic (Fawcett 2006), pixels inside against those outside: the probability
 * that a pixel inside has the larger value, equal ones counted half. 0.5 is chance.
 * @throws MaskError also where everything is inside.
 */
export function localisationAuc(map: CellMap, mask: Mask, reading: Reading = 'signed'): number {
  const inside = insideOf(map, mask);
  const positives = count(inside);
  const negatives = inside.length - positives;
  if (negatives === 0) throw new MaskError('The whole image is inside the mask: there is nothing to tell it from.');
  const values = read(map, reading);
  const order = ranked(values, 'lerf');
  let [area, below] = [0, 0];
  for (let start = 0; start < order.length; ) {
    let [end, hits] = [start, 0];
    for (; end < order.length && values[order[end] ?? 0] === values[order[start] ?? 0]; end++) {
      if (inside[order[end] ?? 0]) hits++;
    }
    const misses = end - start - hits;
    area += hits * (below + misses / 2);
    below += misses;
    start = end;
  }
  return area / (positives * negatives);
}

function insideOf(map: CellMap, { height, width, values }: Mask): boolean[] {
  checkMap(map);
  if (height !== map.height || width !== map.width || values.length !== map.values.length) {
    throw new MaskError(
      `The mask is of ${height} x ${width} pixels (${values.length} values), but the map of ${map.height} x ${map.width}: bring it to the map's size.`,
    );
  }
  const inside = Array.from(values, (value) => value !== 0);
  if (!inside.includes(true)) throw new MaskError('Nothing is inside the mask: leave this image out.');
  return inside;
}

function read({ values }: CellMap, reading: Reading): Float32Array {
  if (reading === 'signed') return values;
  return values.map(reading === 'absolute' ? Math.abs : (value) => Math.max(0, value));
}

function shareOfFirst(values: Float32Array, inside: readonly boolean[], k: number): number {
  return count(Array.from(ranked(values).subarray(0, k), (pixel) => inside[pixel] === true)) / k;
}

function count(inside: readonly boolean[]): number {
  return inside.reduce((sum, is) => sum + (is ? 1 : 0), 0);
}

function apart(a: number, b: number, width: number): number {
  return Math.hypot(Math.floor(a / width) - Math.floor(b / width), (a % width) - (b % width));
}
