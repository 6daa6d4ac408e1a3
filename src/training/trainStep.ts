import { findScores } from '../model/findScores.ts';
import { findImageInput, withConstantInitializers } from '../model/imageInput.ts';
import { showDims } from '../model/inputDescription.ts';
import { findOutput } from '../model/modelOutputs.ts';
import type { Facts } from '../onnx/facts.ts';
import type { Graph, Model, ValueInfo } from '../onnx/graph.ts';
import { GraphBuilder } from '../onnx/graphBuilder.ts';
import { prune } from '../onnx/prune.ts';
import { sizeOf, type Tensor, zeros } from '../onnx/tensor.ts';
import { workingOpset } from '../onnx/upgrade/upgradeModel.ts';
import { probe } from '../runtime/probe.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { addGradients } from '../transforms/gradient/gradient.ts';
import { addLoss, input } from './addLoss.ts';
import { TrainableWeightsError, TrainingDataError, TrainingSettingsError } from './errors.ts';
import { type Loss, softmaxCrossEntropy } from './losses.ts';
import { matrixConvolutions } from './matrixConvolutions.ts';
import type { Optimizer } from './optimizers.ts';
import { floatInitializers, type NamedWeight, withWeightsAsInputs, withWeightsFixed } from './trainableWeights.ts';

/*
 * One step of training as one ONNX graph:
 * images, labels, weights, what the optimiser remembers, its scalars, masks -> new weights, new memory, loss.
 */

export interface TrainStep {
  readonly model: Model;
  /** Graph input [N, ...]. */
  readonly images: string;
  /** Graph input: see `Loss.labels`. */
  readonly labels: string;
  /** Numbers that the trained value has of an image: for a classifier its classes. */
  readonly classes: number;
  /** The shape of an image's targets, where they are what is learned. */
  readonly targetDims?: readonly number[];
  readonly weights: readonly WeightSlot[];
  readonly memory: readonly MemorySlot[];
  /** Graph inputs, float32 scalars, by the optimiser's names for them. */
  readonly scalars: Readonly<Record<string, string>>;
  /** Graph output: a float32 scalar. */
  readonly loss: string;
}

/** A weight is a graph input under the name its initializer had. */
interface WeightSlot {
  readonly name: string;
  readonly initial: Tensor<'float32'>;
  /** Graph output: the weight after the step. */
  readonly updated: string;
  /** Graph input: float32 of the weight's shape, 1 for what may change and 0 for what is held at zero. */
  readonly mask?: string;
}

/** Something the optimiser remembers of a weight, in the weight's shape; zeros before the first step. */
export interface MemorySlot {
  /** For records: `conv1.weight.velocity`. */
  readonly name: string;
  readonly dims: readonly number[];
  readonly input: string;
  /** Graph output. */
  readonly updated: string;
}

export interface TrainStepOptions {
  readonly optimizer: Optimizer;
  /** The shape of one image as the model takes it, such as [1, 28, 28]. */
  readonly imageDims: readonly number[];
  /** Default: softmax cross-entropy of class numbers. */
  readonly loss?: Loss;
  /** The value of the graph that the loss is of. By default the class scores: before the softmax of the model's output. */
  readonly output?: string;
  /** Which of the float32 initializers (scalars apart) are trained if a gradient reaches them; by default all. */
  readonly trainable?: (name: string) => boolean;
  /** Weights that get a mask input. */
  readonly masked?: readonly string[];
}

/**
 * Builds the step for any ONNX classifier with one image input, and scores (or their softmax) as its first output.
 * Normalisation and dropout behave as in inference: running means stay as they are.
 * @throws TrainableWeightsError, TrainingDataError where the model cannot be trained.
 * @throws UnsupportedOperatorsError for operators between weights and scores that have no gradient.
 */
export async function makeTrainStep(runtime: Runtime, model: Model, options: TrainStepOptions): Promise<TrainStep> {
  const { optimizer, masked = [] } = options;
  const { builder, weights, ...backward } = await lossAndGradients(runtime, model, options);
  checkWeights(weights, masked, model);
  const scalarNames = Object.keys(optimizer.scalars(1, 0));
  const scalars = Object.fromEntries(scalarNames.map((name) => [name, input(builder, name, 'float32', [])]));
  const updates = weights.map(({ name, initial, gradient }) => {
    const { dims } = initial;
    const inputs = Object.fromEntries(
      optimizer.remembers.map((what) => [what, input(builder, `${name}.${what}`, 'float32', dims)]),
    );
    const after = optimizer.update(builder, {
      weight: name,
      gradient,
      memory: (what) => named(inputs, what, optimizer),
      scalar: (what) => named(scalars, what, optimizer),
    });
    const mask = masked.includes(name) ? input(builder, `${name}.mask`, 'float32', dims) : undefined;
    const updated = mask === undefined ? after.weight : builder.ops.Mul(after.weight, mask);
    const weight: WeightSlot = { name, initial, updated, mask };
    const memory = Object.entries(inputs).map(
      ([what, input]): MemorySlot => ({
        name: `${name}.${what}`,
        dims,
        input,
        updated: named(after.memory, what, optimizer),
      }),
    );
    return { weight, memory };
  });
  const slots = { weights: updates.map(({ weight }) => weight), memory: updates.flatMap(({ memory }) => memory) };
  const outputs: ValueInfo[] = [
    { name: backward.loss, type: 'float32', dims: [] },
    ...slots.weights.map(({ updated, initial }) => ({ name: updated, type: 'float32' as const, dims: initial.dims })),
    ...slots.memory.map(({ updated, dims }) => ({ name: updated, type: 'float32' as const, dims })),
  ];
  const graph = prune(withWeightsFixed(builder.build(), backward.frozen), outputs);
  const { images, labels, classes, targetDims, loss } = backward;
  return { model: { ...model, graph }, images, labels, classes, targetDims, ...slots, scalars, loss };
}

