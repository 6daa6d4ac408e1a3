import type { Model } from '../onnx/graph.ts';
import { random, shuffledIndices } from '../random/random.ts';
import { scoped } from '../runtime/release.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { accuracyOf } from './accuracy.ts';
import { batchMaker } from './batches.ts';
import type { Checkpoint, EpochRecord } from './checkpoint.ts';
import { NonFiniteLossError } from './errors.ts';
import { type CheckpointKeeping, planTraining, type TrainingPlan, type TrainOptions } from './plan.ts';
import { trainedModel } from './trainedModel.ts';
import { makeTrainer, type Trainer, type TrainerOptions } from './trainer.ts';

export interface TrainingResult {
  /** The weights with the best validation accuracy, else the last ones, as initializers; metadata says how it was trained. */
  readonly model: Model;
  /** An epoch that `updates` cut short is the last entry. */
  readonly history: readonly EpochRecord[];
  readonly stopped: 'finished' | 'no improvement' | 'aborted';
  /** To go on, also for longer than planned at first. */
  readonly checkpoint: Checkpoint;
}

/**
 * Trains a model: makes a trainer, trains, releases it.
 * @throws what `makeTrainer` and `train` throw.
 */
export async function trainModel(
  runtime: Runtime,
  model: Model,
  options: TrainerOptions & TrainOptions,
): Promise<TrainingResult> {
  return scoped(async (keep) => {
    const trainer = await keep(makeTrainer(runtime, model, options));
    return await train(trainer, options);
  });
}

/**
 * Trains in shuffled batches. With the same seed, runtime and thread count the result is the same to the byte, also when
 * it was stopped and went on from its checkpoint.
 * @throws TrainingDataError, TrainingSettingsError, CheckpointError, NonFiniteLossError
 */
export async function train(trainer: Trainer, options: TrainOptions): Promise<TrainingResult> {
  const plan = planTraining(trainer, options);
  const keep = keeper(options.keep);
  let now = plan.start;
  while (now.state.step < plan.updates && !gaveUp(now, plan) && !options.signal?.aborted) {
    now = await runBatches(trainer, plan, { ...options, keep }, now);
    if (now.batches === plan.perEpoch) now = await finishEpoch(trainer, plan, now);
  }
  const done = now.state.step >= plan.updates;
  // An unfinished epoch counts for the result, but is not closed in the checkpoint: whoever goes on finishes it.
  const final = done && now.batches > 0 ? await finishEpoch(trainer, plan, now) : now;
  return {
    model: trainedModel(trainer, plan, final),
    history: final.history,
    stopped: done ? 'finished' : gaveUp(now, plan) ? 'no improvement' : 'aborted',
    checkpoint: now,
  };
}

function gaveUp({ history, best }: Checkpoint, { patience }: TrainingPlan): boolean {
  return history.length - (best?.epoch ?? 0) >= patience;
}

/** Saves when it is time; asked after every update. */
type Keeper = (checkpoint: () => Checkpoint) => Promise<void>;

function keeper(keeping: CheckpointKeeping | undefined): Keeper | undefined {
  if (!keeping) return undefined;
  let last = performance.now();
  return async (checkpoint) => {
    if (performance.now() - last < 1000 * keeping.everySeconds) return;
    await keeping.save(checkpoint());
    last = performance.now();
  };
}

/** Goes on until the epoch ends, the updates are made, or the signal is aborted. */
async function runBatches(
  trainer: Trainer,
  plan: TrainingPlan,
  options: Omit<TrainOptions, 'keep'> & { readonly keep: Keeper | undefined },
  from: Checkpoint,
): Promise<Checkpoint> {
  const { data, updates, batchSize, perEpoch, rateAt } = plan;
  const { signal, onProgress, masks, keep } = options;
  const { history } = from;
  const order = shuffledIndices(data.count, random(from.random));
  const makeBatch = batchMaker(data, batchSize);
  let { state, batches, lossSum } = from;
  while (batches < perEpoch && state.step < updates && !signal?.aborted) {
    const learningRate = rateAt(state.step);
    const batch = makeBatch(order.subarray(batches * batchSize, (batches + 1) * batchSize));
    const { state: after, loss } = await trainer.update(state, batch, learningRate, masks);
    if (!Number.isFinite(loss)) throw new NonFiniteLossError(after.step, learningRate, loss);
    state = after;
    batches += 1;
    lossSum += loss;
    onProgress?.({ step: state.step, updates, epoch: history.length + 1, loss, learningRate, history });
    await keep?.(() => ({ ...from, state, batches, lossSum }));
  }
  return { ...from, state, batches, lossSum };
}

/** Closes an epoch: its record, and whether its weights are the best so far. */
async function finishEpoch(trainer: Trainer, plan: TrainingPlan, at: Checkpoint): Promise<Checkpoint> {
  const { state, best } = at;
  const epoch = at.history.length + 1;
  const record = { epoch, step: state.step, loss: at.lossSum / at.batches };
  const source = random(at.random);
  shuffledIndices(plan.data.count, source);
  const next = { ...at, random: source.position(), batches: 0, lossSum: 0 };
  if (!plan.validation) return { ...next, history: [...at.history, record] };
  const accuracy = await accuracyOf(trainer.runtime, trainer.modelOf(state), plan.validation);
  const better = best === undefined || accuracy > best.accuracy;
  return {
    ...next,
    history: [...at.history, { ...record, accuracy }],
    best: better ? { accuracy, epoch, state } : best,
  };
}
