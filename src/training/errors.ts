import { KonkyoError } from '../konkyoError.ts';

/** The data set and the model do not fit together: image size, channels, classes or batch. */
export class TrainingDataError extends KonkyoError {
  readonly tag = 'training-data';
}

/** Nothing in the model can be trained, or something that was asked for is not there. */
export class TrainableWeightsError extends KonkyoError {
  readonly tag = 'trainable-weights';
}

/** Settings that make no sense: a batch of no images, a negative learning rate. */
export class TrainingSettingsError extends KonkyoError {
  readonly tag = 'training-settings';
}

/** The loss left the range of numbers. */
export class NonFiniteLossError extends KonkyoError {
  readonly tag = 'non-finite-loss';
  /** Counted from 1. */
  readonly step: number;
  readonly learningRate: number;
  constructor(step: number, learningRate: number, loss: number) {
    super(
      `The loss became ${loss} at step ${step}, with a learning rate of ${learningRate}. Use a smaller learning rate, or a warm-up.`,
    );
    this.step = step;
    this.learningRate = learningRate;
  }
}

/** A checkpoint of another model, data set or other settings. */
export class CheckpointError extends KonkyoError {
  readonly tag = 'checkpoint';
}
