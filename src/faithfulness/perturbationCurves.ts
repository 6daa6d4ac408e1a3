import type { Classifier } from '../model/classifier.ts';
import { predictionOf } from '../model/decision.ts';
import { InvalidInputError } from '../model/errors.ts';
import { baselineImage, eachPixel } from '../model/pixels.ts';
import { surenessOf, type Target } from '../model/target.ts';
import { float32, type Tensor } from '../onnx/tensor.ts';
import type { Segment } from './pixelOrder.ts';

/** How sure the model is of the target while more and more of the image is changed. */
export interface Curve {
  readonly points: readonly CurvePoint[];
  /** Area below, 0 to 1: the mean of the values over the shares (trapezoid rule). */
  readonly area: number;
}

export interface CurvePoint {
  /** Of the pixels, 0 to 1. */
  readonly share: number;
  /** Probability of the target class; for one class against another, its share of both their probabilities. */
  readonly value: number;
}

export interface PerturbationCurves {
  /** The image, its pixels set to the baseline in order. A small area: what the map calls important is needed. */
  readonly deletion: Curve;
  /** An empty image, the pixels put in in order. A large area: what the map calls important suffices. */
  readonly insertion: Curve;
}

export interface CurveSettings {
  /** Points on a curve after the first. */
  readonly steps: number;
  /** Pixel value, 0 to 255, of what is deleted or not yet inserted. */
  readonly baseline: number;
}

export const curveDefaults: CurveSettings = { steps: 32, baseline: 0 };

/**
 * Deletion and insertion, Petsiuk, Das & Saenko 2018, for several orders of one image's pixels: 2 (steps - 1) runs an order
 * and two more, in full batches. A value is NaN where the model gives no number for the changed image.
 * @param image [1, ...] model input.
 * @throws InvalidInputError for several images, or an order of pixels that the image does not have.
 */
export async function perturbationCurves(
  classifier: Classifier,
  image: Tensor<'float32'>,
  target: Target,
  orders: readonly (readonly Segment[])[],
  { steps, baseline }: CurveSettings = curveDefaults,
): Promise<PerturbationCurves[]> {
  const empty = baselineImage(baseline, classifier.input).data;
  const elements = elementsByPixel(classifier);
  const count = elements.length;
  const beyond = orders.flat(2).find((pixel) => !(pixel in elements));
  if (image.dims[0] !== 1 || beyond !== undefined) {
    throw new InvalidInputError(
      image.dims[0] === 1
        ? `The order names pixel ${beyond}, but the image's ${count} pixels are counted from 0, row by row.`
        : `There are ${image.dims[0]} images: the curves are of one, [1, ...].`,
    );
  }
  const plans = orders.flatMap((order) =>
    stops(order, steps).flatMap((pixels) => [
      { from: image.data, to: empty, pixels },
      { from: empty, to: image.data, pixels },
    ]),
  );
  const ends = [image.data, empty].map((data) => ({ from: data, to: data, pixels: [] }));
  const values = await valuesOf(classifier, image.dims, [...ends, ...plans], elements, target);
  const [whole = 0, nothing = 0] = values;
  let next = 2;
  return orders.map((order) => {
    const middle = stops(order, steps).map((pixels) => {
      const point = { share: pixels.length / count, deleted: values[next] ?? 0, inserted: values[next + 1] ?? 0 };
      next += 2;
      return point;
    });
    const curve = (first: number, last: number, value: (point: (typeof middle)[number]) => number) =>
      curveOf([
        { share: 0, value: first },
        ...middle.map((point) => ({ share: point.share, value: value(point) })),
        { share: 1, value: last },
      ]);
    return {
      deletion: curve(whole, nothing, ({ deleted }) => deleted),
      insertion: curve(nothing, whole, ({ inserted }) => inserted),
    };
  });
}

/** The pixels changed at each inner point of a curve. */
function stops(order: readonly Segment[], steps: number): readonly number[][] {
  const inner = Array.from({ length: steps - 1 }, (_, i) => Math.round(((i + 1) * order.length) / steps));
  return [...new Set(inner)].filter((n) => n > 0 && n < order.length).map((n) => order.slice(0, n).flat());
}

interface Mixture {
  readonly from: Float32Array;
  readonly to: Float32Array;
  /** What is taken from `to`. */
  readonly pixels: readonly number[];
}

async function valuesOf(
  classifier: Classifier,
  dims: readonly number[],
  mixtures: readonly Mixture[],
  elements: readonly (readonly number[])[],
  target: Target,
): Promise<number[]> {
  const values: number[] = [];
  const { batchSize } = classifier;
  for (let start = 0; start < mixtures.length; start += batchSize) {
    const part = mixtures.slice(start, start + batchSize);
    const size = part[0]?.from.length ?? 0;
    const data = new Float32Array(part.length * size);
    for (const [row, { from, to, pixels }] of part.entries()) {
      data.set(from, row * size);
      for (const pixel of pixels) {
        for (const element of elements[pixel] ?? []) data[row * size + element] = to[element] ?? 0;
      }
    }
    values.push(...(await sureness(classifier, float32([part.length, ...dims.slice(1)], data), target)));
  }
  return values;
}

/** NaN for an image that the model gives no number for. */
async function sureness(classifier: Classifier, images: Tensor<'float32'>, target: Target): Promise<number[]> {
  const { data, dims } = await classifier.scoresOf(images);
  const [count = 0, width = 1] = dims;
  return Array.from({ length: count }, (_, i) => {
    const scores = data.subarray(i * width, (i + 1) * width);
    return scores.some(Number.isNaN) ? Number.NaN : surenessOf(predictionOf(scores, classifier.scores), target);
  });
}

/** Where in one image of model input the colours of each pixel are. */
function elementsByPixel({ input }: Classifier): readonly number[][] {
  const elements = Array.from({ length: input.height * input.width }, () => [] as number[]);
  eachPixel(input, (pixelIndex, inputIndex) => elements[Math.floor(pixelIndex / input.channels)]?.push(inputIndex));
  return elements;
}

function curveOf(points: readonly CurvePoint[]): Curve {
  const area = points.slice(1).reduce((sum, { share, value }, i) => {
    const before = points[i] ?? { share, value };
    return sum + ((share - before.share) * (value + before.value)) / 2;
  }, 0);
  return { points, area };
}
