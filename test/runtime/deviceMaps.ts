import { methodKind, methodKinds } from '../../src/methods.ts';
import type { Classifier } from '../../src/model/classifier.ts';
import type { Tensor } from '../../src/onnx/tensor.ts';

/*
 * Maps of one device against another's. It runs in the browser too.
 */

/** Few samples and large patches: what is compared is the arithmetic, not the answer. */
const settings: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  smoothgrad: { samples: 4 },
  'integrated-gradients': { steps: 4 },
  'expected-gradients': { samples: 4 },
  'layer-conductance': { steps: 4 },
  occlusion: { window: 14 },
  'feature-ablation': { grid: 3 },
  'kernel-shap': { grid: 2, samples: 16 },
  rise: { samples: 8 },
};

/** Non-contributing pixels are searched for run by run, which takes minutes; its runs are those of the other methods. */
export const comparedMethods: readonly string[] = methodKinds
  .map(({ id }) => id)
  .filter((id) => id !== 'noncontributing');

/** What two devices' rounding may make of a map, as a share of its largest value. */
export const tolerance = 1e-3;

/** A method's maps of some images. */
export async function mapsOf(
  classifier: Classifier,
  id: string,
  { images, targets }: { readonly images: Tensor<'float32'>; readonly targets: readonly number[] },
): Promise<Float32Array> {
  const explainer = await methodKind(id)
    .create(settings[id] ?? {})
    .compile(classifier);
  const { values } = await explainer.attribute(images, targets);
  await explainer.release();
  return values.data;
}

/** By how much numbers differ, at most, as a share of the largest that is expected; infinite where one of them is NaN. */
export function difference(expected: Float32Array, found: Float32Array): number {
  let [worst, largest] = [0, 0];
  for (const [i, value] of expected.entries()) {
    const gap = Math.abs(value - (found[i] ?? Number.NaN));
    worst = Number.isNaN(gap) ? Number.POSITIVE_INFINITY : Math.max(worst, gap);
    largest = Math.max(largest, Math.abs(value));
  }
  return worst === 0 ? 0 : worst / largest;
}
