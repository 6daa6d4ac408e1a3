import type { Classifier } from '../../model/classifier.ts';
import type { Model } from '../../onnx/graph.ts';
import { GraphBuilder, reservedPrefix } from '../../onnx/graphBuilder.ts';
import { prune } from '../../onnx/prune.ts';
import { float32 } from '../../onnx/tensor.ts';
import type { RuleSet } from './extractRules.ts';
import { type FeatureScale, isConstant, unitScale } from './featureScale.ts';
import { literalsOf, smallestFactor, type Term } from './term.ts';

const output = `${reservedPrefix}rules`;

/**
 * The model with its output layers replaced by the rules: image -> for each class the logarithm of its conjunction's
 * product, [N, K]. The softmax of these is the products' share of their sum, so the rules are trained like any classifier.
 */
export function ruleModel(classifier: Pick<Classifier, 'model' | 'facts'>, rules: RuleSet, beside?: string): Model {
  const n = rules.scales.length;
  const weights = { on: incidence(rules.terms, n, false), off: incidence(rules.terms, n, true) };
  return literalModel(
    classifier,
    rules,
    (builder) => ({
      on: builder.constant(weights.on, 'on'),
      off: builder.constant(weights.off, 'off'),
    }),
    beside,
  );
}

/** Names of values [n, K]: what each class makes of the logarithm of each literal, x and 1 - x. */
interface LiteralWeights {
  readonly on: string;
  readonly off: string;
}

/** The model with weighted sums of the literals' logarithms, [N, K], in place of its output layers. */
export function literalModel(
  { model, facts }: Pick<Classifier, 'model' | 'facts'>,
  rules: RuleSet,
  weightsIn: (builder: GraphBuilder) => LiteralWeights,
  beside?: string,
): Model {
  const builder = new GraphBuilder(model.graph, 'rules');
  const { ops } = builder;
  const dims = facts.get(rules.features)?.dims ?? [];
  const flat = dims.length === 2 ? rules.features : builder.add('Flatten', [rules.features]);
  const x = scaledTo01(builder, flat, rules.scales);
  const log = (value: string) => ops.Log(ops.Max(value, builder.scalar(smallestFactor)));
  const weights = weightsIn(builder);
  const on = ops.MatMul(log(x), weights.on);
  const off = ops.MatMul(log(ops.Sub(builder.scalar(1), x)), weights.off);
  const products = ops.Add(on, off);
  const all = beside === undefined ? products : builder.add('Concat', [products, beside], { axis: 1 });
  builder.append({ op: 'Identity', domain: '', name: output, inputs: [all], outputs: [output], attributes: {} });
  const width = (beside === undefined ? 1 : 2) * rules.terms.length;
  const outputs = [{ name: output, type: 'float32' as const, dims: ['N', width] }];
  const inputs = model.graph.inputs.map(({ name }) => name);
  return { ...model, graph: prune(builder.build(outputs), outputs, inputs) };
}

/** Features [N, n] brought to [0, 1]. */
function scaledTo01(builder: GraphBuilder, features: string, all: readonly FeatureScale[]): string {
  const { ops } = builder;
  const scales = all.map((scale) => (isConstant(scale) ? unitScale : scale));
  if (scales.every(({ low, high }) => low === 0 && high === 1)) return features;
  const row = (of: (scale: FeatureScale) => number, hint: string) =>
    builder.constant(float32([1, scales.length], scales.map(of)), hint);
  const shifted = ops.Sub(
    features,
    row(({ low }) => low, 'low'),
  );
  const scaled = ops.Mul(
    shifted,
    row(({ low, high }) => 1 / (high - low), 'factor'),
  );
  return ops.Min(ops.Max(scaled, builder.scalar(0)), builder.scalar(1));
}

/** [n, K]: 1 where the class's term has the literal. */
function incidence(terms: readonly Term[], n: number, negated: boolean) {
  const data = new Float32Array(n * terms.length);
  terms.forEach((term, k) => {
    for (const literal of literalsOf(term)) {
      if (literal.negated === negated) data[literal.variable * terms.length + k] = 1;
    }
  });
  return float32([n, terms.length], data);
}
