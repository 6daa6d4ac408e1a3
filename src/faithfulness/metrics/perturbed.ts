import { ArgumentError } from '../../argumentError.ts';
import type { InputDescription } from '../../model/inputDescription.ts';
import { float32, rows, sizeOf, type Tensor } from '../../onnx/tensor.ts';
import { ranges } from '../../runtime/portions.ts';

/** Where in one image of model input the colours of a pixel are. */
export type PixelLayout = Pick<InputDescription, 'layout' | 'height' | 'width' | 'channels'>;

/** The number that is explained: a logit, a probability, the score of a box. */
export interface Scorer {
  /**
   * The number for each of the images, [n, ...] model input. `of[k]` is the original that image k was made from, for
   * targets that differ between originals. The tensor is overwritten afterwards: it must not be kept.
   */
  readonly score: (images: Tensor<'float32'>, of: readonly number[]) => Promise<ArrayLike<number>>;
  /** Images that go through at a time. */
  readonly batchSize: number;
}

/** Images [n, ...] as model input and what the model makes of them: what perturbing metrics change and watch. */
export interface Subject {
  readonly images: Tensor<'float32'>;
  readonly input: PixelLayout;
  readonly scorer: Scorer;
}

/** One changed image. */
export interface Perturbed {
  /** Which of the images it is made from. */
  readonly image: number;
  /** Changes a copy of that image, [...] as model input, in place. */
  readonly change: (row: Float32Array) => void;
}

/** The images that some plans make, and those plans. */
interface PerturbedBatch<P extends Perturbed> {
  readonly images: Tensor<'float32'>;
  readonly plans: readonly P[];
}

/**
 * The images that plans make: full batches, whichever images and maps the plans belong to, and a shorter last one. The
 * plans are asked for as they are needed and carried out in their order. All batches are in the same memory.
 */
export function* perturbedBatches<P extends Perturbed>(
  images: Tensor<'float32'>,
  plans: Iterable<P>,
  batchSize: number,
): Generator<PerturbedBatch<P>> {
  const [count = 0, ...dims] = images.dims;
  const size = sizeOf(dims);
  const data = new Float32Array(batchSize * size);
  let waiting: P[] = [];
  const batch = () => ({
    images: float32([waiting.length, ...dims], data.subarray(0, waiting.length * size)),
    plans: waiting,
  });
  for (const plan of plans) {
    if (!(plan.image >= 0 && plan.image < count)) {
      throw new ArgumentError(`There is no image ${plan.image}: the ${count} images are counted from 0.`);
    }
    const start = waiting.length * size;
    data.set(images.data.subarray(plan.image * size, (plan.image + 1) * size), start);
    plan.change(data.subarray(start, start + size));
    waiting.push(plan);
    if (waiting.length === batchSize) {
      yield batch();
      waiting = [];
    }
  }
  if (waiting.length > 0) yield batch();
}

/**
 * The score of every image that plans make, in the plans' order: the one way in which metrics run a model on changed
 * images. A score is NaN where the model gives NaN.
 * @throws ArgumentError for a plan of an image that there is not, or a scorer that gives another number of scores.
 */
export async function* scored<P extends Perturbed>(
  { images, scorer }: Pick<Subject, 'images' | 'scorer'>,
  plans: Iterable<P>,
): AsyncGenerator<{ readonly plan: P; readonly score: number }> {
  for (const batch of perturbedBatches(images, plans, scorer.batchSize)) {
    const scores = await scorer.score(
      batch.images,
      batch.plans.map(({ image }) => image),
    );
    checkCount(scores, batch.plans.length);
    for (const [k, plan] of batch.plans.entries()) yield { plan, score: scores[k] ?? Number.NaN };
  }
}

/** The scores of the images as they are. @throws ArgumentError for a scorer that gives another number of scores. */
export async function scoresOfImages({ images, scorer }: Pick<Subject, 'images' | 'scorer'>): Promise<Float32Array> {
  const [count = 0] = images.dims;
  const all = new Float32Array(count);
  for (const { from, to } of ranges(count, scorer.batchSize)) {
    const of = Array.from({ length: to - from }, (_, k) => from + k);
    const scores = await scorer.score(rows(images, from, to), of);
    checkCount(scores, of.length);
    all.set(scores, from);
  }
  return all;
}

function checkCount({ length }: ArrayLike<number>, images: number): void {
  if (length !== images) {
    throw new ArgumentError(`The scorer gave ${length} scores for ${images} images: it has to give one for each.`);
  }
}

/** Where channel `c` of a pixel (counted row by row) is in one image of model input. */
export function elementOf({ layout, height, width, channels }: PixelLayout, pixel: number, c: number): number {
  return layout === 'NCHW' ? c * height * width + pixel : pixel * channels + c;
}
