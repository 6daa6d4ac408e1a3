import type { Classifier } from '../model/classifier.ts';
import type { Target } from '../model/target.ts';
import type { Tensor } from '../onnx/tensor.ts';
import type { ExplanationGraph, TargetSource } from './explanationGraph.ts';
import type { Freedom } from './freedom.ts';
import type { ImageDistribution } from './gradient/backgroundData.ts';
import type { SegmentSource } from './perturbation/segments.ts';
import type { LayerRelevance } from './relevance/relevanceByLayer.ts';

/** An attribution method with its settings: `integratedGradients({ steps: 100 })`. */
export interface Method {
  readonly id: string;
  readonly title: string;
  /** One plain sentence: what a map of this method shows. */
  readonly about: string;
  /** What the values are measured in, as a plural: `score units`. */
  readonly unit: string;
  /** What its values say, if not how much each pixel spoke for the target: how far each may change. */
  readonly shows?: 'freedom';
  readonly settings: MethodSettings;
  /** The settings where they follow from the model, an automatic window size say; else they are as `settings` has them. */
  settingsFor?(classifier: Classifier): MethodSettings;
  /** Builds the explanation's graph and a session for it: once for a classifier, then used for many images. */
  compile(classifier: Classifier): Promise<Explainer>;
  /**
   * The whole explanation as one graph, for `compileExplainer`; a method that asks the model again and again, each time
   * depending on what a program makes of it, has none.
   */
  graph?(classifier: Classifier, target: TargetSource): Promise<ExplanationGraph>;
}

export type MethodSettings = Readonly<Record<string, number | string>>;

export interface Explainer {
  /**
   * @param images [n, ...] in the model's input shape; @param targets one for each image.
   * @throws InvalidInputError, InvalidTargetError, RunError
   */
  attribute(images: Tensor<'float32'>, targets: readonly Target[]): Promise<Attribution>;
  release(): Promise<void>;
}

export interface Attribution {
  /**
   * Signed numbers, positive spoke for the target: one for each input element, in the images' shape; or, where `layer` is
   * given, in that layer's, [n, ...] (a method may sum over channels: [n, 1, h, w]).
   */
  readonly values: Tensor<'float32'>;
  /** The layer that the values are of; absent where they are of the image. */
  readonly layer?: string;
  /** The explained score of each image. */
  readonly scores: Float32Array;
  /** For methods whose values should add up to a difference of scores: whether they did. */
  readonly completeness?: readonly Completeness[];
  /** For relevance methods, for each image: what every layer received and passed on, from the score back to the pixels. */
  readonly relevanceByLayer?: readonly (readonly LayerRelevance[])[];
  /** For maps of how far pixels may change, for each image: what that was measured to do. */
  readonly freedom?: readonly Freedom[];
  /** What has to be known to read the map: which operators a method treated in its own way, and which it could not. */
  readonly notes?: readonly string[];
  /** The same for each image, where the notes are not the same for all. */
  readonly notesByImage?: readonly (readonly string[])[];
  /** Of these, for each image, what is amiss with its map: numbers that are none, 0 everywhere. Absent where nothing is. */
  readonly warnings?: readonly (readonly string[])[];
}

/** The sum of a map against what it should be, score units. */
export interface Completeness {
  readonly sum: number;
  readonly expected: number;
  /** |sum - expected| / |expected|; undefined where the expected sum is 0. */
  readonly gap: number | undefined;
}

export function completeness(sum: number, expected: number): Completeness {
  return { sum, expected, gap: expected === 0 ? undefined : Math.abs(sum - expected) / Math.abs(expected) };
}

/** What there is to know about a method before its settings are chosen. */
export interface MethodKind {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly options: Readonly<Record<string, MethodOption>>;
  /** What it can be given that is not a number. */
  readonly resources?: readonly (keyof MethodResources)[];
  /** @throws MethodOptionError for a setting out of range. */
  create(settings: Readonly<Record<string, number>>, resources?: MethodResources): Method;
}

export interface MethodResources {
  /** What images are compared with, for methods that take a distribution of baselines. */
  readonly baselines?: ImageDistribution;
  /** Name of the layer that layer methods look at: of its node or its output. By default the last one with positions. */
  readonly layer?: string;
  /** The parts of an image that are shown and hidden as wholes, for methods that do so. By default a grid's cells. */
  readonly segments?: SegmentSource;
}

export interface MethodOption {
  readonly about: string;
  readonly default: number;
  readonly whole: boolean;
  readonly min: number;
  readonly max?: number;
}
