import { beforeAll, describe, expect, it } from 'vitest';
import type { LabelledImages } from '../../src/datasets/labelledImages.ts';
import { architectures } from '../../src/training/architectures.ts';
import type { Checkpoint } from '../../src/training/checkpoint.ts';
import { readCheckpoint, writeCheckpoint } from '../../src/training/checkpointFile.ts';
import { CheckpointError } from '../../src/training/errors.ts';
import { adam, sgd } from '../../src/training/optimizers.ts';
import { cosine } from '../../src/training/schedules.ts';
import { trainModel } from '../../src/training/train.ts';
import { cpu } from '../runtimes.ts';
import { firstDigits } from './digits.ts';

let some: LabelledImages;
beforeAll(async () => {
  some = await firstDigits(100);
});

const settings = { optimizer: sgd(), length: { updates: 3 }, learningRate: 0.1, batchSize: 50, seed: 1 };
const run = (changes: object = {}, seed = 1) =>
  trainModel(cpu, architectures.d.build(seed), { ...settings, images: some, ...changes });
const throughFile = (checkpoint: Checkpoint) => readCheckpoint(writeCheckpoint(checkpoint));

describe('going on from a checkpoint with other settings', () => {
  it('is refused, naming what differs', async () => {
    const checkpoint = throughFile((await run()).checkpoint);
    const darker = { ...some, images: some.images.map((pixel) => pixel >> 1) };
    const cases: readonly (readonly [RegExp, object, number?])[] = [
      [/seed: 1 then, 2 now/, { seed: 2 }],
      [/batchSize: 50 then, 25 now/, { batchSize: 25 }],
      [/optimizer: sgd.* then, adam/, { optimizer: adam() }],
      [/learning rate at update 1: 0\.1 then, 0\.2 now/, { learningRate: 0.2 }],
      [/learning rate at update 2: 0\.1 then, 0\.0/, { learningRate: cosine(0.1, 10) }],
      [/content of the images: checksum \w+ then, checksum \w+ now/, { images: darker }],
      [/content of the images/, { images: { ...some, labels: some.labels.toReversed() } }],
      [/validation: none then, 100 images/, { validation: some }],
      [/input: .*"mean":\[0\].* then, .*"mean":\[0\.5\].* now/, { input: { mean: 0.5 } }],
      [/initial weights and operators: checksum/, {}, 2],
    ];
    for (const [says, changes, seed] of cases) {
      const error = await run({ ...changes, checkpoint, length: { updates: 5 } }, seed).catch((thrown) => thrown);
      expect(error).toBeInstanceOf(CheckpointError);
      expect(error.message).toMatch(says);
    }
  });

  it('is possible for longer, with another rate from there on, and from a checkpoint of konkyo 0.1', async () => {
    const { checkpoint } = await run();
    const { content: _, validation: _v, input: _i, start: _s, rates: _r, ...identity } = checkpoint.identity;
    const older = throughFile({ ...checkpoint, identity });
    const slower = (step: number) => (step < 3 ? 0.1 : 0.01);
    for (const changes of [{ checkpoint }, { checkpoint, learningRate: slower }, { checkpoint: older }]) {
      expect((await run({ ...changes, length: { updates: 5 } })).checkpoint.state.step).toBe(5);
    }
  });
});

