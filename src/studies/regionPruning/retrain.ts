import { type Random, shuffledIndices } from '../../random/random.ts';
import { batchMaker } from '../../training/batches.ts';
import { NonFiniteLossError } from '../../training/errors.ts';
import type { Optimizer } from '../../training/optimizers.ts';
import type { Masks, Trainer, TrainingState } from '../../training/trainer.ts';
import type { TrainingImages } from '../../training/trainingImages.ts';

export interface RetrainSettings {
  readonly learningRate: number;
  readonly batchSize: number;
  readonly epochs: number;
  readonly masks: Masks;
  /** Gives the order of the images in every epoch. */
  readonly order: Random;
  readonly onUpdate?: () => void;
}

/**
 * Trains on from a state, masked weights held at zero. Unlike `train` it takes images that are prepared already, and what it
 * gives can be cut and trained on.
 * @throws NonFiniteLossError
 */
export async function retrain(
  trainer: Trainer,
  data: TrainingImages,
  from: TrainingState,
  settings: RetrainSettings,
): Promise<TrainingState> {
  const { learningRate, batchSize, epochs, masks, order, onUpdate } = settings;
  const makeBatch = batchMaker(data, batchSize);
  let state = from;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const indices = shuffledIndices(data.count, order);
    for (let at = 0; at < data.count; at += batchSize) {
      const batch = makeBatch(indices.subarray(at, at + batchSize));
      const { state: after, loss } = await trainer.update(state, batch, learningRate, masks);
      if (!Number.isFinite(loss)) throw new NonFiniteLossError(after.step, learningRate, loss);
      state = after;
      onUpdate?.();
    }
  }
  return state;
}

/**
 * The optimiser with one weight's gradient multiplied by a factor. A unit that lost three quarters of its inputs moves a
 * quarter as far with each step of plain descent; four times the rate makes up for it. (Adam does so by itself.)
 */
export function withLayerRate(optimizer: Optimizer, weight: string, factor: number): Optimizer {
  if (factor === 1) return optimizer;
  return {
    ...optimizer,
    settings: { ...optimizer.settings, [`rate of ${weight}, times`]: Number(factor.toPrecision(4)) },
    update: (builder, now) =>
      optimizer.update(
        builder,
        now.weight === weight ? { ...now, gradient: builder.ops.Mul(now.gradient, builder.scalar(factor)) } : now,
      ),
  };
}
