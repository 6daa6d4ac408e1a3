import type { Classifier } from '../../model/classifier.ts';
import { firstLargest } from '../../model/decision.ts';
import { float32, type Tensor } from '../../onnx/tensor.ts';
import { runOnce } from '../../runtime/program.ts';
import { floatOutputOf } from '../../runtime/runtime.ts';
import type { DenseHead } from './denseHead.ts';
import { RuleDataError } from './errors.ts';
import type { RuleSet } from './extractRules.ts';
import { scaledColumn, scaledUnit } from './featureScale.ts';
import { type SufficientSubset, sufficientForClass } from './sufficientSubset.ts';
import { isMet, type Literal, literalsOf, literalValue, logProductOf, productOf, type Term } from './term.ts';

/** What the rules say of one image. */
export interface FiredRule {
  /** The class whose conjunction has the largest product: what the rules decide, or are nearest to. */
  readonly classIndex: number;
  /** Classes whose conjunctions hold, every literal of them: these rules fired. Often none. */
  readonly fired: readonly number[];
  /** What the network itself decides. */
  readonly networkClass: number;
  /** Products by class, 0 to 1. */
  readonly products: readonly number[];
  /** The literals of `classIndex` with their values: near 1 is held, near 0 is not. */
  readonly literals: readonly (Literal & { readonly value: number })[];
  /** All features, 0 to 1. */
  readonly features: readonly number[];
  /** Features whose values alone force the network's decision; for one dense layer. */
  readonly sufficient?: SufficientSubset;
}

/**
 * Which rule answers for each image, and what it saw.
 * @param images model input, [n, ...].
 * @throws RuleDataError where the rules are of another number of features.
 */
export async function firedRules(
  classifier: Classifier,
  head: DenseHead,
  rules: RuleSet,
  images: Tensor<'float32'>,
): Promise<FiredRule[]> {
  const predictions = await classifier.predict(images);
  const values = await valuesOf(classifier, head.features, images);
  const [layer, hidden] = head.layers;
  const units = hidden ? undefined : layer?.units.map((unit) => scaledUnit(unit, rules.scales));
  const width = rules.scales.length;
  if (values.data.length !== width * predictions.length) {
    throw new RuleDataError(
      `The rules are of ${width} features, but "${head.features}" has ${values.data.length / predictions.length} an image. Use the rules of this model.`,
    );
  }
  return predictions.map(({ chosen }, i) => {
    const row = values.data.subarray(i * width, (i + 1) * width);
    const features = Array.from(row, (value, j) => scaledColumn(float32([1], [value]).data, rules.scales[j])[0] ?? 0);
    const products = rules.terms.map((term) => productOf(term, features));
    const logs = rules.terms.map((term) => logProductOf(term, features));
    const classIndex = firstLargest(logs);
    const nearest = rules.terms[classIndex];
    const holds = (term: Term) => literalsOf(term).every((literal) => isMet(literalValue(literal, features)));
    return {
      classIndex,
      fired: rules.terms.flatMap((term, k) => (holds(term) ? [k] : [])),
      networkClass: chosen,
      products,
      literals: nearest
        ? literalsOf(nearest).map((literal) => ({ ...literal, value: literalValue(literal, features) }))
        : [],
      features,
      sufficient: units && sufficientForClass(units, features, chosen),
    };
  });
}

async function valuesOf(classifier: Classifier, name: string, images: Tensor<'float32'>): Promise<Tensor<'float32'>> {
  const { model, runtime, inputName, batchSize } = classifier;
  return floatOutputOf(await runOnce(runtime, model, { outputs: [name], batchSize }, { [inputName]: images }), name);
}
