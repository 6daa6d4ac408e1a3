import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/cli/flags.ts';
import { type TrainFlags, trainSettings, updatesOf } from '../../src/cli/trainSettings.ts';
import { defaultsOf, loadStart, trainStart } from '../../src/cli/trainStart.ts';
import { nodeRuntime } from '../../src/runtime/node.ts';
import { recipes } from '../../src/training/recipes.ts';
import { errorOf } from '../datasets/expectError.ts';

const settings = (start: string, flags: Partial<TrainFlags>) =>
  trainSettings({ seed: '0', ...flags }, defaultsOf(trainStart(start)));

describe('settings of konkyo train', () => {
  it('are the recipe’s where no flag says otherwise', () => {
    const { learningRate, length, batchSize, validation } = settings('A1', {});
    expect({ length, batchSize, validation }).toEqual({
      length: { updates: 10_000 },
      batchSize: 100,
      validation: true,
    });
    for (const step of [0, 1, 3333, 9999]) expect(learningRate(10_000)(step)).toBe(recipes.a1.learningRate(step));
  });

  it('stretch the schedule over the length asked for', () => {
    const { learningRate, ...short } = settings('a1', { updates: '100' });
    expect(updatesOf(short, 60_000)).toBe(100);
    expect([0, 50, 100].map(learningRate(100))).toEqual([0, 5000, 10_000].map(recipes.a1.learningRate));
  });

  it('fine-tune a model for five epochs at a rate that falls to nothing, with validation', () => {
    const { learningRate, ...rest } = settings('some/model.onnx', {});
    expect(rest).toMatchObject({ validation: true, optimizer: { name: 'adam' } });
    const updates = updatesOf(rest, 1000);
    expect(updates).toBe(5 * 32);
    expect(learningRate(updates)(0)).toBe(0.001);
    expect(learningRate(updates)(updates)).toBeCloseTo(0, 12);
  });

  it('take optimiser, momentum, weight decay, rate and patience', () => {
    const flags = { optimizer: 'sgd', momentum: '0.9', weightDecay: '0.01', rate: '0.1', patience: '2' };
    const { optimizer, learningRate, patience, validation } = settings('b', flags);
    expect(optimizer).toMatchObject({ name: 'sgd', settings: { momentum: 0.9, weightDecay: 0.01 } });
    expect([learningRate(10)(0), learningRate(10)(9), patience, validation]).toEqual([0.1, 0.1, 2, true]);
  });

  it.each([
    [{ momentum: '0.9' }, '--momentum is for --optimizer sgd'],
    [{ optimizer: 'sgd' }, 'with --optimizer sgd give --rate too'],
    [{ optimizer: 'lion', rate: '1' }, '--optimizer is sgd or adam, not "lion"'],
    [{ updates: '1', epochs: '1' }, 'Give --updates or --epochs, not both'],
    [{ patience: '0' }, '--patience takes a whole number from 1, not "0"'],
    [{ rate: '-1' }, '--rate takes a number above 0, not "-1"'],
    [{ weightDecay: '1' }, '--weight-decay takes a number from 0 to below 1, not "1"'],
    [{ seed: '' }, '--seed takes a whole number from 0, not ""'],
  ])('refuse %j', async (flags, complaint) => {
    expect((await errorOf(UsageError, () => settings('b', flags))).message).toContain(complaint);
  });

  it('refuse a description of the input of an architecture, which has its own', async () => {
    const runtime = nodeRuntime({ threads: 1 });
    const error = await errorOf(UsageError, () => loadStart(trainStart('b'), runtime, 0, { mean: 0.5 }));
    expect(error.message).toContain('--mean describes the input of a model file');
  });
});
