import type { Method } from '../attribution/method.ts';
import type { Classifier } from '../model/classifier.ts';
import { largestDifference, rowValues } from '../model/equivalence.ts';
import { probeImages } from '../model/probeImages.ts';
import { referenceOf, windows } from '../model/reference.ts';
import { readModel } from '../onnx/readModel.ts';
import { int64, type Tensor } from '../onnx/tensor.ts';
import { program } from '../runtime/program.ts';
import { scoped } from '../runtime/release.ts';
import { floatOutputOf } from '../runtime/runtime.ts';
import type { CompileTarget } from './classTarget.ts';
import type { CompiledExplainer } from './compileExplainer.ts';

/**
 * Runs a compiled explainer, read back from its bytes, and the method itself on images of several kinds, for the predicted
 * class or for the fixed target.
 * @returns the largest difference: of two maps as a share of the larger one's largest value, or of two scores as a share of
 * what that score varies by over the images; Infinity where one is a number and the other is not.
 */
export async function checkExplainer(
  classifier: Classifier,
  method: Method,
  { inputs, outputs }: Pick<CompiledExplainer, 'inputs' | 'outputs'>,
  bytes: Uint8Array,
  target: CompileTarget,
): Promise<number> {
  const { scores, input } = classifier;
  const scoresOf = async (images: Tensor<'float32'>) => ({ [scores.name]: await classifier.scoresOf(images) });
  const plan = { size: 1, again: 'none' } as const;
  const { images, scales } = await referenceOf(scoresOf, [scores.name], probeImages(input, 1), plan);
  const chosen = inputs.class === undefined ? {} : { [inputs.class]: int64([-1]) };
  const differences: number[] = [];
  await scoped(async (keep) => {
    const compiled = await keep(program(classifier.runtime, readModel(bytes)));
    const explainer = await keep(method.compile(classifier));
    for (const image of windows(images, 1)) {
      const values = await compiled.run({ [inputs.image]: image, ...chosen });
      const named = { [scores.name]: floatOutputOf(values, outputs.scores) };
      const own = rowValues(await scoresOf(image), [scores.name], 1);
      differences.push(largestDifference(own, rowValues(named, [scores.name], 1), scales));

      const [prediction] = await classifier.predict(image);
      const explained = target === 'input' || target === 'predicted' ? (prediction?.chosen ?? 0) : target;
      const direct = await explainer.attribute(image, [explained]);
      differences.push(mapDifference(direct.values.data, floatOutputOf(values, outputs.attribution).data));
    }
  });
  return Math.max(...differences);
}

function mapDifference(direct: Float32Array, compiled: Float32Array): number {
  let [difference, largest] = [0, Number.MIN_VALUE];
  for (const [i, value] of direct.entries()) {
    const other = compiled[i] ?? Number.NaN;
    if (Object.is(value, other)) continue;
    if (!Number.isFinite(value - other)) return Number.POSITIVE_INFINITY;
    difference = Math.max(difference, Math.abs(value - other));
    largest = Math.max(largest, Math.abs(value), Math.abs(other));
  }
  return difference / largest;
}
