import type { Target } from '../model/target.ts';
import type { Tensor } from '../onnx/tensor.ts';

/** A method compiled for a classifier. */
export interface Explainer {
  /**
   * @param images [n, ...] in the model's input shape; @param targets one for each image.
   * @throws InvalidInputError, InvalidTargetError, RunError
   */
  attribute(images: Tensor<'float32'>, targets: readonly Target[]): Promise<Attribution>;
  release(): Promise<void>;
}

/** The maps of several images, and what was found on the way. */
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
  /** For each image, what the study that makes the maps found beside its map. */
  readonly findings?: readonly Finding[];
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

/** One layer's account of one image, score units: what it received = what it passed on + what stayed in it. */
export interface LayerRelevance {
  readonly layer: string;
  readonly operator: string;
  readonly rule: string;
  /** Sum over the layer's output. */
  readonly received: number;
  /** Sum over the layer's inputs. */
  readonly passed: number;
  /** What stayed with biases. */
  readonly biases: number;
  /** What the stabiliser of the rule's divisions took. */
  readonly stabilizers: number;
  /** What was meant for inputs of a sign that there were none of. */
  readonly emptyParts: number;
  /** The rest of the difference: constants inside the operator, an expansion's bias, rounding. */
  readonly others: number;
}

/** What a study found beside a map, in its own form: the study tells its findings by `study`, and nobody else looks inside. */
export interface Finding {
  readonly study: string;
  /** Its figures by name, for whoever prints numbers of every map. */
  readonly figures: Readonly<Record<string, number>>;
}
