import { crc32 } from '../datasets/crc32.ts';
import type { LabelledImages } from '../datasets/labelledImages.ts';
import { settingsOf } from '../model/inputDescription.ts';
import { CheckpointError } from './errors.ts';
import type { Schedule } from './schedules.ts';
import type { Trainer } from './trainer.ts';
import type { ImagesToLearn } from './trainingImages.ts';

/**
 * What every update so far depended on. A training may go on where it is the same: the result is then that of a training
 * with today's settings from the beginning. How long it lasts, and its patience, are not part of it.
 */
export interface TrainingIdentity {
  readonly seed: number;
  readonly batchSize: number;
  readonly images: number;
  readonly data: string;
  readonly optimizer: string;
  readonly weights: string;
  /** The rest is not in checkpoints of konkyo 0.1. */
  readonly content?: string;
  readonly validation?: string;
  readonly input?: string;
  readonly start?: string;
  /** What is learned of an image where it is not its class. */
  readonly targets?: string;
  /** The learning rate at {@link ratesAt}. */
  readonly rates?: readonly string[];
}

/** Steps at which the learning rate is compared. */
const ratesAt = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000];

/** What goes into a training, as far as it decides the weights. */
interface TrainingParts {
  readonly images: ImagesToLearn;
  readonly validation: LabelledImages | undefined;
  readonly batchSize: number;
  readonly seed: number;
  readonly rateAt: Schedule;
}

export function trainingIdentity(trainer: Trainer, parts: TrainingParts): TrainingIdentity {
  const { images, validation, batchSize, seed, rateAt } = parts;
  const { name, settings } = trainer.options.optimizer;
  const { weights } = trainer.step;
  const described = Object.entries(settings).map(([setting, value]) => `${setting} ${value}`);
  const { classes: _, ...preprocessing } = settingsOf(trainer.input);
  const operators = trainer.model.graph.nodes.map(({ op }) => op);
  return {
    seed,
    batchSize,
    images: images.count,
    data: images.name,
    optimizer: [name, ...described].join(', '),
    weights: weights.map(({ name, initial }) => `${name}[${initial.dims}]`).join(' '),
    content: contentOf(images),
    validation: validation ? `${validation.count} images, ${contentOf(validation)}` : 'none',
    input: JSON.stringify(preprocessing),
    start: checksums([
      new TextEncoder().encode(operators.join()),
      ...weights.map(({ initial: { data } }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
    ]),
    rates: ratesAt.map((step) => String(rateAt(step))),
    ...(images.targets ? { targets: images.targets.name } : {}),
  };
}

function contentOf({ images, labels }: LabelledImages): string {
  return checksums([images, new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength)]);
}

function checksums(parts: readonly Uint8Array[]): string {
  const each = parts.map((bytes) => crc32(bytes).toString(16).padStart(8, '0'));
  return `checksum ${crc32(new TextEncoder().encode(each.join())).toString(16).padStart(8, '0')}`;
}

interface Difference {
  readonly what: string;
  readonly before: string | number;
  readonly now: string | number;
}

/**
 * @param identity the checkpoint's.
 * @param steps made before it.
 * @throws CheckpointError naming what differs between the checkpoint and the training that is to go on from it.
 */
export function checkSameTraining(identity: TrainingIdentity, steps: number, now: TrainingIdentity): void {
  const differences = [...fieldDifferences(identity, now), ...rateDifference(identity, now, steps)];
  if (differences.length === 0) return;
  const list = differences.map(({ what, before, now }) => `  ${what}: ${before} then, ${now} now`).join('\n');
  throw new CheckpointError(
    `The checkpoint is of another training:\n${list}\nGo on with the same model, data and settings, or start anew without the checkpoint.`,
  );
}

const fields = {
  seed: 'seed',
  batchSize: 'batchSize',
  images: 'images',
  data: 'data',
  optimizer: 'optimizer',
  weights: 'weights',
  content: 'content of the images',
  validation: 'validation',
  input: 'input',
  start: 'initial weights and operators',
  targets: 'what is learned',
} as const;

function fieldDifferences(checkpoint: TrainingIdentity, now: TrainingIdentity): Difference[] {
  return Object.entries(fields).flatMap(([name, what]) => {
    const field = name as keyof typeof fields;
    const [was, is] = [checkpoint[field], now[field]];
    return was === undefined || is === undefined || was === is ? [] : [{ what, before: was, now: is }];
  });
}

/** The first of the compared steps, among those that were made, at which the learning rate was another. */
function rateDifference(checkpoint: TrainingIdentity, now: TrainingIdentity, steps: number): Difference[] {
  const at = ratesAt.findIndex((step, i) => step < steps && checkpoint.rates?.[i] !== now.rates?.[i]);
  const [was, is] = [checkpoint.rates?.[at], now.rates?.[at]];
  return was === undefined || is === undefined
    ? []
    : [{ what: `learning rate at update ${(ratesAt[at] ?? 0) + 1}`, before: was, now: is }];
}
