import { describe, expect, it } from 'vitest';
import { saliency } from '../../src/attribution/gradient/saliency.ts';
import { gradCam } from '../../src/attribution/layers/gradCam.ts';
import { method } from '../../src/attribution/method.ts';
import { baselineOption } from '../../src/attribution/options.ts';
import { methodKinds } from '../../src/methods.ts';

const brightness = method({
  id: 'brightness',
  title: 'Brightness',
  about: 'Whatever is bright.',
  unit: 'score units',
  options: {
    times: { about: 'how much', default: 2, whole: true, min: 1, max: 9 },
    cell: { about: 'of what size', default: 0, whole: true, min: 0, pair: true },
    baseline: baselineOption('the empty image'),
  },
  resources: ['layer'],
  others: ['mood'],
  create: ({ times }, { layer, mood = 'calm' }: { readonly layer?: string; readonly mood?: string }) => ({
    settings: { times, mood, ...(layer === undefined ? {} : { layer }) },
    map: ({ ops }, _gradient, input) => ops.Mul(input, input),
  }),
});

describe('a method that is declared in one value', () => {
  it('is called with its settings, and says of itself what there is to know before', () => {
    expect(brightness({ times: 3, layer: 'conv', mood: 'wild' }).settings).toEqual({
      times: 3,
      mood: 'wild',
      layer: 'conv',
    });
    expect(brightness.create({ times: 3 }).settings).toEqual({ times: 3, mood: 'calm' });
    expect([brightness.id, brightness.options.times?.default, brightness.resources]).toEqual([
      'brightness',
      2,
      ['layer'],
    ]);
  });

  it('refuses settings out of range or that it does not have, by type and when it runs', () => {
    expect(() => brightness({ times: 10 })).toThrow('brightness: times is 10, but must be a whole number, 1 to 9.');
    expect(() => brightness({ cell: [1, -1] })).toThrow(
      'brightness: cell is -1, but must be a whole number, 0 or more.',
    );
    // @ts-expect-error no such option
    expect(() => brightness({ steps: 3 })).toThrow('has no option "steps"; it has times, cell, baseline.');
    // @ts-expect-error not a pair
    expect(() => brightness({ times: [1, 2] })).toThrow('times is 1,2');
    expect(() => saliency.create({ times: 1 })).toThrow('saliency has no option "times"; it has none.');
    expect(() => gradCam.create({ baselines: 'digits' })).toThrow('grad-cam has no option "baselines"');
  });

  it('has an id of its own in the list', () => {
    const ids = methodKinds.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
