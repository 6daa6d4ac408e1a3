import { beforeAll, describe, expect, it } from 'vitest';
import type { Dataset } from '../../src/datasets/dataset.ts';
import { loadDigits } from '../../src/datasets/digits.ts';
import type { LabelledImages } from '../../src/datasets/labelledImages.ts';
import { trainingKey } from '../../src/model/metadata.ts';
import type { Model } from '../../src/onnx/graph.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { nodeRuntime } from '../../src/runtime/node.ts';
import { webRuntime } from '../../src/runtime/web.ts';
import { accuracyOf } from '../../src/training/accuracy.ts';
import { architectures } from '../../src/training/architectures.ts';
import { readCheckpoint, writeCheckpoint } from '../../src/training/checkpointFile.ts';
import { adam, sgd } from '../../src/training/optimizers.ts';
import { cosine } from '../../src/training/schedules.ts';
import { train, trainModel } from '../../src/training/train.ts';
import { makeTrainer } from '../../src/training/trainer.ts';
import { trainingImages } from '../../src/training/trainingImages.ts';
import { first } from './digits.ts';

const runtime = nodeRuntime({ threads: 1 });
let digits: Dataset;
let some: LabelledImages;
let held: LabelledImages;

beforeAll(async () => {
  digits = await loadDigits();
  some = first(330, digits.train);
  held = first(100, digits.test);
});

const fileOf = (model: Model) => Buffer.from(writeModel(model)).toString('base64');

/** Eleven updates an epoch, the last of 30 images. */
const settings = { batchSize: 32, seed: 5, learningRate: cosine(0.01, 40), length: { updates: 40 } };