interface Backward {
  readonly builder: GraphBuilder;
  readonly images: string;
  readonly labels: string;
  readonly classes: number;
  readonly targetDims?: readonly number[];
  readonly loss: string;
  readonly weights: readonly WeightGradient[];
  /** Initializers that no gradient reaches. */
  readonly frozen: readonly NamedWeight[];
}

interface WeightGradient {
  readonly name: string;
  readonly initial: Tensor<'float32'>;
  readonly gradient: string;
}

/** Forward and backward pass; the weights are inputs, so that no rule builds on their values. */
async function lossAndGradients(runtime: Runtime, model: Model, options: TrainStepOptions): Promise<Backward> {
  const { loss = softmaxCrossEntropy(), trainable = () => true } = options;
  if (model.opset < workingOpset) {
    throw new TrainingDataError(
      `The model is of opset ${model.opset}, and training needs ${workingOpset} or later. Load it as a classifier, which upgrades it.`,
    );
  }
  const { graph } = withConstantInitializers(model);
  const images = imageInput(graph, options.imageDims);
  const candidates = floatInitializers(graph).filter(([name]) => trainable(name));
  const open = withWeightsAsInputs(graph, candidates);
  const feeds = { [images]: zeros('float32', [2, ...options.imageDims]), ...Object.fromEntries(candidates) };
  const first = await probe(runtime, { ...model, graph: open }, feeds);
  const output = options.output ?? rowOfScores(graph, first.facts);
  const prepared = prepare(open, first.facts, output);
  const { facts } = await probe(runtime, { ...model, graph: prepared }, feeds);
  const [batch = 0, ...row] = facts.get(output)?.dims ?? [];
  const builder = new GraphBuilder(prepared, 'train');
  const made = addLoss(builder, loss, output, [batch, ...row]);
  const wrt = candidates.map(([name]) => name);
  const gradients = addGradients(builder, { facts, seeds: new Map([[output, made.gradient]]), wrt });
  const reached = candidates.flatMap(([name, initial]) => {
    const gradient = gradients.get(name);
    return gradient === undefined ? [] : [{ name, initial, gradient }];
  });
  const frozen = candidates.filter(([name]) => !reached.some((weight) => weight.name === name));
  const { labels, targetDims } = made;
  return { builder, images, labels, classes: sizeOf(row), targetDims, loss: made.loss, weights: reached, frozen };
}

/** The model's scores by class: before its softmax, where they are a value of the graph; else its output. */
function rowOfScores(graph: Graph, facts: Facts): string {
  const output = findOutput(graph, undefined);
  const { scores, graph: withScores } = findScores(graph, output, facts);
  const width = sizeOf(facts.get(output)?.dims.slice(1) ?? []);
  return withScores === graph && scores.width === width ? scores.name : output;
}

/** The forward pass in the form that trains fastest. */
function prepare(graph: Graph, facts: Facts, scores: string): Graph {
  const inputs = graph.inputs.map(({ name }) => name);
  return prune(matrixConvolutions(graph, facts), [{ name: scores }], inputs);
}

/** @throws TrainingDataError where the input is not for batches of such images. */
function imageInput(graph: Graph, imageDims: readonly number[]): string {
  const image = findImageInput(graph);
  const [batch, ...dims] = image.dims ?? [];
  const where = `The model's input "${image.name}" is [${showDims(image.dims ?? [])}]`;
  if (typeof batch === 'number') {
    throw new TrainingDataError(
      `${where}: its batch is fixed at ${batch}. Load the model as a classifier, which frees the batch, or export it with a dynamic batch dimension.`,
    );
  }
  if (dims.some((dim, i) => typeof dim === 'number' && dim !== imageDims[i])) {
    throw new TrainingDataError(
      `${where}, which does not take images of [${imageDims}]. Resize the images, or choose another model.`,
    );
  }
  return image.name;
}

function checkWeights(weights: readonly WeightGradient[], masked: readonly string[], model: Model): void {
  const names = weights.map(({ name }) => name);
  if (names.length === 0) {
    const found = floatInitializers(model.graph).map(([name]) => name);
    throw new TrainableWeightsError(
      `The model has no weights to train: its scores depend on none of its float32 initializers${found.length === 0 ? ' (it has none)' : ` that were chosen (it has ${found.join(', ')})`}.`,
    );
  }
  const unknown = masked.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new TrainableWeightsError(
      `There is no weight to mask named ${unknown.join(', ')}. The trained weights are ${names.join(', ')}.`,
    );
  }
}

/** A value of the optimiser's by the name it has there. @throws TrainingSettingsError where the optimiser has no such name */
function named(values: Readonly<Record<string, string>>, what: string, { name }: Optimizer): string {
  const value = values[what];
  if (value !== undefined) return value;
  throw new TrainingSettingsError(
    `The optimiser ${name} has no "${what}": it is to be in its \`remembers\` or \`scalars\`.`,
  );
}
