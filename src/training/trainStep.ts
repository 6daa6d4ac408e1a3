import { isFloat } from '../onnx/elementType.ts';
import type { Graph, Model, ValueInfo } from '../onnx/graph.ts';
import { GraphBuilder } from '../onnx/graphBuilder.ts';
import { prune } from '../onnx/prune.ts';
import { isTensorOf, type Tensor, zeros } from '../onnx/tensor.ts';
import { probe } from '../runtime/probe.ts';
import type { Runtime, Values } from '../runtime/runtime.ts';
import { addGradients } from '../transforms/gradient/gradient.ts';
import { TrainableWeightsError, TrainingDataError } from './errors.ts';
import { type Loss, softmaxCrossEntropy } from './losses.ts';
import type { Optimizer } from './optimizers.ts';

/*
 * One step of training as one ONNX graph:
 * images, labels, weights, what the optimiser remembers, its scalars, masks -> new weights, new memory, loss.
 */

export interface TrainStep {
  readonly model: Model;
  readonly images: ImagesInput;
  readonly labels: string;
  readonly classes: number;
  readonly weights: readonly WeightSlot[];
  readonly memory: readonly MemorySlot[];
  /** Graph inputs for the optimiser's scalars, by their names. */
  readonly scalars: Readonly<Record<string, string>>;
  /** Output: the loss, a float32 scalar. */
  readonly loss: string;
}

export interface ImagesInput {
  readonly name: string;
  /** Without the batch: [C, H, W] for most. */
  readonly dims: readonly number[];
}

/** A weight is a graph input under the name its initializer had. */
export interface WeightSlot {
  readonly name: string;
  readonly initial: Tensor<'float32'>;
  /** Output: the weight after the step. */
  readonly updated: string;
  /** Input: float32 of the weight's shape, 1 for what may change and 0 for what is held at zero. */
  readonly mask?: string;
}

/** Something the optimiser remembers of a weight, in the weight's shape; at first zeros. */
export interface MemorySlot {
  readonly name: string;
  readonly dims: readonly number[];
  readonly updated: string;
}

export interface TrainStepOptions {
  readonly optimizer: Optimizer;
  /** Default: softmax cross-entropy of class numbers. */
  readonly loss?: Loss;
  /** Which of the initializers that a gradient reaches are trained; by default all. */
  readonly trainable?: (name: string) => boolean;
  /** Weights that get a mask input. */
  readonly masked?: readonly string[];
}

/**
 * Builds the step for any ONNX classifier with one input and scores (or their softmax) as its first output.
 * Normalisation and dropout behave as in inference: running means stay as they are.
 * @throws TrainableWeightsError, TrainingDataError where the model cannot be trained.
 * @throws UnsupportedOperatorsError for operators between weights and scores that have no gradient.
 */
export async function makeTrainStep(runtime: Runtime, model: Model, options: TrainStepOptions): Promise<TrainStep> {
  const { optimizer, loss = softmaxCrossEntropy(), masked = [] } = options;
  const candidates = floatInitializers(model.graph).filter(([name]) => options.trainable?.(name) ?? true);
  const images = imagesInput(model.graph);
  const open = withWeightsAsInputs(model.graph, candidates);
  const output = scoresOf(open);
  const exposed = { ...open, outputs: [{ name: output, type: undefined, dims: undefined }] };
  const feeds: Values = { [images.name]: zeros('float32', [2, ...images.dims]), ...Object.fromEntries(candidates) };
  const { facts } = await probe(runtime, { ...model, graph: exposed }, feeds);

  const builder = new GraphBuilder(open, 'train');
  const { ops } = builder;
  const scoreDims = facts.get(output)?.dims ?? [];
  const classes = scoreDims.slice(1).reduce((product, dim) => product * dim, 1);
  if (scoreDims[0] !== 2 || classes < 2) {
    throw new TrainingDataError(
      `The model's scores "${output}" have shape [${scoreDims}] for two images: a classifier has one row an image, with a score for each of two or more classes.`,
    );
  }
  const scores = scoreDims.length === 2 ? output : builder.add('Flatten', [output]);
  const labels = builder.input(
    'labels',
    loss.labels === 'classes' ? 'int64' : 'float32',
    loss.labels === 'classes' ? ['N'] : ['N', classes],
  );
  const made = loss.add(builder, { scores, labels, classes });
  const seed = scores === output ? made.gradient : ops.Reshape(made.gradient, builder.add('Shape', [output]));
  const gradients = addGradients(builder, {
    facts,
    seeds: new Map([[output, seed]]),
    wrt: candidates.map(([name]) => name),
  });
  const unreached = zerosFor(builder);
  const trained = candidates.filter(([name]) => !unreached.has(gradients.get(name) ?? ''));
  checkTrained(model, trained, masked);

  const scalarInput = (name: string) => builder.input(`optimizer.${name}`, 'float32', []);
  const scalars = Object.fromEntries(Object.keys(optimizer.scalars(1, 0)).map((name) => [name, scalarInput(name)]));
  const weights: WeightSlot[] = [];
  const memory: MemorySlot[] = [];
  const outputs: ValueInfo[] = [{ name: made.loss, type: 'float32', dims: [] }];
  for (const [name, initial] of trained) {
    const { dims } = initial;
    const slotName = (memoryName: string) => `${name}.${memoryName}`;
    for (const memoryName of optimizer.remembers) builder.input(slotName(memoryName), 'float32', dims);
    const updated = optimizer.update(builder, {
      weight: name,
      gradient: gradients.get(name) ?? '',
      memory: slotName,
      scalar: (scalar) => scalars[scalar] ?? '',
    });
    const mask = masked.includes(name) ? builder.input(`${name}.mask`, 'float32', dims) : undefined;
    const held = mask === undefined ? updated.weight : ops.Mul(updated.weight, mask);
    weights.push({ name, initial, updated: held, ...(mask === undefined ? {} : { mask }) });
    outputs.push({ name: held, type: 'float32', dims });
    for (const memoryName of optimizer.remembers) {
      const after = updated.memory[memoryName] ?? '';
      memory.push({ name: slotName(memoryName), dims, updated: after });
      outputs.push({ name: after, type: 'float32', dims });
    }
  }
  const frozen = candidates.filter((candidate) => !trained.includes(candidate));
  const graph = prune(withInitializers(builder.build(), frozen), outputs);
  return { model: { ...model, graph }, images, labels, classes, weights, memory, scalars, loss: made.loss };
}

type NamedWeight = readonly [name: string, value: Tensor<'float32'>];

function floatInitializers(graph: Graph): NamedWeight[] {
  return [...graph.initializers].flatMap(([name, value]) =>
    value.dims.length > 0 && isTensorOf(value, 'float32') ? [[name, value] as const] : [],
  );
}
