import type { Classifier } from '../../model/classifier.ts';
import { toPixels } from '../../model/pixels.ts';
import { rows } from '../../onnx/tensor.ts';
import type { Picture } from '../../pictures/picture.ts';
import { scoped } from '../../runtime/release.ts';
import type { TrainingImages } from '../../training/trainingImages.ts';
import type { DenseLayer } from '../regionPruning/denseLayer.ts';
import { type FiredUnit, firedUnits } from '../regionPruning/fired.ts';
import { splitModel } from '../regionPruning/splitModel.ts';

/** What a layer's units did for one test image. */
export interface FiredFor {
  /** Among the test images. */
  readonly index: number;
  readonly truth: number;
  readonly chosen: number;
  readonly picture: Picture;
  /** Those that spoke most for the chosen class first. */
  readonly fired: readonly FiredUnit[];
}

/** Images whose mean sums stand for a unit that says nothing. */
const compared = 500;

/** Which units of a dense layer fired for each of some test images. */
export async function firedFor(
  classifier: Classifier,
  layer: DenseLayer,
  test: TrainingImages,
  indices: readonly number[],
): Promise<FiredFor[]> {
  return scoped(async (keep) => {
    const split = await keep(splitModel(classifier, classifier.model, layer));
    const sums = await split.sums(await split.inputs(rows(test.images, 0, Math.min(compared, test.count))));
    const found: FiredFor[] = [];
    for (const index of indices) {
      const image = rows(test.images, index, index + 1);
      const fired = await firedUnits(split, layer, image, sums, classifier);
      found.push({ index, truth: test.labels[index] ?? 0, picture: toPixels(image.data, classifier.input), ...fired });
    }
    return found;
  });
}
