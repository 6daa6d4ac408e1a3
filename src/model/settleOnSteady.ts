import { float32, type Tensor } from '../onnx/tensor.ts';
import { random } from '../random/random.ts';
import { imagesAt, largestDifference, pickRows, scalesOf } from './equivalence.ts';
import type { Modernised } from './modernise.ts';
import type { Reference } from './reference.ts';
import { type Settled, settle, shareInWords, type Trial } from './settle.ts';

/** The original, for images that it may magnify the rounding of. */
interface Original {
  /** Runs it on images, one at a time. */
  readonly original: (images: Tensor<'float32'>) => Promise<Reference>;
  /** A reference with the scales that its values are measured by. */
  readonly measured: (seen: Reference) => Reference;
  /** How many of the first images must not be left out. */
  readonly needed: number;
}

/**
 * `settle`, and where that fails, once more without the images of which the original itself says other things when their pixels
 * move by a rounding: a model that divides an image by its own spread gives nothing but magnified rounding for a white one.
 * A difference on any other image is refused, as `settle` does.
 * @returns with what is to be said of images that were left out.
 */
export async function settleOnSteady(
  trial: Trial,
  modern: Pick<Modernised, 'model' | 'facts'>,
  { original, measured, needed }: Original,
): Promise<{ readonly settled: Settled | string[]; readonly leftOut: readonly string[] }> {
  const settled = await settle(trial, modern);
  const { reference, tolerance, batch } = trial;
  const { images, expected, scales } = reference;
  if (!Array.isArray(settled) || batch > 1) return { settled, leftOut: [] };
  const step = roundingOf(images);
  const moved = await original(nudged(images, step));
  const count = images.dims[0] ?? 0;
  // An image that the original now fails on would shift the others' places.
  if (moved.failures.length > 0) return { settled, leftOut: [] };
  const changes = Array.from({ length: count }, (_, i) =>
    largestDifference(pickRows(expected, [i]), pickRows(moved.expected, [i]), scales),
  );
  // A number in place of none is not a matter of rounding.
  const magnified = changes.map((change) => Number.isFinite(change) && change > tolerance * shareOfTolerance);
  const steady = magnified.flatMap((is, i) => (is ? [] : [i]));
  if (steady.length === count) return { settled, leftOut: [] };
  const largest = Math.max(...changes.filter((_, i) => magnified[i]));
  const what = `where the pixels of ${count - steady.length} of ${count} probe images move by ${step.toExponential(1)}, ${shareInWords(largest)}`;
  if (magnified.slice(0, needed).includes(true)) {
    return { settled: [...settled, `the model itself magnifies rounding: ${what}`], leftOut: [] };
  }
  const kept = pickRows(expected, steady);
  const rest = { ...reference, images: imagesAt(images, steady), expected: kept, scales: scalesOf(kept) };
  return {
    settled: await settle({ ...trial, reference: measured(rest) }, modern),
    leftOut: [`The model magnifies rounding, so these prove nothing: ${what}.`],
  };
}

/** Of the tolerance: what moves by more under one rounding can exceed it by the many roundings of another order of sums. */
const shareOfTolerance = 1 / 4;

/** The distance of float32 numbers at the largest pixel. */
function roundingOf({ data }: Tensor<'float32'>): number {
  const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return largest * 2 ** -23;
}

/** The images with each pixel moved up or down, at random, by one rounding. */
function nudged({ dims, data }: Tensor<'float32'>, step: number): Tensor<'float32'> {
  const source = random(1);
  return float32(
    dims,
    data.map((value) => value + (source.uniform() < 0.5 ? -step : step)),
  );
}
