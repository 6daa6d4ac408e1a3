import { readFileSync } from 'node:fs';
import { readNpz } from '../../../src/datasets/npz.ts';
import type { JudgedMap } from '../../../src/faithfulness/metrics/judgedMap.ts';
import type { Mask } from '../../../src/faithfulness/metrics/localisation.ts';
import type { Subject } from '../../../src/faithfulness/metrics/perturbed.ts';
import type { Classifier } from '../../../src/model/classifier.ts';
import { float32 } from '../../../src/onnx/tensor.ts';
import { readReference } from '../../attribution/referenceData.ts';

/*
 * test/reference/quantus_lenet: a small LeNet trained on MNIST, 16 test digits, four methods' maps of them, and what Quantus makes of
 * these maps. Scores are logits of the predicted class, the baseline is 0, the smallest value of the images.
 */

const folder = new URL('../../reference/', import.meta.url);
const arrays = readNpz(readFileSync(new URL('quantus_lenet.npz', folder)));
export const reference = readReference('quantus_lenet');
export const methods = ['saliency', 'integrated_gradients_50', 'occlusion', 'random'] as const;
export type Method = (typeof methods)[number];

const [height, width] = [28, 28];
const rowsOf = (name: string) => {
  const data = Float32Array.from(arrays.get(name)!.data as ArrayLike<number>, Number);
  return Array.from({ length: 16 }, (_, i) => data.slice((i * data.length) / 16, ((i + 1) * data.length) / 16));
};

/** A method's maps of the 16 images. */
export function mapsOf(method: Method): JudgedMap[] {
  return rowsOf(`maps/${method}`).map((values, image) => ({ image, map: { height, width, values } }));
}

export const masks: readonly Mask[] = rowsOf('mask').map((values) => ({ height, width, values }));

/** Quantus' values of a metric for a method, one row an image. */
export function quantus(metric: string, method: Method): number[][] {
  const { data, dims } = arrays.get(`metric/${metric}/${method}`)!;
  const all = Array.from(data as ArrayLike<number>, Number);
  const length = dims[1] ?? 1;
  return Array.from({ length: 16 }, (_, i) => all.slice(i * length, (i + 1) * length));
}

/** The 16 images, scored by the logit of the class that was predicted for the original. */
export function subjectOf(classifier: Classifier, batchSize = 100): Subject {
  const score: Subject['scorer']['score'] = async (images, of) => {
    const { data, dims } = await classifier.scoresOf(images);
    return Float32Array.from(of, (image, k) => data[k * dims[1]! + reference.targets[image]!]!);
  };
  return {
    images: float32([16, 1, 28, 28], reference.images.data),
    input: classifier.input,
    scorer: { score, batchSize },
  };
}

/** Largest difference of two tables of numbers. */
export function farthest(ours: readonly (readonly number[])[], theirs: readonly (readonly number[])[]): number {
  if (JSON.stringify(ours.map((row) => row.length)) !== JSON.stringify(theirs.map((row) => row.length))) {
    throw new Error('The tables have different shapes.');
  }
  const apart = ours.flatMap((row, i) => row.map((value, k) => Math.abs(value - theirs[i]![k]!)));
  return apart.some(Number.isNaN) ? Number.NaN : Math.max(...apart);
}
