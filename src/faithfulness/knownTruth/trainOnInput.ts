import type { Model } from '../../onnx/graph.ts';
import { random, shuffledIndices } from '../../random/random.ts';
import { scoped } from '../../runtime/release.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { accuracyOf } from '../../training/accuracy.ts';
import { batchMaker } from '../../training/batches.ts';
import { NonFiniteLossError } from '../../training/errors.ts';
import { adam } from '../../training/optimizers.ts';
import { cosine } from '../../training/schedules.ts';
import { makeTrainer, type TrainingState } from '../../training/trainer.ts';
import type { TrainingImages } from '../../training/trainingImages.ts';

/** How a network is trained. The learning rate falls along half a cosine wave to 0 at the last epoch. */
export interface Recipe {
  readonly learningRate: number;
  readonly epochs: number;
  readonly batchSize: number;
  /** Stop after so many epochs without a better validation accuracy. */
  readonly patience: number;
  /** Decoupled, see `adam`. */
  readonly weightDecay?: number;
}

export interface InputTraining extends Recipe {
  readonly training: TrainingImages;
  readonly validation: TrainingImages;
  /** Of the order of the images. */
  readonly seed: number;
  readonly signal?: AbortSignal;
  /** After each epoch, counted from 1. */
  readonly onEpoch?: (epoch: number) => void;
}

export interface TrainedOnInput {
  readonly model: Model;
  /** On the validation images. */
  readonly accuracy: number;
}

/**
 * Trains by Adam on model input, where `trainModel` takes pictures of bytes: tetrominoes have signs, and in the smooth
 * backgrounds their strength is that of one byte.
 * @returns the model with the weights that did best on the validation images.
 * @throws TrainingDataError, NonFiniteLossError; the signal's reason, once it is aborted
 */
export async function trainOnInput(runtime: Runtime, model: Model, options: InputTraining): Promise<TrainedOnInput> {
  const { training, validation, learningRate, epochs, batchSize, patience, weightDecay, seed, signal, onEpoch } =
    options;
  return scoped(async (keep) => {
    const trainer = await keep(makeTrainer(runtime, model, { optimizer: adam({ weightDecay }) }));
    const perEpoch = Math.ceil(training.count / batchSize);
    const rateAt = cosine(learningRate, epochs * perEpoch);
    const makeBatch = batchMaker(training, batchSize);
    const source = random(seed);
    let state = trainer.initial;
    let best: { readonly accuracy: number; readonly epoch: number; readonly state: TrainingState } | undefined;
    for (let epoch = 1; epoch <= epochs && epoch - (best?.epoch ?? 0) <= patience; epoch++) {
      const order = shuffledIndices(training.count, source);
      for (let batch = 0; batch < perEpoch; batch++) {
        signal?.throwIfAborted();
        const images = makeBatch(order.subarray(batch * batchSize, (batch + 1) * batchSize));
        const updated = await trainer.update(state, images, rateAt(state.step));
        if (!Number.isFinite(updated.loss)) throw new NonFiniteLossError(state.step, rateAt(state.step), updated.loss);
        state = updated.state;
      }
      const accuracy = await accuracyOf(runtime, trainer.modelOf(state), validation);
      if (accuracy > (best?.accuracy ?? 0)) best = { accuracy, epoch, state };
      onEpoch?.(epoch);
    }
    return { model: trainer.modelOf(best?.state ?? state), accuracy: best?.accuracy ?? 0 };
  });
}
