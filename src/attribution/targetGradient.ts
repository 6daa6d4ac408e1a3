import { type Classifier, checkImages, runBatches } from '../classifier/classifier.ts';
import { InvalidInputError } from '../classifier/errors.ts';
import { type Target, targetWeights } from '../classifier/target.ts';
import type { Graph } from '../onnx/graph.ts';
import { GraphBuilder } from '../onnx/graphBuilder.ts';
import { prune } from '../onnx/prune.ts';
import { float32, type Tensor } from '../onnx/tensor.ts';
import { floatOutputOf } from '../runtime/runtime.ts';
import { addGradients, type GradientRequest } from '../transforms/gradient/gradient.ts';
import type { Attribution, Explainer, Method } from './method.ts';

/** What a gradient method's graph is called by. */
export interface TargetGradient {
  /** Explained score of each row, [n]. */
  readonly score: string;
  /** Its gradient with respect to the image input, or to the value chosen, in that one's shape. */
  readonly gradient: string;
}

/** What is differentiated by what, where it is not the plain gradient at the pixels. */
export interface GradientChoice {
  /** By default the image input. */
  readonly wrt?: string;
  /** Answers for single nodes, before the classifier's table. */
  readonly answerFor?: NonNullable<GradientRequest['answerFor']>;
}

export const weightsInput = 'konkyo/target';

/**
 * Adds the explained score of each row, the sum of weights times class scores, and its gradient with respect to the input.
 * @param weights a value of [n, K] or of the scores' own shape: how much each class score counts.
 */
export function addTargetGradient(
  builder: GraphBuilder,
  classifier: Classifier,
  weights: string,
  { wrt = classifier.inputName, answerFor }: GradientChoice = {},
): TargetGradient {
  const { scores, facts, gradientTable: table } = classifier;
  const rank = facts.get(scores.name)?.dims.length ?? 2;
  const shaped = builder.ops.Reshape(weights, builder.add('Shape', [scores.name]));
  const axes = Array.from({ length: rank - 1 }, (_, i) => i + 1);
  const score = builder.add('ReduceSum', [builder.ops.Mul(shaped, scores.name), builder.ints(axes)], { keepdims: 0 });
  const gradients = addGradients(builder, {
    facts,
    seeds: new Map([[scores.name, shaped]]),
    wrt: [wrt],
    table,
    ...(answerFor ? { answerFor } : {}),
  });
  return { score, gradient: gradients.get(wrt) ?? '' };
}

/** The graph of a method that reads its map off one gradient a row: image and weights in, score and map out. */
function mapGraph(
  classifier: Classifier,
  stage: string,
  toMap: GradientMap,
  choose: MapPlan['choose'],
): { graph: Graph; score: string; map: string } {
  const builder = new GraphBuilder(classifier.model.graph, stage);
  const weights = builder.input(weightsInput, 'float32', ['batch', classifier.scores.width]);
  const choice = choose?.(builder) ?? {};
  const { score, gradient } = addTargetGradient(builder, classifier, weights, choice);
  const map = toMap(builder, gradient, choice.wrt ?? classifier.inputName);
  const outputs = [score, map].map((name) => ({ name, type: 'float32' as const, dims: undefined }));
  const inputs = [classifier.inputName, weightsInput];
  return { graph: prune(builder.build(outputs), outputs, inputs), score, map };
}

/** Adds the nodes that make a map of the input and the gradient there, both in the same shape, [n, ...] or [n, s, ...]. */
export type GradientMap = (builder: GraphBuilder, gradient: string, input: string) => string;

/** A method whose map depends on the input and the gradient there alone, so that it can be averaged inside a graph. */
export interface GradientMethod extends Method {
  readonly map: GradientMap;
}

/** A method without settings from what it makes of input and gradient. */
export function gradientMethod(description: Omit<Method, 'settings' | 'compile'>, map: GradientMap): GradientMethod {
  return { ...description, settings: {}, map, compile: (classifier) => compileMap(classifier, description.id, map) };
}

export function isGradientMethod(method: Method): method is GradientMethod {
  return 'map' in method;
}

/** How a map's gradient is taken, and what the result says of itself. */
export interface MapPlan extends Pick<Attribution, 'layer' | 'notes'> {
  /** May add nodes to the graph first. */
  readonly choose?: (builder: GraphBuilder) => GradientChoice;
}

/** An explainer whose map is a function of a value (the input) and the gradient there, with no mixing of rows. */
export async function compileMap(
  classifier: Classifier,
  stage: string,
  toMap: GradientMap,
  { choose, layer, notes }: MapPlan = {},
): Promise<Explainer> {
  const { graph, score, map } = mapGraph(classifier, stage, toMap, choose);
  const session = await classifier.runtime.createSession({ ...classifier.model, graph });
  return {
    async attribute(images, targets): Promise<Attribution> {
      const weights = checkedWeights(classifier, images, targets);
      const feeds = { [classifier.inputName]: images, [weightsInput]: weights };
      const values = await runBatches(session, classifier.batchSize, targets.length, feeds, [score, map]);
      const byName = Object.fromEntries(values);
      return {
        values: floatOutputOf(byName, map),
        scores: floatOutputOf(byName, score).data,
        ...(layer === undefined ? {} : { layer }),
        ...(notes === undefined ? {} : { notes }),
      };
    },
    release: () => session.release(),
  };
}

/**
 * The weights [n, K] of one target for each image.
 * @throws InvalidInputError, InvalidTargetError
 */
export function checkedWeights(
  classifier: Classifier,
  images: Tensor<'float32'>,
  targets: readonly Target[],
): Tensor<'float32'> {
  checkImages(classifier, images);
  if (images.dims[0] !== targets.length) {
    throw new InvalidInputError(`There are ${images.dims[0]} images but ${targets.length} targets: give one for each.`);
  }
  const { width } = classifier.scores;
  return float32([targets.length, width], targetWeights(targets, width));
}
