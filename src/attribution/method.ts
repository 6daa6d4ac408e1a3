import type { Classifier } from '../classifier/classifier.ts';
import type { Target } from '../classifier/target.ts';
import type { Tensor } from '../onnx/tensor.ts';

/** An attribution method with its settings: `integratedGradients({ steps: 100 })`. */
export interface Method {
  readonly id: string;
  readonly title: string;
  /** One plain sentence: what a map of this method shows. */
  readonly about: string;
  /** What the values are measured in, as a plural: `score units`. */
  readonly unit: string;
  readonly settings: Readonly<Record<string, number | string>>;
  /** Builds the explanation's graph and a session for it: once for a classifier, then used for many images. */
  compile(classifier: Classifier): Promise<Explainer>;
}

export interface Explainer {
  /**
   * @param images [n, ...] in the model's input shape; @param targets one for each image.
   * @throws InvalidInputError, InvalidTargetError, RunError
   */
  attribute(images: Tensor<'float32'>, targets: readonly Target[]): Promise<Attribution>;
  release(): Promise<void>;
}

export interface Attribution {
  /** One signed number for each input element, in the images' shape: positive spoke for the target. */
  readonly values: Tensor<'float32'>;
  /** The explained score of each image. */
  readonly scores: Float32Array;
  /** For methods whose values should add up to a difference of scores: whether they did. */
  readonly completeness?: readonly Completeness[];
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
  /** @throws MethodOptionError for a setting out of range. */
  create(settings: Readonly<Record<string, number>>): Method;
}

export interface MethodOption {
  readonly about: string;
  readonly default: number;
  readonly whole: boolean;
  readonly min: number;
  readonly max?: number;
}
