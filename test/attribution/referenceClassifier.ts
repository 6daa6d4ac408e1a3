import type { Classifier } from '../../src/model/classifier.ts';
import { loadClassifier } from '../../src/model/loadClassifier.ts';
import { derive } from '../../src/model/makeClassifier.ts';
import { float32, type Tensor } from '../../src/onnx/tensor.ts';
import { cpu } from '../runtimes.ts';
import { readReference } from './referenceData.ts';

export interface ReferenceClassifier {
  readonly classifier: Classifier;
  readonly images: Tensor<'float32'>;
  readonly targets: readonly number[];
  /** Elements of one image. */
  readonly size: number;
}

/** A reference network with its images; `batchSize` in place of the one chosen for it. */
export async function referenceClassifier(
  model: string,
  options: Partial<Pick<Classifier, 'batchSize' | 'input'>> = {},
): Promise<ReferenceClassifier> {
  const { bytes, images, targets } = readReference(model);
  const classifier = derive(await loadClassifier(bytes, { runtime: cpu }), options);
  return { classifier, images, targets, size: images.data.length / targets.length };
}

/** Largest difference as a share of the largest expected value. */
export function relativeDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) throw new Error(`${actual.length} values against ${expected.length}`);
  const largest = Array.from(expected).reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  return Array.from(expected).reduce((worst, value, i) => Math.max(worst, Math.abs(actual[i]! - value)), 0) / largest;
}

/** One image as often as wanted, each time with something added. */
export function repeated(image: Float32Array, dims: readonly number[], added: readonly ArrayLike<number>[]) {
  const all = added.flatMap((noise) => Array.from(image, (value, i) => value + noise[i]!));
  return float32([added.length, ...dims.slice(1)], all);
}
