import type { Classifier } from '../model/classifier.ts';
import { decisionOf, leadFrom, type Prediction, predictionOf } from '../model/decision.ts';
import { InvalidInputError } from '../model/errors.ts';
import { rows, type Tensor } from '../onnx/tensor.ts';
import { random } from '../random/random.ts';
import { perturbedBatches } from './metrics/perturbed.ts';
import { byImage } from './metrics/replacement.ts';
import type { Segment } from './pixelOrder.ts';

/** What becomes of a decision when the part of the image that a map puts first is hidden. */
export interface HiddenRegion {
  /** What is hidden: pixels counted row by row. */
  readonly pixels: Int32Array;
  /** Of all pixels. */
  readonly share: number;
  /** Whether the decision is another without it. */
  readonly changes: boolean;
  /** The largest part that was hidden, of all pixels, in at most 16 steps up to it. */
  readonly mostHidden: number;
  /** What the model says of the image without it, of it alone, and of an empty image. */
  readonly without: Prediction;
  readonly alone: Prediction;
  readonly empty: Prediction;
  /** Other parts of the same size, drawn at random: how many were hidden, and without how many the decision is another. */
  readonly elsewhere: { readonly tried: number; readonly changed: number };
}

/** The parts of an image that can be hidden, by what a map says of them. */
export interface RankedParts {
  /** What spoke for the target, the strongest first. */
  readonly speaking: readonly Segment[];
  readonly others: readonly Segment[];
}

/** So much of the image is hidden at most: without more, there is hardly an image left. */
const most = 0.5;
/** Where nothing changes the decision, so much of the image stands for what the map puts first. */
const shownShare = 0.2;
const stops = 16;
const drawsElsewhere = 8;

/**
 * Hides the parts of an image that come first until the decision is another, or half of the image is gone. As with deletion
 * (Petsiuk, Das & Saenko 2018), but asked for the decision and answered with the smallest part found. Costs about 40 runs.
 * @param image [1, ...] model input. @param empty the same of an image of which nothing is seen: what is hidden is put from it.
 * @returns nothing where no part speaks for the target, or the model gives no numbers for a changed image.
 * @throws InvalidInputError for several images, or an empty one of another size.
 */
export async function hiddenRegion(
  classifier: Classifier,
  image: Tensor<'float32'>,
  { speaking: order, others: quiet }: RankedParts,
  { empty, seed = 0 }: { readonly empty: Tensor<'float32'>; readonly seed?: number },
): Promise<HiddenRegion | undefined> {
  if (image.dims[0] !== 1 || empty.data.length !== image.data.length) {
    throw new InvalidInputError('One image is hidden a part of, and one empty image of its size is what is seen then.');
  }
  const pixels = classifier.input.height * classifier.input.width;
  const [blank, putIn] = [byImage(classifier.input, empty.data), byImage(classifier.input, image.data)];
  const runs = (changes: readonly ((row: Float32Array) => void)[]) => scoresOf(classifier, image, changes);
  const without = (parts: readonly Segment[]) => (row: Float32Array) => blank(row, Int32Array.from(parts.flat()));
  const alone = (parts: readonly Segment[]) => (row: Float32Array) => {
    row.set(empty.data);
    putIn(row, Int32Array.from(parts.flat()));
  };
  const [whole] = order.length > 0 ? await runs([() => undefined]) : [];
  if (!whole) return undefined;
  const decision = decisionOf(whole, classifier.scores);
  const isAnother = (row: Float32Array) => leadFrom(decision, row, classifier.scores) <= 0;
  const first = async (counts: readonly number[]) => {
    const found = await runs(counts.map((count) => without(order.slice(0, count))));
    return counts.find((_, i) => isAnother(found[i] ?? whole));
  };
  const upTo = partsWithin(order, most * pixels);
  const coarse = spaced(0, upTo, stops);
  const hit = await first(coarse);
  const before = hit === undefined ? 0 : (coarse[coarse.indexOf(hit) - 1] ?? 0);
  const changed = hit === undefined ? undefined : ((await first(spaced(before, hit - 1, stops))) ?? hit);
  const count = changed ?? Math.max(1, Math.min(upTo, partsWithin(order, shownShare * pixels)));
  const region = order.slice(0, count);
  const others = drawn([...order.slice(count), ...quiet], region.flat().length, seed);
  const [bare, lone, nothing, ...rest] = await runs([
    without(region),
    alone(region),
    alone([]),
    ...others.map(without),
  ]);
  if (!bare || !lone || !nothing) return undefined;
  const say = (row: Float32Array) => predictionOf(row, classifier.scores);
  return {
    pixels: Int32Array.from(region.flat()),
    share: region.flat().length / pixels,
    changes: isAnother(bare),
    mostHidden: order.slice(0, Math.max(upTo, count)).flat().length / pixels,
    ...{ without: say(bare), alone: say(lone), empty: say(nothing) },
    elsewhere: { tried: rest.length, changed: rest.filter(isAnother).length },
  };
}

/** How many of the first parts have at most so many pixels together. */
function partsWithin(order: readonly Segment[], pixels: number): number {
  let [count, seen] = [0, 0];
  while (count < order.length && seen + (order[count]?.length ?? 0) <= pixels) seen += order[count++]?.length ?? 0;
  return count;
}

/** At most so many whole numbers after the first and up to the last one. */
function spaced(first: number, last: number, wanted: number): number[] {
  const all = Array.from({ length: wanted }, (_, i) => first + Math.round(((i + 1) * (last - first)) / wanted));
  return [...new Set(all)].filter((count) => count > first);
}

/** Other parts, in random orders, each up to so many pixels; none where there are not as many. */
function drawn(others: readonly Segment[], pixels: number, seed: number): (readonly Segment[])[] {
  if (others.flat().length < pixels) return [];
  const source = random(seed);
  return Array.from({ length: drawsElsewhere }, () => {
    const mixed = others.map((part) => ({ part, key: source.uniform() })).sort((a, b) => a.key - b.key);
    const chosen: Segment[] = [];
    let seen = 0;
    for (const { part } of mixed) {
      if (seen >= pixels) break;
      chosen.push(part);
      seen += part.length;
    }
    return chosen;
  });
}

/** The rows of scores of changed images; none where the model gives no numbers for one of them. */
async function scoresOf(
  classifier: Classifier,
  images: Tensor<'float32'>,
  changes: readonly ((row: Float32Array) => void)[],
): Promise<readonly Float32Array[]> {
  const found: Float32Array[] = [];
  const plans = changes.map((change) => ({ image: 0, change }));
  for (const batch of perturbedBatches(images, plans, classifier.batchSize)) {
    const scores = await classifier.scoresOf(batch.images);
    for (let i = 0; i < batch.plans.length; i++) found.push(rows(scores, i, i + 1).data.slice());
  }
  return found.some((row) => row.some(Number.isNaN)) ? [] : found;
}
