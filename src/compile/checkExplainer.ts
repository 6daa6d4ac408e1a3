import type { Method } from '../attribution/method.ts';
import type { Classifier } from '../classifier/classifier.ts';
import { noiseImages } from '../classifier/pixels.ts';
import { readModel } from '../onnx/readModel.ts';
import { int64 } from '../onnx/tensor.ts';
import { floatOutputOf } from '../runtime/runtime.ts';
import type { CompileTarget } from './classTarget.ts';
import type { CompiledExplainer } from './compileExplainer.ts';

/**
 * Runs a compiled explainer, read back from its bytes, and the method itself on one noise image for the predicted class, or
 * for the fixed target.
 * @returns the largest difference of the two maps as a share of the largest value.
 */
export async function checkExplainer(
  classifier: Classifier,
  method: Method,
  { inputs, outputs }: Pick<CompiledExplainer, 'inputs' | 'outputs'>,
  bytes: Uint8Array,
  target: CompileTarget,
): Promise<number> {
  const image = noiseImages(classifier.input, 1);
  const session = await classifier.runtime.createSession(readModel(bytes));
  const chosen = inputs.class === undefined ? {} : { [inputs.class]: int64([-1]) };
  const values = await session.run({ [inputs.image]: image, ...chosen }).finally(() => session.release());
  const compiled = floatOutputOf(values, outputs.attribution).data;

  const [prediction] = await classifier.predict(image);
  const explainer = await method.compile(classifier);
  const explained = target === 'input' || target === 'predicted' ? (prediction?.chosen ?? 0) : target;
  const direct = await explainer.attribute(image, [explained]).finally(() => explainer.release());
  let [difference, largest] = [0, Number.MIN_VALUE];
  for (const [i, value] of direct.values.data.entries()) {
    difference = Math.max(difference, Math.abs(value - (compiled[i] ?? Number.NaN)));
    largest = Math.max(largest, Math.abs(value));
  }
  return difference / largest;
}
