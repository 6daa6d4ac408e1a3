import type { Classifier } from '../classifier/classifier.ts';
import type { Target } from '../classifier/target.ts';
import type { Tensor } from '../onnx/tensor.ts';
import type { ImageDistribution } from './imageDistribution.ts';
import type { LayerRelevance } from './relevanceByLayer.ts';

/** An attribution method with its settings: `integratedGradients({ steps: 100 })`. */
export interface Method {
  readonly id: string;
  readonly title: string;
  /** One plain sentence: what a map of this method shows. */
  readonly about: string;
  /** What the values are measured in, as a plural: `score units`. */
  readonly unit: string;
  readonly settings: MethodSettings;
  /** The settings where they follow from the model, an automatic window size say; else they are as `settings` has them. */
  settingsFor?(classifier: Classifier): MethodSettings;
  /** Builds the explanation's graph and a session for it: once for a classifier, then used for many images. */
  compile(classifier: Classifier): Promise<Explainer>;
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
  /** What has to be known to read the map: which operators a method treated in its own way, and which it could not. */
  readonly notes?: readonly string[];
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
  /** Name of the layer that layer methods look at: of its node or its output. By default the last convolution. */
  readonly layer?: string;
}

export interface MethodOption {
  readonly about: string;
  readonly default: number;
  readonly whole: boolean;
  readonly min: number;
  readonly max?: number;
}
