import type { LabelledImages } from '../datasets/labelledImages.ts';
import { random } from '../random/random.ts';
import { type Checkpoint, checkPosition, checkStates, type EpochRecord } from './checkpoint.ts';
import { TrainingDataError, TrainingSettingsError } from './errors.ts';
import { constant, type Schedule } from './schedules.ts';
import type { Masks, Trainer } from './trainer.ts';
import { checkSameTraining, trainingIdentity } from './trainingIdentity.ts';
import { checkEveryClass, type ImagesToLearn, type TrainingImages, trainingImages } from './trainingImages.ts';

export interface TrainOptions {
  /** With targets where the trainer's loss is one of targets. */
  readonly images: ImagesToLearn;
  /** Held out: the accuracy on them is measured after each epoch, and the weights that did best are kept. */
  readonly validation?: LabelledImages;
  /** How long to train in all, updates before a checkpoint included. */
  readonly length: { readonly updates: number } | { readonly epochs: number };
  /** One rate, or a schedule over the updates. */
  readonly learningRate: number | Schedule;
  /** Default 100. An epoch's last batch has what is left. */
  readonly batchSize?: number;
  /** Of the order of the images. Default 0. */
  readonly seed?: number;
  /** Stop after so many epochs without a better validation accuracy. By default never. */
  readonly patience?: number;
  readonly masks?: Masks;
  /** Called after every update. */
  readonly onProgress?: (progress: Progress) => void;
  /** When it is aborted, training stops after the running update and gives what it has. */
  readonly signal?: AbortSignal;
  /** Go on from here. */
  readonly checkpoint?: Checkpoint;
  /** Also while it trains: where it stands, to be kept in case the process ends. The result does not depend on it. */
  readonly keep?: CheckpointKeeping;
}

export interface CheckpointKeeping {
  /** Seconds of wall clock from one to the next. */
  readonly everySeconds: number;
  readonly save: (checkpoint: Checkpoint) => Promise<void>;
}

export interface Progress {
  /** Updates made, of `updates`. */
  readonly step: number;
  readonly updates: number;
  /** The current epoch, counted from 1. */
  readonly epoch: number;
  /** The loss of the last batch. */
  readonly loss: number;
  readonly learningRate: number;
  /** Finished epochs. */
  readonly history: readonly EpochRecord[];
}

/** A training's options, checked and with their defaults. */
export interface TrainingPlan {
  readonly data: TrainingImages;
  readonly validation: TrainingImages | undefined;
  readonly updates: number;
  readonly batchSize: number;
  /** Batches in an epoch. */
  readonly perEpoch: number;
  readonly rateAt: Schedule;
  readonly patience: number;
  readonly start: Checkpoint;
}

/** @throws TrainingDataError, TrainingSettingsError, CheckpointError */
export function planTraining(trainer: Trainer, options: TrainOptions): TrainingPlan {
  const { length, batchSize = 100, seed = 0, patience = Number.POSITIVE_INFINITY, learningRate } = options;
  checkWhole('batchSize', batchSize, 1);
  if (patience !== Number.POSITIVE_INFINITY) checkWhole('patience', patience, 1);
  if (patience !== Number.POSITIVE_INFINITY && !options.validation) {
    throw new TrainingSettingsError(
      'Early stopping (patience) needs validation images. Hold some out, or train without it.',
    );
  }
  if (!Number.isInteger(seed)) throw new TrainingSettingsError(`seed is ${seed}: it must be a whole number.`);
  if ('epochs' in length) checkWhole('epochs', length.epochs, 1);
  else checkWhole('updates', length.updates, 1);
  const rateAt = typeof learningRate === 'number' ? constant(learningRate) : learningRate;
  if (!(rateAt(0) >= 0 && Number.isFinite(rateAt(0)))) {
    throw new TrainingSettingsError(`The learning rate is ${rateAt(0)}: it must be a number of 0 or more.`);
  }
  const { input, step } = trainer;
  checkTargets(options, step.targetDims);
  const data = trainingImages(options.images, input, step.classes);
  if (!data.targets) checkEveryClass(data);
  const validation = options.validation && trainingImages(options.validation, input, step.classes);
  const perEpoch = Math.ceil(data.count / batchSize);
  const { images } = options;
  const identity = trainingIdentity(trainer, { images, validation: options.validation, batchSize, seed, rateAt });
  if (options.checkpoint) {
    checkSameTraining(options.checkpoint.identity, options.checkpoint.state.step, identity);
    checkStates(options.checkpoint, trainer.initial);
    checkPosition(options.checkpoint, perEpoch);
  }
  const fresh: Checkpoint = {
    state: trainer.initial,
    identity,
    random: random(seed).position(),
    batches: 0,
    lossSum: 0,
    history: [],
  };
  return {
    data,
    validation,
    updates: 'epochs' in length ? length.epochs * perEpoch : length.updates,
    batchSize,
    perEpoch,
    rateAt,
    patience,
    start: options.checkpoint ?? fresh,
  };
}

/** @throws TrainingDataError, TrainingSettingsError where images and loss do not go together */
function checkTargets({ images, validation }: TrainOptions, wanted: readonly number[] | undefined): void {
  const found = images.targets?.dims;
  if (found?.join() !== wanted?.join()) {
    const described = (dims: readonly number[] | undefined) => (dims ? `targets of [${dims}]` : 'class numbers');
    throw new TrainingDataError(
      `${images.name}: the images have ${described(found)}, but the loss takes ${described(wanted)}. Give images with what the loss compares.`,
    );
  }
  if (wanted && validation) {
    throw new TrainingSettingsError(
      'Validation counts right classes, and here targets are learned. Train without validation images, to a length that was chosen before.',
    );
  }
}

function checkWhole(name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new TrainingSettingsError(`${name} is ${value}: it must be a whole number of at least ${least}.`);
}
