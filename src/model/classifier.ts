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

/**
 * Whether the model's probabilities are known: it has a softmax or sigmoid at its end, or konkyo trained it, which is by
 * softmax. Of other outputs a softmax would be a guess.
 */
export function givesProbabilities({ scores, model }: Pick<Classifier, 'scores' | 'model'>): boolean {
  if (scores.tolerance !== undefined) return false;
  const squashed = scores.before !== undefined && scores.before !== 'Tanh';
  return squashed || scores.probabilities === true || model.metadata.has(trainingKey);
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