describe('a damaged checkpoint', () => {
  let good: Checkpoint;
  beforeAll(async () => {
    // Two batches an epoch: in its second epoch, and its best is of the first.
    good = (await run({ validation: some, length: { updates: 3 } })).checkpoint;
  });
  const weights = (change: (all: Checkpoint['state']['weights']) => Checkpoint['state']['weights']) =>
    ({ ...good, state: { ...good.state, weights: change(good.state.weights) } }) satisfies Checkpoint;
  const first = () => Object.entries(good.state.weights)[0]!;
  const filled = (value: number) =>
    weights((all) => ({ ...all, [first()[0]]: { ...first()[1], data: first()[1].data.map(() => value) } }));

  it('goes on as long as it is whole', async () => {
    const { checkpoint } = await run({ validation: some, length: { updates: 5 }, checkpoint: throughFile(good) });
    expect([good.history.length, good.batches, checkpoint.state.step]).toEqual([1, 1, 5]);
  });

  it('kept after the last batch of an epoch is none', async () => {
    const all: Checkpoint[] = [];
    const keep = { everySeconds: 0, save: async (checkpoint: Checkpoint) => void all.push(checkpoint) };
    const whole = await run({ validation: some, length: { updates: 4 }, keep });
    const atEnd = all.find(({ batches }) => batches === 2)!;
    const { checkpoint } = await run({ validation: some, length: { updates: 4 }, checkpoint: throughFile(atEnd) });
    expect(writeCheckpoint(checkpoint)).toEqual(writeCheckpoint(whole.checkpoint));
  });

  const damages: readonly (readonly [string, RegExp, () => Checkpoint])[] = [
    ['without an array', /weights ".*" are none, where/, () => weights((all) => omit(all, first()[0]))],
    [
      'with an array more',
      /"extra" are \[\d.*\], where .* none/,
      () => weights((all) => ({ ...all, extra: first()[1] })),
    ],
    [
      'with an array of another shape',
      /are \[\d+\], where this training has \[\d+,\d+\]/,
      () => weights((all) => ({ ...all, [first()[0]]: { ...first()[1], dims: [first()[1].data.length] } })),
    ],
    ['with NaN', /with NaN or infinite/, () => filled(Number.NaN)],
    ['with infinite weights', /with NaN or infinite/, () => filled(Number.POSITIVE_INFINITY)],
    [
      'with NaN in its best weights',
      /with NaN or infinite/,
      () => ({ ...good, best: { ...good.best!, state: filled(Number.NaN).state } }),
    ],
    ['with another number of updates', /add up/, () => ({ ...good, state: { ...good.state, step: 7 } })],
    ['with more batches than an epoch has', /add up/, () => ({ ...good, batches: 3, history: [] })],
    ['without its history', /add up/, () => ({ ...good, history: [] })],
    ['with an epoch twice', /add up/, () => ({ ...good, history: [...good.history, ...good.history] })],
    ['with a best epoch that was not', /add up/, () => ({ ...good, best: { ...good.best!, epoch: 9 } })],
    ['with a best epoch 0', /add up/, () => ({ ...good, best: { ...good.best!, epoch: 0 } })],
  ];
  it.each(damages)('%s is refused, and nothing is trained', async (_, says, damaged) => {
    const error = await run({
      validation: some,
      length: { updates: 5 },
      checkpoint: throughFile(damaged()),
      onProgress: () => expect.unreachable(),
    }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(CheckpointError);
    expect(error.message).toMatch(says);
  });

  it.each(['random', 'history', 'lossSum', 'batches', 'identity'])('without its %s is no checkpoint', (field) => {
    expect(() => throughFile({ ...good, [field]: undefined })).toThrow(CheckpointError);
  });
});

function omit<T>(all: Readonly<Record<string, T>>, name: string): Record<string, T> {
  return Object.fromEntries(Object.entries(all).filter(([each]) => each !== name));
}

describe('checkpoints while it trains', () => {
  it('do not change the result, and each goes on to the same weights', async () => {
    const kept: Checkpoint[] = [];
    const keep = { everySeconds: 0, save: async (checkpoint: Checkpoint) => void kept.push(throughFile(checkpoint)) };
    const plain = await run({ length: { updates: 5 } });
    const watched = await run({ length: { updates: 5 }, keep });
    expect(watched.checkpoint.state).toEqual(plain.checkpoint.state);
    expect(kept.map(({ state }) => state.step)).toEqual([1, 2, 3, 4, 5]);
    for (const checkpoint of kept) {
      expect((await run({ length: { updates: 5 }, checkpoint })).checkpoint.state).toEqual(plain.checkpoint.state);
    }
  });
});
