import type { LabelledImages } from '../../datasets/labelledImages.ts';
import type { Classifier } from '../../model/classifier.ts';
import type { InputDescription, InputSettings } from '../../model/inputDescription.ts';
import type { Model } from '../../onnx/graph.ts';
import { scoped } from '../../runtime/release.ts';
import type { ClassLoss } from '../../training/losses.ts';
import { adam, type Optimizer } from '../../training/optimizers.ts';
import { cosine } from '../../training/schedules.ts';
import { makeTrainer } from '../../training/trainer.ts';
import { trainingImages } from '../../training/trainingImages.ts';
import { shiftedBatches } from './shiftedBatches.ts';

export interface RefineSettings {
  readonly updates: number;
  /** Default 0.003, falling to 0 along a cosine. */
  readonly learningRate?: number;
  /** Decoupled, as in AdamW. Default 0.1. */
  readonly weightDecay?: number;
  /** This share of the images, chosen anew each time, is moved by up to one pixel either way. Default 0. */
  readonly shifted?: number;
  readonly seed?: number;
  readonly onStep?: (done: number, total: number) => void;
}

/** What is tuned, on what, and what for. */
interface Tuning {
  /** Of the classifier's graph, with other scores. */
  readonly model: Model;
  readonly trainable: (name: string) => boolean;
  readonly images: LabelledImages;
  /** Default: softmax cross-entropy. */
  readonly loss?: ClassLoss;
  /** Around Adam: what holds weights to a range, say. */
  readonly optimizer?: (adam: Optimizer) => Optimizer;
  /** What the weights are chosen by, on images that are not trained on: the higher the better. */
  readonly score: (model: Model) => Promise<number>;
}

interface Tuned {
  readonly model: Model;
  /** The score before the first step, and the best, which the model has. */
  readonly before: number;
  readonly after: number;
}

/** How often the score is taken. */
const rounds = 12;

/**
 * Trains weights of a model by Adam, its rate falling along a cosine. Against over-fitting, weights decay, images can be moved
 * at random, and the weights with the best score are kept, those before the first step among them.
 */
export async function tuneModel(classifier: Classifier, tuning: Tuning, settings: RefineSettings): Promise<Tuned> {
  const { updates, learningRate = 0.003, weightDecay = 0.1, shifted = 0, seed = 0, onStep } = settings;
  const { model, trainable, images, loss, optimizer = (plain) => plain, score } = tuning;
  return scoped(async (keep) => {
    const trainer = await keep(
      makeTrainer(classifier.runtime, model, {
        optimizer: optimizer(adam({ weightDecay })),
        input: settingsOf(classifier.input),
        trainable,
        loss,
      }),
    );
    const training = trainingImages(images, trainer.input, classifier.classCount);
    const rateAt = cosine(learningRate, updates);
    const nextBatch = shiftedBatches(training, images, shifted, seed);
    const every = Math.ceil(updates / rounds);
    const before = await score(model);
    let state = trainer.initial;
    let best = { state, score: before };
    while (state.step < updates) {
      state = (await trainer.update(state, nextBatch(), rateAt(state.step))).state;
      if (state.step % every !== 0 && state.step !== updates) continue;
      const now = await score(trainer.modelOf(state));
      if (now > best.score) best = { state, score: now };
      onStep?.(state.step, updates);
    }
    return { model: trainer.modelOf(best.state), before, after: best.score };
  });
}

function settingsOf({ layout, height, width, order, scale, mean, std }: InputDescription): InputSettings {
  return { layout, size: [height, width], order, scale, mean: [...mean], std: [...std] };
}