describe('training', () => {
  it('learns the embedded digits', async () => {
    const result = await trainModel(runtime, architectures.c.build(1), {
      optimizer: adam(),
      images: digits.train,
      length: { epochs: 4 },
      learningRate: cosine(0.006, 320),
      seed: 1,
    });
    const trainer = await makeTrainer(runtime, result.model, { optimizer: sgd() });
    const test = trainingImages(digits.test, trainer.input, 10);
    expect(await accuracyOf(runtime, result.model, test)).toBeGreaterThan(0.95);
    expect(result.history.map(({ step }) => step)).toEqual([80, 160, 240, 320]);
    expect(result.history.at(-1)!.loss).toBeLessThan(0.3);
    await trainer.release();
  });

  it('gives the same bytes for the same seed, and others for another', async () => {
    const options = { ...settings, optimizer: adam(), images: some, validation: held };
    const files = await Promise.all(
      [5, 5, 6].map(async (seed) =>
        fileOf((await trainModel(runtime, architectures.b.build(3), { ...options, seed })).model),
      ),
    );
    expect(files[1]).toBe(files[0]);
    expect(files[2]).not.toBe(files[0]);
  });

  // In the middle of an epoch, at its end, and before the first one's.
  it.each([4, 11, 17])('stopped after update %i and resumed from a file ends with the same bytes', async (stop) => {
    const options = { ...settings, optimizer: sgd({ momentum: 0.9 }), images: some, validation: held };
    const whole = await trainModel(runtime, architectures.b.build(3), options);
    const abort = new AbortController();
    const part = await trainModel(runtime, architectures.b.build(3), {
      ...options,
      signal: abort.signal,
      onProgress: ({ step }) => {
        if (step === stop) abort.abort();
      },
    });
    expect([part.stopped, part.checkpoint.state.step]).toEqual(['aborted', stop]);
    const checkpoint = readCheckpoint(writeCheckpoint(part.checkpoint));
    const resumed = await trainModel(runtime, architectures.b.build(3), { ...options, checkpoint });
    expect(fileOf(resumed.model)).toBe(fileOf(whole.model));
    expect(resumed.history).toEqual(whole.history);
    expect(writeCheckpoint(resumed.checkpoint)).toEqual(writeCheckpoint(whole.checkpoint));
  });

  it('can go on for longer than it was meant to', async () => {
    const options = { ...settings, learningRate: 0.01, optimizer: adam(), images: some, validation: held };
    const long = await trainModel(runtime, architectures.b.build(3), options);
    const short = await trainModel(runtime, architectures.b.build(3), { ...options, length: { updates: 15 } });
    const on = await trainModel(runtime, architectures.b.build(3), { ...options, checkpoint: short.checkpoint });
    expect(fileOf(on.model)).toBe(fileOf(long.model));
  });

  it('keeps the weights that validated best, and stops when no epoch does better', async () => {
    const options = { ...settings, length: { epochs: 50 }, optimizer: sgd(), images: some, validation: held };
    // Nothing is learnt at rate 0, so the first epoch stays the best.
    const idle = await trainModel(runtime, architectures.d.build(2), { ...options, learningRate: 0, patience: 3 });
    expect(idle.stopped).toBe('no improvement');
    expect([idle.history.length, idle.checkpoint.best?.epoch]).toEqual([4, 1]);
    // Ruined after the first epoch: what is given is from before.
    const ruined = await trainModel(runtime, architectures.c.build(2), {
      ...options,
      optimizer: adam(),
      length: { epochs: 3 },
      learningRate: (step) => (step < 22 ? 0.003 : 3),
    });
    const best = Math.max(...ruined.history.map(({ accuracy }) => accuracy ?? 0));
    expect(ruined.checkpoint.best).toMatchObject({ epoch: 2, accuracy: best });
    const trainer = await makeTrainer(runtime, ruined.model, { optimizer: sgd() });
    const images = trainingImages(held, trainer.input, 10);
    expect(await accuracyOf(runtime, ruined.model, images)).toBe(best);
    await trainer.release();
  });

  it('holds masked weights at zero, by masks that change between trainings without a new graph', async () => {
    const name = 'hidden1.weight';
    const trainer = await makeTrainer(runtime, architectures.d.build(2), {
      optimizer: adam({ weightDecay: 0.01 }),
      masked: [name],
    });
    const first = trainer.initial.weights[name]!;
    const keeping = (share: number) => ({
      [name]: { ...first, data: first.data.map((_, i) => (i % 10 < 10 * share ? 1 : 0)) },
    });
    const options = { ...settings, images: some };
    for (const share of [0.5, 0.2]) {
      const { checkpoint } = await train(trainer, { ...options, length: { updates: 5 }, masks: keeping(share) });
      const { data } = checkpoint.state.weights[name]!;
      const zeros = data.filter((weight) => weight === 0).length;
      expect(zeros).toBe(data.length * (1 - share));
      expect(data.every((weight, i) => weight === 0 || (i % 10 < 10 * share && weight !== first.data[i]))).toBe(true);
    }
    await trainer.release();
  });

  it('runs on WebAssembly as well, to nearly the same weights', async () => {
    const options = { ...settings, length: { updates: 11 }, optimizer: adam(), images: some };
    const web = await trainModel(webRuntime(), architectures.b.build(3), options);
    const node = await trainModel(runtime, architectures.b.build(3), options);
    const bias = (result: typeof web) => [...result.checkpoint.state.weights['dense.bias']!.data];
    bias(web).forEach((value, i) => {
      expect(Math.abs(value - bias(node)[i]!)).toBeLessThan(1e-4);
    });
  });

  it('writes into the model how it was trained', async () => {
    const { model } = await trainModel(runtime, architectures.d.build(2), {
      ...settings,
      length: { updates: 12 },
      optimizer: sgd({ momentum: 0.5 }),
      images: some,
    });
    expect(JSON.parse(model.metadata.get(trainingKey)!)).toMatchObject({
      data: 'digits (training)',
      images: 330,
      optimizer: { name: 'sgd', momentum: 0.5 },
      batchSize: 32,
      updates: 12,
      seed: 5,
    });
  });
});
