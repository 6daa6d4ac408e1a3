import type { Facts } from '../onnx/facts.ts';
import type { Model } from '../onnx/graph.ts';
import { sizeOf, type Tensor } from '../onnx/tensor.ts';
import type { OptimizationLevel, Runtime } from '../runtime/runtime.ts';
import type { GradientTable } from '../transforms/gradient/rule.ts';
import type { Prediction } from './decision.ts';
import type { BoxOfScores } from './detection/explainedBox.ts';
import { InvalidInputError } from './errors.ts';
import type { Scores } from './findScores.ts';
import { type InputDescription, imageDims, type SettingSources } from './inputDescription.ts';
import { trainingKey } from './metadata.ts';

/** What was done to the user's model so that it can be explained, in words for the report. */
export interface Preparation {
  readonly opset: number;
  readonly upgradedFrom?: number;
  /** Whether several images can go through at once. */
  readonly batched: boolean;
  /**
   * Largest difference to the original model's outputs on probe images, each score's as a share of what it varies by over
   * them (and a tenth of its size).
   */
  readonly difference: number;
  /** How far the runtime may optimise the model without changing its outputs. */
  readonly optimization: OptimizationLevel;
  readonly notes: readonly string[];
}

/** A model that gradients can be taken of and that takes images in batches, whatever is read off its outputs. */
export interface ReadyModel {
  readonly model: Model;
  readonly runtime: Runtime;
  /** Shapes and constants of every value, from a run with more than one image where batches are possible. */
  readonly facts: Facts;
  /** Name of the image input. */
  readonly inputName: string;
  readonly input: InputDescription;
  readonly inputSources: SettingSources;
  readonly preparation: Preparation;
  /** What was assumed of the model or its input, and what looks wrong: sentences to be read before any result. */
  readonly cautions: readonly string[];
  /** The gradient rules used for it: konkyo's, with the user's over them. */
  readonly gradientTable: GradientTable;
  /** Images that go through the model at a time. */
  readonly batchSize: number;
  /** SHA-256 of the model file, hexadecimal; of one with external data it covers these too (see `modelIdentity`). */
  readonly sha256: string;
}

/** A model of which a row of numbers is explained. Made by `loadClassifier` or `readAs`; changed by `derive`, not by copying. */
export interface Classifier extends ReadyModel {
  readonly output: string;
  readonly scores: Scores;
  /** Classes between which the scores decide; 1 where they are a value, and decide between none. */
  readonly classCount: number;
  /** The box that the scores are of, where they are a detector's. */
  readonly box?: BoxOfScores;
  /** The explained scores as the model gives them, [n, scores.width]. */
  scoresOf(images: Tensor<'float32'>): Promise<Tensor<'float32'>>;
  /** Scores and probabilities for each image. */
  predict(images: Tensor<'float32'>): Promise<Prediction[]>;
  /** Frees the sessions. */
  release(): Promise<void>;
}

/** Who says that a model's probabilities are some: the model itself, its user, or nobody: its scores are taken for logits. */
export type ProbabilitySource = 'model' | 'said' | 'assumed';

/**
 * Where a model's probabilities are from: it has a softmax or sigmoid at its end, or konkyo trained it, which is by softmax; or its
 * plain numbers are logits, as someone says, or as is assumed. Undefined where it gives none.
 */
export function probabilitySource({
  scores,
  model,
}: Pick<Classifier, 'scores' | 'model'>): ProbabilitySource | undefined {
  if (scores.tolerance !== undefined) return undefined;
  const squashed = scores.before !== undefined && scores.before !== 'Tanh';
  if (squashed || scores.probabilities === true || model.metadata.has(trainingKey)) return 'model';
  return scores.logits === 'denied' ? undefined : scores.logits;
}

/** Whether the model's probabilities are known: they are its own, or its user says that its scores are logits. */
export function givesProbabilities(classifier: Pick<Classifier, 'scores' | 'model'>): boolean {
  const source = probabilitySource(classifier);
  return source === 'model' || source === 'said';
}

/**
 * The probability that an image has of a class if the scores are logits, where that is assumed; undefined where probabilities are
 * known (see `givesProbabilities`), where there are none, and where the scores look like probabilities already.
 */
export function probabilityIfLogits(
  classifier: Pick<Classifier, 'scores' | 'model'>,
  { scores, probabilities }: Prediction,
  index: number,
): number | undefined {
  if (probabilitySource(classifier) !== 'assumed' || areShares(scores)) return undefined;
  return probabilities[index] ?? Number.NaN;
}

/** Numbers from 0 to 1 that add up to 1, but for float32's rounding: no logits. */
function areShares(scores: readonly number[]): boolean {
  const sum = scores.reduce((total, score) => total + score, 0);
  return scores.every((score) => score >= 0 && score <= 1) && Math.abs(sum - 1) < 1e-4;
}

/** The name people know a class by. */
export function className(classifier: Pick<Classifier, 'input'>, index: number): string {
  return classifier.input.classes?.[index] ?? String(index);
}

/**
 * Checks that a tensor is a batch of this model's input: [n, ...] float32 without NaN or infinite numbers.
 * @throws InvalidInputError
 */
export function checkImages(
  classifier: Pick<Classifier, 'input'>,
  images: Tensor,
): asserts images is Tensor<'float32'> {
  checkShape(classifier, images);
  const bad = firstNonFinite(images.data);
  if (bad !== undefined) {
    throw new InvalidInputError(
      `Element ${bad} of the input is ${images.data[bad]}: an explanation needs finite numbers.`,
    );
  }
}

/** A plain loop: `findIndex` takes a sixth of what a forward pass of SqueezeNet takes. */
function firstNonFinite(values: Float32Array): number | undefined {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return i;
  return undefined;
}

/**
 * Checks that a tensor is a batch of this model's input, whatever its numbers.
 * @throws InvalidInputError
 */
export function checkShape({ input }: Pick<Classifier, 'input'>, images: Tensor): asserts images is Tensor<'float32'> {
  const dims = imageDims(input);
  if (!isTensor(images)) {
    throw new InvalidInputError(`The input is no tensor: the model takes float32[n, ${dims}] (${input.layout}).`);
  }
  const matches = images.dims.length === 4 && dims.every((dim, i) => images.dims[i + 1] === dim);
  if (images.type !== 'float32' || !matches) {
    const own = input.numbers && input.inFile ? `[n, ${input.inFile}], as [n, ${dims}]` : `[n, ${dims}]`;
    throw new InvalidInputError(
      `The input is ${images.type}[${images.dims}], but the model takes float32${own} (${input.layout}).`,
    );
  }
  if (images.dims[0] === 0) throw new InvalidInputError('There are no images in the input: give one or more.');
  if (!ArrayBuffer.isView(images.data) || images.data.length !== sizeOf(images.dims)) {
    throw new InvalidInputError(
      `The input's data does not fit its shape [${images.dims}]: it has ${images.data.length} elements.`,
    );
  }
}

/** What comes from a program without types may be anything. */
function isTensor(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { dims, data } = value as Partial<Tensor>;
  return Array.isArray(dims) && data !== undefined && data !== null;
}

/** Images for one run: about 256 MB of intermediate values, at most 128 images. */
export function chooseBatchSize(facts: Facts, probedRows: number): number {
  let elements = 0;
  for (const { type, dims, constant } of facts.values()) if (type === 'float32' && !constant) elements += sizeOf(dims);
  const bytesPerImage = (elements * 4) / probedRows;
  return Math.max(1, Math.min(128, Math.floor(256e6 / bytesPerImage)));
}
