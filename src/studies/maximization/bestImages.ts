import { type Classifier, checkImages } from '../../model/classifier.ts';
import { float32, rows, type Tensor } from '../../onnx/tensor.ts';

/** Many images, model input [n, ...] at a time. */
export type ImageBatches = AsyncIterable<Tensor<'float32'>> | Iterable<Tensor<'float32'>>;

interface BestImage {
  /** Among all images, from 0. */
  readonly index: number;
  /** [1, ...] */
  readonly image: Tensor<'float32'>;
  readonly value: number;
}

/** For each of the units chosen the image it responds to most; undefined where there are no images. */
export async function bestImages(
  units: Classifier,
  chosen: readonly number[],
  batches: ImageBatches,
  progress?: (done: number, total: number, what: string) => void,
): Promise<{ readonly best: readonly BestImage[]; readonly count: number } | undefined> {
  const { width } = units.scores;
  const found = new Map<number, BestImage>();
  let count = 0;
  progress?.(0, 1, 'Looking through the images');
  for await (const batch of batches) {
    checkImages(units, batch);
    const { data } = await units.scoresOf(batch);
    const size = batch.dims[0] ?? 0;
    for (const unit of chosen) {
      let best = 0;
      for (let row = 1; row < size; row++) {
        if ((data[row * width + unit] ?? 0) > (data[best * width + unit] ?? 0)) best = row;
      }
      const value = data[best * width + unit] ?? 0;
      if (value <= (found.get(unit)?.value ?? Number.NEGATIVE_INFINITY)) continue;
      const image = rows(batch, best, best + 1);
      // A copy: the batch as a whole is not kept.
      found.set(unit, { index: count + best, value, image: float32(image.dims, image.data.slice()) });
    }
    count += size;
  }
  progress?.(1, 1, 'Looking through the images');
  return found.size === 0 ? undefined : { best: chosen.flatMap((unit) => found.get(unit) ?? []), count };
}
