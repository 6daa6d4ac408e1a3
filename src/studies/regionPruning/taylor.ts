import { random, shuffledIndices } from '../../random/random.ts';
import { scoped } from '../../runtime/release.ts';
import { batchMaker } from '../../training/batches.ts';
import { sgd } from '../../training/optimizers.ts';
import { makeTrainer, type Trainer, type TrainingState } from '../../training/trainer.ts';
import type { TrainingImages } from '../../training/trainingImages.ts';
import { type DenseLayer, rowsByUnit } from './denseLayer.ts';

/** Enough that the mean over them is steady, few enough that they take well under an epoch. */
const batches = 50;
const batchSize = 100;

/**
 * How much the loss changes without a weight, to first order: the mean over batches of |w dL/dw|, [units, inputs]. A step of
 * plain descent with rate 1 changes a weight by minus its gradient, which is read off so.
 */
export async function lossEffect(
  trainer: Trainer,
  data: TrainingImages,
  state: TrainingState,
  layer: DenseLayer,
): Promise<Float32Array> {
  const { weightName } = layer;
  const weight = state.weights[weightName] ?? layer.weight;
  return scoped(async (keep) => {
    const descent = await keep(
      makeTrainer(trainer.runtime, trainer.modelOf(state), {
        ...trainer.options,
        optimizer: sgd(),
        trainable: (name) => name === weightName,
        masked: [],
      }),
    );
    const makeBatch = batchMaker(data, batchSize);
    const order = shuffledIndices(data.count, random(0));
    const effect = new Float32Array(weight.data.length);
    for (let at = 0; at < Math.min(data.count, batches * batchSize); at += batchSize) {
      const after = await descent.update(descent.initial, makeBatch(order.subarray(at, at + batchSize)), 1);
      const updated = after.state.weights[weightName]?.data ?? weight.data;
      weight.data.forEach((value, i) => {
        effect[i] = (effect[i] ?? 0) + Math.abs(value * (value - (updated[i] ?? value))) / batches;
      });
    }
    return rowsByUnit(layer, { ...weight, data: effect });
  });
}
