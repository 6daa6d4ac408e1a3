import { isKonkyoError, KonkyoError } from '../konkyoError.ts';
import { type Classifier, checkShape } from '../model/classifier.ts';
import type { Prediction } from '../model/decision.ts';
import type { Target } from '../model/target.ts';
import { rows, type Tensor } from '../onnx/tensor.ts';
import type { Attribution, Completeness, Explainer, Finding, LayerRelevance } from './explainer.ts';
import type { Method } from './method.ts';
import { unexplainable, without } from './unexplainable.ts';

/** One image's explanation: what the model decided, and each method's map for the target. */
export interface Explanation {
  /** Which of the images it is of, counted from 0: some may have been left out. */
  readonly image: number;
  readonly prediction: Prediction;
  readonly target: Target;
  readonly maps: readonly MethodMap[];
}

/** One method's map of one image: its values, the target and score they are about, and notes. */
export interface MethodMap {
  readonly method: Method;
  readonly target: Target;
  /** In the image's shape, [1, ...], or in that of `layer`. */
  readonly values: Tensor<'float32'>;
  /** The layer that the values are of; see Attribution. */
  readonly layer?: string;
  readonly notes?: readonly string[];
  /** Of the notes, what is amiss with this map; see Attribution. */
  readonly warnings?: readonly string[];
  readonly score: number;
  readonly completeness?: Completeness;
  /** What each layer received and passed on, for relevance methods: see Attribution. */
  readonly relevanceByLayer?: readonly LayerRelevance[];
  /** What the study that made the map found beside it; see Attribution. */
  readonly finding?: Finding;
  /** Computing time of this method for all images together, without setting up its session. */
  readonly secondsForAll: number;
}

/** What is explained of each image, and whom to tell of progress and refusals. */
export interface ExplainOptions {
  /** The target for an image, given what the model predicts and which of the images it is; by default the predicted class. */
  readonly target?: (prediction: Prediction, image: number) => Target;
  readonly progress?: (done: number, total: number, what: string) => void;
  /** Told of the explanations with the maps so far, after each method. */
  readonly onFound?: (explanations: readonly Explanation[]) => Promise<void>;
  /** Once it is aborted no further method is begun; the maps so far are given. */
  readonly signal?: AbortSignal;
  /**
   * Told of a method that cannot be used with this model or these images, or of one that fails for a single image, counted from
   * 0; its maps are then left out. Without it, such a method is an error.
   */
  readonly onRefused?: (method: Method, reason: KonkyoError, image?: number) => void;
  /**
   * Told of an image, counted from 0, that cannot be explained: its pixels or its scores are not numbers. It is then left out.
   * Without it, such an image is an error.
   */
  readonly onImageLeftOut?: (image: number, reason: KonkyoError) => void;
}

/**
 * Explains images with several methods: each is compiled once and given all images together, so that batches are full.
 * @param images [n, ...] model input.
 * @returns an explanation for each image, in their order; none for those that were left out.
 * @throws InvalidInputError, InvalidTargetError, UnsupportedOperatorsError, SessionError, RunError
 */
export async function explain(
  classifier: Classifier,
  images: Tensor<'float32'>,
  methods: readonly Method[],
  options: ExplainOptions = {},
): Promise<Explanation[]> {
  const { target = ({ chosen }: Prediction) => chosen, progress, onFound, signal, onRefused, onImageLeftOut } = options;
  const { places, kept, predictions } = await predicted(classifier, images, onImageLeftOut);
  if (places.length === 0) return [];
  const targets = predictions.map((prediction, i) => target(prediction, places[i] ?? i));
  const columns: (MethodMap | undefined)[][] = [];
  const explanations = () =>
    predictions.map((prediction, i) => ({
      image: places[i] ?? i,
      prediction,
      target: targets[i] ?? prediction.chosen,
      maps: columns.flatMap((column) => column[i] ?? []),
    }));
  for (const [done, method] of methods.entries()) {
    if (signal?.aborted) break;
    progress?.(done, methods.length, method.title);
    const column = await unlessRefused(method, onRefused, async () =>
      runMethod(await method.compile(classifier), method, kept, targets, (reason, i) =>
        onRefused?.(method, reason, places[i]),
      ),
    );
    if (!column) continue;
    columns.push(column);
    await onFound?.(explanations());
  }
  progress?.(methods.length, methods.length, 'done');
  return explanations();
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

interface Predicted {
  /** The images that can be explained, [m, ...], and which they are. */
  readonly kept: Tensor<'float32'>;
  readonly places: readonly number[];
  readonly predictions: readonly Prediction[];
}

async function predicted(
  classifier: Classifier,
  images: Tensor<'float32'>,
  onImageLeftOut: ExplainOptions['onImageLeftOut'],
): Promise<Predicted> {
  checkShape(classifier, images);
  try {
    return { ...without(images, new Set()), predictions: await classifier.predict(images) };
  } catch (error) {
    if (!isKonkyoError(error)) throw error;
    const found = await unexplainable(classifier, images);
    const [first] = found;
    if (first === undefined) throw error;
    if (!onImageLeftOut) throw first.reason;
    for (const { image, reason } of found) onImageLeftOut(image, reason);
    const others = without(images, new Set(found.map(({ image }) => image)));
    return { ...others, predictions: others.places.length === 0 ? [] : await classifier.predict(others.kept) };
  }
}

/**
 * The maps of all images at once; where that fails, one image after the other, so that one does not stop the others.
 * @param onFailed told of the images that it fails for, if not for all.
 */
async function runMethod(
  explainer: Explainer,
  method: Method,
  images: Tensor<'float32'>,
  targets: readonly Target[],
  onFailed: (reason: KonkyoError, image: number) => void,
): Promise<(MethodMap | undefined)[]> {
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  try {
    const attribution = await explainer.attribute(images, targets);
    const secondsForAll = seconds();
    return targets.map((target, i) => mapOf(method, target, attribution, i, secondsForAll));
  } catch (error) {
    if (targets.length < 2 || !isKonkyoError(error)) throw error;
    const singles = await oneByOne(explainer, images, targets);
    if (singles.every((single) => single instanceof KonkyoError)) throw error;
    const secondsForAll = seconds();
    return singles.map((single, i) => {
      if (!(single instanceof KonkyoError)) return mapOf(method, targets[i] ?? 0, single, 0, secondsForAll);
      onFailed(single, i);
      return undefined;
    });
  } finally {
    await explainer.release();
  }
}

async function oneByOne(
  explainer: Explainer,
  images: Tensor<'float32'>,
  targets: readonly Target[],
): Promise<(Attribution | KonkyoError)[]> {
  const found: (Attribution | KonkyoError)[] = [];
  for (const [i, target] of targets.entries()) {
    try {
      found.push(await explainer.attribute(rows(images, i, i + 1), [target]));
    } catch (error) {
      if (!isKonkyoError(error)) throw error;
      found.push(error);
    }
  }
  return found;
}

function mapOf(method: Method, target: Target, all: Attribution, i: number, secondsForAll: number): MethodMap {
  const notes = all.notesByImage?.[i] ?? all.notes;
  const warnings = all.warnings?.[i] ?? [];
  return {
    method,
    target,
    values: rows(all.values, i, i + 1),
    score: all.scores[i] ?? Number.NaN,
    layer: all.layer,
    ...(notes === undefined || notes.length === 0 ? {} : { notes }),
    ...(warnings.length === 0 ? {} : { warnings }),
    completeness: all.completeness?.[i],
    relevanceByLayer: all.relevanceByLayer?.[i],
    finding: all.findings?.[i],
    secondsForAll,
  };
}
