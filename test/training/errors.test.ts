import { beforeAll, describe, expect, it } from 'vitest';
import { type LabelledImages, selectImages } from '../../src/datasets/labelledImages.ts';
import { attributes } from '../../src/onnx/attributes.ts';
import type { Model } from '../../src/onnx/graph.ts';
import { int64, type Tensor } from '../../src/onnx/tensor.ts';
import { architectures } from '../../src/training/architectures.ts';
import { readCheckpoint, writeCheckpoint } from '../../src/training/checkpointFile.ts';
import {
  CheckpointError,
  NonFiniteLossError,
  TrainableWeightsError,
  TrainingDataError,
  TrainingSettingsError,
} from '../../src/training/errors.ts';
import { adam, sgd } from '../../src/training/optimizers.ts';
import { trainModel } from '../../src/training/train.ts';
import { errorOf } from '../datasets/expectError.ts';
import { cpu } from '../runtimes.ts';
import { firstDigits } from './digits.ts';

let some: LabelledImages;

beforeAll(async () => {
  some = await firstDigits(100);
});

const settings = { optimizer: sgd(), length: { updates: 3 }, learningRate: 0.1, batchSize: 50 };
const run = (changes: object = {}, model: Model = architectures.d.build(1)) =>
  trainModel(cpu, model, { ...settings, images: some, ...changes });

describe('training says what is wrong, where, and what to do', () => {
  it("when images are not of the model's size", async () => {
    const small: LabelledImages = { ...some, height: 14, width: 56 };
    const { message } = await errorOf(TrainingDataError, () => run({ images: small }));
    expect(message).toMatch(/digits \(training\): the images are 14x56 .* takes 28x28.*Resize/);
  });

  it("when a label is none of the model's classes", async () => {
    const labels = some.labels.with(7, 10);
    const { message } = await errorOf(TrainingDataError, () => run({ images: { ...some, labels } }));
    expect(message).toMatch(/image 7 has label 10.*10 classes/);
  });

  it('when there are not as many labels as images', async () => {
    const labels = some.labels.subarray(1);
    const { message } = await errorOf(TrainingDataError, () => run({ images: { ...some, labels } }));
    expect(message).toMatch(/99 labels and 100 images/);
  });

  it('when a class has no images', async () => {
    const odd = selectImages(
      some,
      Array.from(some.labels.keys()).filter((i) => some.labels[i]! % 5 !== 3),
    );
    const { message } = await errorOf(TrainingDataError, () => run({ images: odd }));
    expect(message).toMatch(/no images of classes 3, 8/);
  });

  it('when nothing can be trained, or a mask is for no weight', async () => {
    const none = await errorOf(TrainableWeightsError, () => run({ trainable: () => false }));
    expect(none.message).toMatch(/no weights to train.*hidden1\.weight/);
    const stray = await errorOf(TrainableWeightsError, () => run({ masked: ['hidden9.weight'] }));
    expect(stray.message).toMatch(/hidden9\.weight.*hidden1\.weight/);
  });

  it('when the batch is fixed', async () => {
    const model = architectures.d.build(1);
    const inputs = [{ name: 'input', type: 'float32' as const, dims: [1, 1, 28, 28] }];
    const { message } = await errorOf(TrainingDataError, () =>
      run({}, { ...model, graph: { ...model.graph, inputs } }),
    );
    expect(message).toMatch(/batch is fixed at 1/);
  });

  it('when the model gives one score', async () => {
    const model = architectures.d.build(1);
    const node = {
      op: 'ReduceMax',
      domain: '',
      name: 'one',
      inputs: ['logits', 'axes'],
      outputs: ['one'],
      attributes: attributes({ keepdims: 1 }),
    };
    const graph = {
      ...model.graph,
      nodes: [...model.graph.nodes, node],
      initializers: new Map<string, Tensor>([...model.graph.initializers, ['axes', int64([1])]]),
      outputs: [{ name: 'one', type: 'float32' as const, dims: ['N', 1] }],
    };
    const { message } = await errorOf(TrainingDataError, () => run({}, { ...model, graph }));
    expect(message).toMatch(/"one" have shape \[2,1\].*two or more scores/);
  });

  it('when the loss leaves the numbers, with the step and the way out', async () => {
    const error = await errorOf(NonFiniteLossError, () => run({ learningRate: 1e38, length: { updates: 10 } }));
    expect(error.step).toBeLessThan(10);
    expect(error.message).toMatch(new RegExp(`at step ${error.step}, .* 1e\\+38.*smaller learning rate`));
  });

  it('when settings make no sense', async () => {
    for (const changes of [
      { batchSize: 0 },
      { length: { updates: 1.5 } },
      { learningRate: -1 },
      { patience: 2 },
      { seed: 0.5 },
    ]) {
      await errorOf(TrainingSettingsError, () => run(changes));
    }
  });

  it('when a checkpoint is of another training, or none', async () => {
    const { checkpoint } = await run();
    const { message } = await errorOf(CheckpointError, () => run({ checkpoint, optimizer: adam(), batchSize: 25 }));
    expect(message).toMatch(/batchSize: 50 then, 25 now/);
    expect(message).toMatch(/optimizer: sgd.* then, adam/);
    const bytes = writeCheckpoint(checkpoint);
    await expect(async () => readCheckpoint(bytes.subarray(0, bytes.length - 9))).rejects.toThrow(/damaged/);
  });
});
