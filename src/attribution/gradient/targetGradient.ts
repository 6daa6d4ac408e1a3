import type { Classifier } from '../../model/classifier.ts';
import { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { prune } from '../../onnx/prune.ts';
import { addGradients, type GradientRequest, gradientOrZeros } from '../../transforms/gradient/gradient.ts';
import type { ExplanationGraph, TargetSource } from '../explanationGraph.ts';

/** What is differentiated by what, where it is not the plain gradient at the pixels. */
interface GradientChoice {
  /** The value whose gradient is taken; by default the image input. */
  readonly wrt?: string;
  /** Answers for single nodes, before the classifier's table. */
  readonly answerFor?: NonNullable<GradientRequest['answerFor']>;
}

/**
 * Adds the gradient of each row's explained score, the sum of weights times class scores, with respect to the input, or to
 * the value chosen, in that one's shape.
 * @param weights a value of [n, K] or of the scores' own shape: how much each class score counts.
 */
export function addTargetGradient(
  builder: GraphBuilder,
  { scores, facts, gradientTable: table, inputName }: Classifier,
  weights: string,
  { wrt = inputName, answerFor }: GradientChoice = {},
): string {
  const shaped = builder.ops.Reshape(weights, builder.add('Shape', [scores.name]));
  const gradients = addGradients(builder, {
    facts,
    seeds: new Map([[scores.name, shaped]]),
    wrt: [wrt],
    table,
    answerFor,
  });
  return gradientOrZeros(builder, gradients, wrt);
}

/** Adds the class scores as [n, K], whatever shape the model gives them. */
export function addScoreRows(builder: GraphBuilder, { scores }: Pick<Classifier, 'scores'>): string {
  return builder.ops.Reshape(scores.name, builder.ints([-1, scores.width]));
}

/** Adds the explained score of each row, [n], from weights and class scores, [n, K]. */
export function addExplainedScore(builder: GraphBuilder, weights: string, scores: string): string {
  return builder.add('ReduceSum', [addWeighted(builder, weights, scores), builder.ints([1])], { keepdims: 0 });
}

/** Adds weights times scores, of one shape: 0 for a class without weight, be it at -Infinity. */
export function addWeighted(builder: GraphBuilder, weights: string, scores: string): string {
  const { ops } = builder;
  const zero = builder.scalar(0);
  return ops.Where(ops.Equal(weights, zero), zero, ops.Mul(weights, scores));
}

/**
 * Adds the nodes that make a map of the input (or the value chosen) and the gradient there, both in the same shape, [n, ...]
 * or [n, s, ...].
 */
type GradientMap = (builder: GraphBuilder, gradient: string, input: string, weights: string) => string;

/** The same of maps that depend on the gradient and the input alone. */
export type InputMap = (builder: GraphBuilder, gradient: string, input: string) => string;

/**
 * Gradient times change, and 0 where there is no change: what is as it was has added nothing, however steep the score is
 * there. Times an infinite gradient (of a root or a logarithm at 0) it would not be a number.
 */
export const changeTimes: InputMap = (builder, gradient, change) => {
  const { ops } = builder;
  const zero = builder.scalar(0);
  return ops.Where(ops.Equal(change, zero), zero, ops.Mul(gradient, change));
};

/** How a map is read off one gradient a row. */
export interface MapPlan extends Pick<ExplanationGraph, 'layer' | 'notes' | 'baselines'> {
  readonly toMap: GradientMap;
  /** What is differentiated; may add nodes to the graph first. */
  readonly choose?: (builder: GraphBuilder) => GradientChoice;
  /** The map's shape for one image; by default that of what is differentiated by. */
  readonly mapDims?: readonly number[];
}

/** The graph of a method whose map is a function of a value (the input) and the gradient there, with no mixing of rows. */
export function mapGraph(
  classifier: Classifier,
  stage: string,
  target: TargetSource,
  { toMap, choose, mapDims, ...said }: MapPlan,
): ExplanationGraph {
  const builder = new GraphBuilder(classifier.model.graph, stage);
  for (const { name, type, dims } of target.inputs) builder.input(name, type ?? 'float32', dims);
  const scores = addScoreRows(builder, classifier);
  const weights = target.weights(builder, scores);
  const choice = choose?.(builder) ?? {};
  const wrt = choice.wrt ?? classifier.inputName;
  const map = toMap(builder, addTargetGradient(builder, classifier, weights, choice), wrt, weights);
  const score = addExplainedScore(builder, weights, scores);
  const outputs = [score, scores, map].map((name) => ({ name, type: 'float32' as const, dims: undefined }));
  const inputs = [classifier.inputName, ...target.inputs.map(({ name }) => name)];
  return {
    ...said,
    graph: prune(builder.build(outputs), outputs, inputs),
    score,
    scores,
    map,
    mapDims: mapDims ?? classifier.facts.get(wrt)?.dims.slice(1) ?? [],
  };
}
