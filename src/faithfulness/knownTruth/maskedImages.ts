import { rows } from '../../onnx/tensor.ts';
import type { TrainingImages } from '../../training/trainingImages.ts';

/** Images with the pixels that are known to carry the class. */
export interface MaskedImages extends TrainingImages {
  /** [count, height * width]: 1 for true pixels, 0 for all others. */
  readonly masks: Uint8Array;
}

export interface Split {
  readonly training: MaskedImages;
  readonly validation: MaskedImages;
  readonly test: MaskedImages;
}

/** The first 80%, the next 10% and the last 10%: stratified, where classes alternate. */
export function split(set: MaskedImages): Split {
  const [first, second] = [Math.round(0.8 * set.count), Math.round(0.9 * set.count)];
  return {
    training: range(set, 0, first),
    validation: range(set, first, second),
    test: range(set, second, set.count),
  };
}

function range(set: MaskedImages, from: number, to: number): MaskedImages {
  const size = set.masks.length / set.count;
  return {
    ...set,
    images: rows(set.images, from, to),
    labels: set.labels.subarray(from, to),
    masks: set.masks.subarray(from * size, to * size),
    count: to - from,
  };
}
