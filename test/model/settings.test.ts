import { describe, expect, it } from 'vitest';
import { InputDescriptionError } from '../../src/model/errors.ts';
import type { Model } from '../../src/onnx/graph.ts';
import { provenanceOf } from '../../src/report/page/provenanceView.ts';
import { built, dense, load, value } from '../networks.ts';

const plain = built(value('image', ['n', 1, 2, 2]), ['n', 2], (b, x) => dense(b, b.add('Flatten', [x]), 4, 2));
const withNames = (text: string): Model => ({ ...plain, metadata: new Map([['konkyo.classes', text]]) });

describe('what a model\u2019s metadata may say', () => {
  it('is the names of its classes', async () => {
    const { input, inputSources } = await load(withNames('["cat","dog"]'), { input: { scale: 2 } });
    expect(input.classes).toEqual(['cat', 'dog']);
    expect(input.scale).toBe(2);
    expect(inputSources).toMatchObject({ scale: 'given', mean: 'default', size: 'declared by the model' });
    expect(inputSources.classes).toMatch(/metadata/);
  });

  it.each([
    '["cat","dog"], "mean": 100, "scale": 7',
    '["cat","dog"], "scale": 1e999',
    '["cat","dog"] }, { "scale": 2',
    '{"classes": ["cat","dog"], "scale": 2}',
    '"cat"',
    '[1, 2]',
    '["cat", null]',
    '[["cat"]]',
    '',
    'null',
    `${'['.repeat(100_000)}`,
    `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
  ])('is nothing else: %#', async (text) => {
    await expect(load(withNames(text))).rejects.toThrow(InputDescriptionError);
    // What the user says goes before it, so a model with unusable metadata can be explained all the same.
    const { input } = await load(withNames(text), { input: { classes: ['a', 'b'] } });
    expect(input).toMatchObject({ classes: ['a', 'b'], scale: 1 / 255, mean: [0], std: [1] });
  });
});

it('a report says where the settings are from', async () => {
  const classifier = await load(plain, {
    input: { mean: 3, std: 2 },
    inputSources: { mean: '--mean', std: 'm.konkyo.json' },
  });
  const { input } = provenanceOf(classifier, { file: 'm.onnx', methods: [] });
  expect(input.find(({ label }) => label === 'Said by')?.value).toBe(
    'declared by the model: layout, size; default: order, scale, classes; --mean: mean; m.konkyo.json: std',
  );
});

it.each([
  { scale: Number.NaN },
  { mean: Infinity },
  { std: [0] },
  { scale: 0 },
  { size: 1.5 },
  { size: -1 },
  { nonsense: 1 },
  { layout: 'HWC' },
  null,
  7,
])('settings that are none are refused: %o', async (input) => {
  await expect(load(plain, { input: input as never })).rejects.toThrow(InputDescriptionError);
});
