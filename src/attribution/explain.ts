import type { Classifier, Prediction } from '../classifier/classifier.ts';
import type { Target } from '../classifier/target.ts';
import { rows, type Tensor } from '../onnx/tensor.ts';
import type { Attribution, Completeness, Method } from './method.ts';
import type { LayerRelevance } from './relevanceByLayer.ts';

/** One image's explanation: what the model decided, and each method's map for the target. */
export interface Explanation {
  readonly prediction: Prediction;
  readonly target: Target;
  readonly maps: readonly MethodMap[];
}

export interface MethodMap {
  readonly method: Method;
  readonly target: Target;
  /** In the image's shape [1, ...]. */
  readonly values: Tensor<'float32'>;
  readonly score: number;
  readonly completeness?: Completeness;
  /** Of a relevance method: see Attribution. */
  readonly relevanceByLayer?: readonly LayerRelevance[];
  /** Computing time of this method for all images together, without setting up its session. */
  readonly secondsForAll: number;
}

export interface ExplainOptions {
  /** The target for an image, given what the model predicts; by default the predicted class. */
  readonly target?: (prediction: Prediction) => Target;
  readonly progress?: (done: number, total: number, what: string) => void;
}

/**
 * Explains images with several methods: each is compiled once and given all images together, so that batches are full.
 * @param images [n, ...] model input.
 * @throws InvalidInputError, InvalidTargetError, UnsupportedOperatorsError, SessionError, RunError
 */
export async function explain(
  classifier: Classifier,
  images: Tensor<'float32'>,
  methods: readonly Method[],
  options: ExplainOptions = {},
): Promise<Explanation[]> {
  const { target = ({ chosen }: Prediction) => chosen, progress } = options;
  const predictions = await classifier.predict(images);
  const targets = predictions.map(target);
  const columns: MethodMap[][] = [];
  for (const [done, method] of methods.entries()) {
    progress?.(done, methods.length, method.title);
    columns.push(await runMethod(classifier, method, images, targets));
  }
  progress?.(methods.length, methods.length, 'done');
  return predictions.map((prediction, i) => ({
    prediction,
    target: targets[i] ?? prediction.chosen,
    maps: columns.flatMap((column) => column[i] ?? []),
  }));
}

async function runMethod(
  classifier: Classifier,
  method: Method,
  images: Tensor<'float32'>,
  targets: readonly Target[],
): Promise<MethodMap[]> {
  const explainer = await method.compile(classifier);
  try {
    const start = performance.now();
    const attribution = await explainer.attribute(images, targets);
    const secondsForAll = (performance.now() - start) / 1000;
    return targets.map((target, i) => mapOf(method, target, attribution, i, secondsForAll));
  } finally {
    await explainer.release();
  }
}

function mapOf(method: Method, target: Target, all: Attribution, i: number, secondsForAll: number): MethodMap {
  const completeness = all.completeness?.[i];
  const relevanceByLayer = all.relevanceByLayer?.[i];
  return {
    method,
    target,
    values: rows(all.values, i, i + 1),
    score: all.scores[i] ?? Number.NaN,
    ...(completeness ? { completeness } : {}),
    ...(relevanceByLayer ? { relevanceByLayer } : {}),
    secondsForAll,
  };
}

/** The class that came second. */
export function runnerUp({ scores, chosen }: Prediction): number {
  const others = scores.map((score, index) => ({ score, index })).filter(({ index }) => index !== chosen);
  return others.reduce((best, other) => (other.score > best.score ? other : best), {
    score: Number.NEGATIVE_INFINITY,
    index: chosen,
  }).index;
}
