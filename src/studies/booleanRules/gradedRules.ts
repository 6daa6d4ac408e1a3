import type { Classifier } from '../../model/classifier.ts';
import type { Model } from '../../onnx/graph.ts';
import { type GraphBuilder, reservedPrefix } from '../../onnx/graphBuilder.ts';
import { float32, isTensorOf, type Tensor } from '../../onnx/tensor.ts';
import { accuracyOf } from '../../training/accuracy.ts';
import type { Optimizer } from '../../training/optimizers.ts';
import { trainingImages } from '../../training/trainingImages.ts';
import { signsOf } from './conjunctions.ts';
import type { RuleImages, RuleSet } from './extractRules.ts';
import { literalModel } from './ruleModel.ts';
import { type RefineSettings, tuneModel } from './tuneModel.ts';

/**
 * Rules whose literals count more or less: the score of a class is the sum of w log(literal), w from 0 to 1. With w 0 or 1 it is the
 * logarithm of a conjunction's product; in between it is no logic any more, but a weighted sum. So these are a classifier of
 * their own, beside the rules and not among them.
 */
export interface GradedRules {
  /** Image -> the score of each class. */
  readonly model: Model;
  /** The same with every w rounded to one decimal. */
  readonly rounded: Model;
  /** How many of the rounded w are not 0. */
  readonly literals: number;
  /** Accuracy on the validation images: of the rules the grades began with, and of the weights that are kept. */
  readonly before: number;
  readonly after: number;
}

/** Where grades begin: a literal of the rule, and one that the rule has not. */
const grades = { inRule: 0.9, other: 0.1 };

/** Grades and what makes the features, trained together; the weights that did best on the validation images are kept. */
export async function gradedRules(
  classifier: Classifier,
  rules: RuleSet,
  images: RuleImages,
  settings: RefineSettings,
): Promise<GradedRules> {
  const { runtime, input, classCount } = classifier;
  const names = new Set<string>();
  const begun = (builder: GraphBuilder, sign: number, hint: string) => {
    const name = builder.constant(startGrades(rules, sign), hint);
    names.add(name);
    return name;
  };
  const start = literalModel(classifier, rules, (builder) => ({
    on: begun(builder, 1, 'on'),
    off: begun(builder, -1, 'off'),
  }));
  const validation = trainingImages(images.validation, input, classCount);
  const tuning = {
    model: start,
    trainable: (name: string) => names.has(name) || !name.startsWith(reservedPrefix),
    images: images.training,
    optimizer: (plain: Optimizer) => keptWithin(plain, names),
    score: (candidate: Model) => accuracyOf(runtime, candidate, validation),
  };
  const { model, before, after } = await tuneModel(classifier, tuning, settings);
  const rounded = withRounded(model, names);
  return { model, rounded, literals: countOf(rounded, names), before, after };
}

/** [n, K]: how much each class makes of the literals of a sign. */
function startGrades({ terms, scales }: RuleSet, sign: number): Tensor<'float32'> {
  const data = new Float32Array(scales.length * terms.length);
  for (const [k, term] of terms.entries()) {
    const signs = signsOf(term);
    for (let i = 0; i < signs.length; i++) {
      data[i * terms.length + k] = signs[i] === sign ? grades.inRule : grades.other;
    }
  }
  return float32([scales.length, terms.length], data);
}

/** Some weights are held to [0, 1] after each step. */
function keptWithin(plain: Optimizer, names: ReadonlySet<string>): Optimizer {
  return {
    ...plain,
    update(builder, now) {
      const after = plain.update(builder, now);
      if (!names.has(now.weight)) return after;
      const { ops } = builder;
      return { ...after, weight: ops.Min(ops.Max(after.weight, builder.scalar(0)), builder.scalar(1)) };
    },
  };
}

function withRounded(model: Model, names: ReadonlySet<string>): Model {
  const initializers = new Map(
    [...model.graph.initializers].map(([name, value]) => [
      name,
      names.has(name) && isTensorOf(value, 'float32')
        ? float32(
            value.dims,
            value.data.map((grade) => Math.round(10 * grade) / 10),
          )
        : value,
    ]),
  );
  return { ...model, graph: { ...model.graph, initializers } };
}

function countOf({ graph }: Model, names: ReadonlySet<string>): number {
  return [...names].reduce((total, name) => {
    const value = graph.initializers.get(name);
    return total + (value && isTensorOf(value, 'float32') ? value.data.filter((grade) => grade !== 0).length : 0);
  }, 0);
}
