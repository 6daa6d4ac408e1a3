import type { Classifier } from '../../model/classifier.ts';
import type { Model } from '../../onnx/graph.ts';
import { GraphBuilder, reservedPrefix } from '../../onnx/graphBuilder.ts';
import { prune } from '../../onnx/prune.ts';
import { float32 } from '../../onnx/tensor.ts';
import type { RuleSet } from './extractRules.ts';
import { isConstant, unitScale } from './featureScale.ts';
import { literalsOf, smallestFactor, type Term } from './term.ts';

const output = `${reservedPrefix}rules`;

/**
 * The model with its output layers replaced by the rules: image -> for each class the logarithm of its conjunction's
 * product, [N, K]. The softmax of these is the products' share of their sum, so the rules are trained like any classifier.
 */
export function ruleModel({ model, facts }: Pick<Classifier, 'model' | 'facts'>, rules: RuleSet): Model {
  const builder = new GraphBuilder(model.graph, 'rules');
  const { ops } = builder;
  const n = rules.scales.length;
  const dims = facts.get(rules.features)?.dims ?? [];
  const flat = dims.length === 2 ? rules.features : builder.add('Flatten', [rules.features]);
  const scales = rules.scales.map((scale) => (isConstant(scale) ? unitScale : scale));
  const constant = (values: readonly number[], hint: string) => builder.constant(float32([1, n], values), hint);
  const isPlain = scales.every(({ low, high }) => low === 0 && high === 1);
  const scaled = isPlain
    ? flat
    : ops.Mul(
        ops.Sub(
          flat,
          constant(
            scales.map(({ low }) => low),
            'low',
          ),
        ),
        constant(
          scales.map(({ low, high }) => 1 / (high - low)),
          'factor',
        ),
      );
  const log = (value: string) => ops.Log(ops.Max(value, builder.scalar(smallestFactor)));
  const x = isPlain ? scaled : ops.Min(ops.Max(scaled, builder.scalar(0)), builder.scalar(1));
  const on = ops.MatMul(log(x), builder.constant(incidence(rules.terms, n, false), 'on'));
  const off = ops.MatMul(log(ops.Sub(builder.scalar(1), x)), builder.constant(incidence(rules.terms, n, true), 'off'));
  builder.append({
    op: 'Add',
    domain: '',
    name: output,
    inputs: [on, off],
    outputs: [output],
    attributes: {},
  });
  const outputs = [{ name: output, type: 'float32' as const, dims: ['N', rules.terms.length] }];
  const inputs = model.graph.inputs.map(({ name }) => name);
  return { ...model, graph: prune(builder.build(outputs), outputs, inputs) };
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
