import type { Classifier } from '../model/classifier.ts';
import { type Prediction, predictionOf } from '../model/decision.ts';
import { InvalidInputError } from '../model/errors.ts';
import { baselineImage } from '../model/pixels.ts';
import { surenessOf, type Target } from '../model/target.ts';
import { concatRows, type Tensor } from '../onnx/tensor.ts';
import { type Perturbed, perturbedBatches } from './metrics/perturbed.ts';
import { type Curve, curveOf } from './metrics/removalCurve.ts';
import { byImage, type Replacement } from './metrics/replacement.ts';
import type { Segment } from './pixelOrder.ts';

/**
 * How sure the model is of the target while more and more of the image is changed. A point's score is the probability of
 * the target class; for one class against another, its share of both their probabilities. Plain scores are taken for logits, of
 * which a softmax makes probabilities; where someone said that they are none, and of a value, a point's score is how far the target's
 * is from the empty image's (0) to the image's (1).
 */
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
 * and two more, in full batches. A score is NaN where the model gives no number for the changed image.
 * @param image [1, ...] model input.
 * @throws InvalidInputError for several images, or an order of pixels that the image does not have.
 */
export async function perturbationCurves(
  classifier: Classifier,
  image: Tensor<'float32'>,
  target: Target,
  orders: readonly (readonly Segment[])[],
  settings: CurveSettings = curveDefaults,
): Promise<readonly PerturbationCurves[]> {
  return (await curvesOfAnyTarget(classifier, image, orders, settings))(target);
}

/**
 * The same, of which the curves of any target can be had: the model has run by then.
 * @returns what gives a target's curves, one for each order.
 */
export async function curvesOfAnyTarget(
  classifier: Classifier,
  image: Tensor<'float32'>,
  orders: readonly (readonly Segment[])[],
  { steps, baseline }: CurveSettings = curveDefaults,
): Promise<(target: Target) => readonly PerturbationCurves[]> {
  const { input, batchSize } = classifier;
  const count = input.height * input.width;
  if (image.dims[0] !== 1) {
    throw new InvalidInputError(`There are ${image.dims[0]} images: the curves are of one, [1, ...].`);
  }
  const beyond = orders.flat(2).find((pixel) => !(Number.isInteger(pixel) && pixel >= 0 && pixel < count));
  if (beyond !== undefined) {
    throw new InvalidInputError(
      `The order names pixel ${beyond}, but the image's ${count} pixels are counted from 0, row by row.`,
    );
  }
  const empty = baselineImage(baseline, input);
  const changed = (from: number, replace: Replacement, pixels: Int32Array): Perturbed => ({
    image: from,
    change: (row) => replace(row, pixels),
  });
  const [blank, putIn] = [byImage(input, empty.data), byImage(input, image.data)];
  const stopsOf = orders.map((order) => stops(order, steps));
  const ends = [0, 1].map((of) => changed(of, blank, new Int32Array()));
  const inner = stopsOf.flat().flatMap((pixels) => [changed(0, blank, pixels), changed(1, putIn, pixels)]);
  const predictions: (Prediction | undefined)[] = [];
  for (const { images } of perturbedBatches(concatRows([image, empty]), [...ends, ...inner], batchSize)) {
    predictions.push(...(await predictionsOf(classifier, images)));
  }
  return (target) => {
    const found = predictions.map((one) => (one === undefined ? Number.NaN : measured(classifier, one, target)));
    const scores = isByPlace(classifier) ? betweenEnds(found) : found;
    const [whole = Number.NaN, nothing = Number.NaN] = scores;
    let next = ends.length;
    return stopsOf.map((own) => {
      const inside = own.map(({ length }) => ({
        share: length / count,
        deleted: scores[next++],
        inserted: scores[next++],
      }));
      const curve = (first: number, kind: 'deleted' | 'inserted', last: number) =>
        curveOf([
          { share: 0, score: first },
          ...inside.map((point) => ({ share: point.share, score: point[kind] ?? Number.NaN })),
          { share: 1, score: last },
        ]);
      return { deletion: curve(whole, 'deleted', nothing), insertion: curve(nothing, 'inserted', whole) };
    });
  };
}

/** Whether curves tell how far a score is between two ends, and no probability. */
export function isByPlace({ scores }: Pick<Classifier, 'scores'>): boolean {
  return scores.tolerance !== undefined || scores.logits === 'denied';
}

/** Values by their place between the last of two ends, 0, and the first, 1; NaN where the ends are equal. */
function betweenEnds(values: readonly number[]): readonly number[] {
  const [whole = Number.NaN, nothing = Number.NaN] = values;
  return values.map((value) => (value - nothing) / (whole - nothing));
}

/** The pixels changed at each inner point of a curve. */
function stops(order: readonly Segment[], steps: number): readonly Int32Array[] {
  const inner = Array.from({ length: steps - 1 }, (_, i) => Math.round(((i + 1) * order.length) / steps));
  const pixels = Int32Array.from(order.flat());
  let count = 0;
  const upTo = order.map((segment) => {
    count += segment.length;
    return count;
  });
  return [...new Set(inner)].filter((n) => n > 0 && n < order.length).map((n) => pixels.subarray(0, upTo[n - 1]));
}

/** Nothing for an image that the model gives no number for. */
async function predictionsOf(classifier: Classifier, images: Tensor<'float32'>): Promise<(Prediction | undefined)[]> {
  const { data, dims } = await classifier.scoresOf(images);
  const [count = 0, width = 1] = dims;
  return Array.from({ length: count }, (_, i) => {
    const scores = data.subarray(i * width, (i + 1) * width);
    return scores.some(Number.isNaN) ? undefined : predictionOf(scores, classifier.scores);
  });
}

/** What the curves are of: how sure the model is, or where its scores are no logits, the score that is explained. */
function measured({ scores }: Classifier, prediction: Prediction, target: Target): number {
  if (scores.logits !== 'denied') return surenessOf(prediction, target);
  const of = (index: number) => prediction.scores[index] ?? Number.NaN;
  return typeof target === 'number' ? of(target) : of(target.for) - of(target.against);
}
