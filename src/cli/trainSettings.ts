import { adam, type Optimizer, sgd } from '../training/optimizers.ts';
import type { TrainOptions } from '../training/plan.ts';
import { cosine, type Schedule } from '../training/schedules.ts';
import { positiveFlag, UsageError, wholeFlag } from './flags.ts';

/** The flags of `konkyo train` that say how to train. */
export interface TrainFlags {
  readonly updates?: string;
  readonly epochs?: string;
  readonly rate?: string;
  readonly batch?: string;
  readonly seed: string;
  readonly optimizer?: string;
  readonly momentum?: string;
  readonly weightDecay?: string;
  readonly patience?: string;
}

/** How a network is trained where flags do not say otherwise. */
export interface TrainDefaults {
  readonly optimizer: Optimizer;
  readonly learningRate: Schedule;
  /** Updates that the schedule is made for; for other lengths it is stretched. */
  readonly span: number;
  readonly length: TrainOptions['length'];
  readonly batchSize: number;
  readonly validation: boolean;
}

/** For a model that is trained already: a small rate that falls to nothing, and the best epoch is kept. */
export const fineTuning: TrainDefaults = {
  optimizer: adam(),
  learningRate: cosine(0.001, 1),
  span: 1,
  length: { epochs: 5 },
  batchSize: 32,
  validation: true,
};

export interface TrainSettings {
  readonly optimizer: Optimizer;
  readonly length: TrainOptions['length'];
  readonly batchSize: number;
  readonly seed: number;
  readonly patience?: number;
  readonly validation: boolean;
  /** Once the number of updates is known. */
  readonly learningRate: (updates: number) => Schedule;
}

/** @throws UsageError */
export function trainSettings(flags: TrainFlags, defaults: TrainDefaults): TrainSettings {
  const { rate, batch, seed, patience } = flags;
  const constantRate = rate === undefined ? undefined : positiveFlag('rate', rate);
  return {
    optimizer: optimizerOf(flags, defaults.optimizer),
    length: lengthOf(flags, defaults.length),
    batchSize: batch === undefined ? defaults.batchSize : wholeFlag('batch', batch, 1),
    seed: wholeFlag('seed', seed, 0),
    patience: patience === undefined ? undefined : wholeFlag('patience', patience, 1),
    validation: defaults.validation || patience !== undefined,
    learningRate: (updates) =>
      constantRate === undefined
        ? (step) => defaults.learningRate((step * defaults.span) / updates)
        : () => constantRate,
  };
}

/** How many updates that is with so many images. */
export function updatesOf({ length, batchSize }: Pick<TrainSettings, 'length' | 'batchSize'>, images: number): number {
  return 'updates' in length ? length.updates : length.epochs * Math.ceil(images / batchSize);
}

function optimizerOf(flags: TrainFlags, usual: Optimizer): Optimizer {
  const { optimizer: asked, momentum, weightDecay, rate } = flags;
  if (asked === undefined && momentum === undefined && weightDecay === undefined) return usual;
  const name = asked ?? usual.name;
  if (name !== 'sgd' && name !== 'adam') throw new UsageError(`--optimizer is sgd or adam, not "${name}".`);
  if (name !== usual.name && rate === undefined) {
    throw new UsageError(`The usual learning rate is for ${usual.name}: with --optimizer ${name} give --rate too.`);
  }
  const decay = weightDecay === undefined ? 0 : fraction('weight-decay', weightDecay);
  if (name === 'sgd') {
    return sgd({ momentum: momentum === undefined ? 0 : fraction('momentum', momentum), weightDecay: decay });
  }
  if (momentum !== undefined) throw new UsageError('--momentum is for --optimizer sgd; adam has its own.');
  return adam({ weightDecay: decay });
}

function lengthOf({ updates, epochs }: TrainFlags, fallback: TrainOptions['length']): TrainOptions['length'] {
  if (updates !== undefined && epochs !== undefined) throw new UsageError('Give --updates or --epochs, not both.');
  if (updates !== undefined) return { updates: wholeFlag('updates', updates, 1) };
  return epochs === undefined ? fallback : { epochs: wholeFlag('epochs', epochs, 1) };
}

function fraction(flag: string, text: string): number {
  const value = Number(text);
  if (value >= 0 && value < 1 && text.trim() !== '') return value;
  throw new UsageError(`--${flag} takes a number from 0 to below 1, not "${text}".`);
}
