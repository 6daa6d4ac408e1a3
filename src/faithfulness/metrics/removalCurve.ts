import { ArgumentError } from '../../argumentError.ts';
import { rows } from '../../onnx/tensor.ts';
import { type Perturbed, type Subject, scored } from './perturbed.ts';
import { byImage, type Replacement } from './replacement.ts';

/** The pixels of one of the images in the order in which they go. */
export interface RemovalPath {
  readonly image: number;
  readonly order: Int32Array;
  /** How many are gone where the score is measured. */
  readonly stops: readonly number[];
}

export interface Curve {
  readonly points: readonly CurvePoint[];
  /** The mean score over the shares (trapezoid rule), units of the score. */
  readonly area: number;
}

export interface CurvePoint {
  /** Of the image's pixels, 0 to 1, how many were replaced (deletion) or put in (insertion). */
  readonly share: number;
  /** NaN where the model gives NaN. */
  readonly score: number;
}

/**
 * Deletion: the image, its pixels replaced in order. Insertion: the image wholly replaced, its own pixels put in in
 * order.
 */
export type Direction = 'deletion' | 'insertion';

/**
 * One image at each stop of its path, all in the same memory: from stop to stop only the pixels between them change.
 * @param own the image as it is.
 */
function* pixelwiseStops(
  { input }: Subject,
  own: Float32Array,
  { order, stops }: Pick<RemovalPath, 'order' | 'stops'>,
  replace: Replacement,
  direction: Direction,
): Generator<Float32Array> {
  const current = Float32Array.from(own);
  if (direction === 'insertion') replace(current, order);
  const change = direction === 'deletion' ? replace : byImage(input, own);
  let before = 0;
  for (const stop of stops) {
    change(current, order.subarray(before, stop));
    before = stop;
    yield current;
  }
}

/**
 * The scores at each stop of each path, all paths' images in common batches.
 * @throws ArgumentError for a path of an image that there is not, or of pixels that images do not have.
 */
export async function scoresAlong(
  subject: Subject,
  paths: readonly RemovalPath[],
  replace: Replacement,
  direction: Direction = 'deletion',
): Promise<number[][]> {
  const pixels = subject.input.height * subject.input.width;
  for (const { order } of paths) {
    const beyond = order.find((pixel) => !(pixel >= 0 && pixel < pixels));
    if (beyond !== undefined) {
      throw new ArgumentError(`The order names pixel ${beyond}, but the ${pixels} pixels are counted from 0.`);
    }
  }
  function* plans(): Generator<Perturbed & { readonly path: number }> {
    for (const [path, { image, order, stops }] of paths.entries()) {
      if (replace.isPixelwise && stops.every((stop, i) => stop >= (stops[i - 1] ?? 0))) {
        const own = rows(subject.images, image, image + 1).data;
        for (const at of pixelwiseStops(subject, own, { order, stops }, replace, direction)) {
          yield { path, image, change: (row) => row.set(at) };
        }
        continue;
      }
      for (const stop of stops) {
        const replaced = direction === 'deletion' ? order.subarray(0, stop) : order.subarray(stop);
        yield { path, image, change: (row) => replace(row, replaced) };
      }
    }
  }
  const scores = paths.map((): number[] => []);
  for await (const { plan, score } of scored(subject, plans())) scores[plan.path]?.push(score);
  return scores;
}

/** 0, `step`, 2 `step`, ... and at last `count`, whether it is a multiple or not. */
export function everyStep(count: number, step: number): number[] {
  return Array.from({ length: Math.ceil(count / step) + 1 }, (_, i) => Math.min(count, i * step));
}

export function curveOf(points: readonly CurvePoint[]): Curve {
  const span = (points.at(-1)?.share ?? 0) - (points[0]?.share ?? 0);
  const places = points.map(({ share }) => share);
  const scores = points.map(({ score }) => score);
  return { points, area: trapezoids(scores, places) / span };
}

/** The area below values at places, or, without places, at distance 1. */
export function trapezoids(values: readonly number[], places?: readonly number[]): number {
  let area = 0;
  for (let i = 1; i < values.length; i++) {
    const width = places ? (places[i] ?? 0) - (places[i - 1] ?? 0) : 1;
    area += (width * ((values[i] ?? 0) + (values[i - 1] ?? 0))) / 2;
  }
  return area;
}
