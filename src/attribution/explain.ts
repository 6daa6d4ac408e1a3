import type { Classifier, Prediction } from '../classifier/classifier.ts';
import type { Target } from '../classifier/target.ts';
import { isKonkyoError, type KonkyoError } from '../konkyoError.ts';
import { rows, type Tensor } from '../onnx/tensor.ts';
import type { Freedom } from './freedom.ts';
import type { Attribution, Completeness, Explainer, Method } from './method.ts';
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
  /** In the image's shape, [1, ...], or in that of `layer`. */
  readonly values: Tensor<'float32'>;
  /** The layer that the values are of; see Attribution. */
  readonly layer?: string;
  readonly notes?: readonly string[];
  readonly score: number;
  readonly completeness?: Completeness;
  /** Of a relevance method: see Attribution. */
  readonly relevanceByLayer?: readonly LayerRelevance[];
  /** Of a map of how far pixels may change: see Attribution. */
  readonly freedom?: Freedom;
  /** Computing time of this method for all images together, without setting up its session. */
  readonly secondsForAll: number;
}

export interface ExplainOptions {
  /** The target for an image, given what the model predicts; by default the predicted class. */
  readonly target?: (prediction: Prediction) => Target;
  readonly progress?: (done: number, total: number, what: string) => void;
  /** Told of a method that cannot be used with this model or these images, which is then left out. Without it, such a method is an error. */
  readonly onRefused?: (method: Method, reason: KonkyoError) => void;
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
  const { target = ({ chosen }: Prediction) => chosen, progress, onRefused } = options;
  const predictions = await classifier.predict(images);
  const targets = predictions.map(target);
  const columns: MethodMap[][] = [];
  for (const [done, method] of methods.entries()) {
    progress?.(done, methods.length, method.title);
    const column = await unlessRefused(method, onRefused, async () =>
      runMethod(await method.compile(classifier), method, images, targets),
    );
    if (column) columns.push(column);
  }
  progress?.(methods.length, methods.length, 'done');
  return predictions.map((prediction, i) => ({
    prediction,
    target: targets[i] ?? prediction.chosen,
    maps: columns.flatMap((column) => column[i] ?? []),
  }));
}

async function unlessRefused<T>(
  method: Method,
  onRefused: ExplainOptions['onRefused'],
  run: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    if (!onRefused || !isKonkyoError(error)) throw error;
    onRefused(method, error);
    return undefined;
  }
}

async function runMethod(
  explainer: Explainer,
  method: Method,
  images: Tensor<'float32'>,
  targets: readonly Target[],
): Promise<MethodMap[]> {
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
  const freedom = all.freedom?.[i];
  return {
    method,
    target,
    values: rows(all.values, i, i + 1),
    score: all.scores[i] ?? Number.NaN,
    ...(all.layer === undefined ? {} : { layer: all.layer }),
    ...(all.notes === undefined ? {} : { notes: all.notes }),
    ...(completeness ? { completeness } : {}),
    ...(relevanceByLayer ? { relevanceByLayer } : {}),
    ...(freedom ? { freedom } : {}),
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
