import { findImageInput, withConstantInitializers } from '../model/imageInput.ts';
import { describeInput, type InputDescription, type InputSettings, imageDims } from '../model/inputDescription.ts';
import type { Model } from '../onnx/graph.ts';
import { scalar, type Tensor, zeros } from '../onnx/tensor.ts';
import { program } from '../runtime/program.ts';
import { floatOutputOf, type Runtime, type Values } from '../runtime/runtime.ts';
import { makeTrainStep, type TrainStep, type TrainStepOptions } from './trainStep.ts';

type FloatTensors = Readonly<Record<string, Tensor<'float32'>>>;

/** Everything that changes from step to step. */
export interface TrainingState {
  /** Updates made. */
  readonly step: number;
  /** By the names their initializers have in the model. */
  readonly weights: FloatTensors;
  /** What the optimiser remembers: `conv1.weight.velocity`. */
  readonly memory: FloatTensors;
}

export interface Batch {
  /** [N, ...] */
  readonly images: Tensor<'float32'>;
  /** As the loss takes them: [N] int64, or [N, K] float32. */
  readonly labels: Tensor;
}

/** A mask for each masked weight, in its shape: 1 where it may change, 0 where it is held at zero. */
export type Masks = FloatTensors;

/** Makes updates to a model's weights, one step at a time. */
export interface Trainer {
  readonly runtime: Runtime;
  readonly model: Model;
  readonly input: InputDescription;
  readonly step: TrainStep;
  readonly options: TrainerOptions;
  /** Before the first step: the weights of the model. */
  readonly initial: TrainingState;
  /**
   * One step. The state given stays as it is.
   * @param masks may change from step to step; a masked weight without one is not held.
   * @returns the state after it, and the batch's mean loss before it.
   */
  update(state: TrainingState, batch: Batch, learningRate: number, masks?: Masks): Promise<Updated>;
  /** The model with the weights of a state, as its initializers. */
  modelOf(state: TrainingState): Model;
  release(): Promise<void>;
}

export interface Updated {
  readonly state: TrainingState;
  readonly loss: number;
}

export interface TrainerOptions extends Omit<TrainStepOptions, 'imageDims'> {
  /** How pixels become input where the model does not say; by default pixel / 255. */
  readonly input?: InputSettings;
}

/**
 * Compiles the training step of a model: one of the architectures, or any ONNX classifier.
 * @throws UnsuitableModelError, TrainingDataError, TrainableWeightsError, UnsupportedOperatorsError
 */
export async function makeTrainer(runtime: Runtime, model: Model, options: TrainerOptions): Promise<Trainer> {
  const image = findImageInput(withConstantInitializers(model).graph);
  const input = describeInput(image, options.input ?? {});
  const step = await makeTrainStep(runtime, model, { ...options, imageDims: imageDims(input) });
  const { run, release } = await program(runtime, step.model);
  const unmasked = Object.fromEntries(
    step.weights.flatMap(({ name, mask, initial }) => (mask === undefined ? [] : [[name, ones(initial.dims)]])),
  );
  return {
    runtime,
    model,
    input,
    step,
    options,
    initial: {
      step: 0,
      weights: Object.fromEntries(step.weights.map(({ name, initial }) => [name, initial])),
      memory: Object.fromEntries(step.memory.map(({ name, dims }) => [name, zeros('float32', dims)])),
    },
    async update(state, batch, learningRate, masks = {}) {
      const scalars = options.optimizer.scalars(state.step + 1, learningRate);
      const values = await run(feedsOf(step, state, batch, scalars, { ...unmasked, ...masks }));
      const named = (slots: readonly { readonly name: string; readonly updated: string }[]) =>
        Object.fromEntries(slots.map(({ name, updated }) => [name, floatOutputOf(values, updated)]));
      return {
        state: { step: state.step + 1, weights: named(step.weights), memory: named(step.memory) },
        loss: floatOutputOf(values, step.loss).data[0] ?? Number.NaN,
      };
    },
    modelOf: ({ weights }) => withWeights(model, weights),
    release,
  };
}

function feedsOf(
  step: TrainStep,
  state: TrainingState,
  batch: Batch,
  scalars: Readonly<Record<string, number>>,
  masks: Masks,
): Values {
  const feeds = new Map<string, Tensor>([
    [step.images, batch.images],
    [step.labels, batch.labels],
  ]);
  const set = (input: string, all: FloatTensors, name: string) => {
    const value = ownValue(all, name);
    if (value) feeds.set(input, value);
  };
  for (const [name, input] of Object.entries(step.scalars)) feeds.set(input, scalar(scalars[name] ?? 0));
  for (const { name, input } of step.memory) set(input, state.memory, name);
  for (const { name, mask } of step.weights) {
    set(name, state.weights, name);
    if (mask !== undefined) set(mask, masks, name);
  }
  return Object.fromEntries(feeds);
}

/** Names are a model's own: "constructor" is one like others. */
function ownValue(all: FloatTensors, name: string): Tensor<'float32'> | undefined {
  return Object.hasOwn(all, name) ? all[name] : undefined;
}

function withWeights(model: Model, weights: FloatTensors): Model {
  const initializers = new Map(
    [...model.graph.initializers].map(([name, old]) => [name, ownValue(weights, name) ?? old]),
  );
  return { ...model, graph: { ...model.graph, initializers } };
}

function ones(dims: readonly number[]): Tensor<'float32'> {
  const mask = zeros('float32', dims);
  mask.data.fill(1);
  return mask;
}
