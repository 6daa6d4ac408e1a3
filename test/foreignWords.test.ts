import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { readNpz, writeNpz } from '../src/datasets/npz.ts';
import { parseInputSettings } from '../src/model/inputDescription.ts';
import { classNamesIn } from '../src/model/metadata.ts';
import { readRuleFile, writeRuleFile } from '../src/studies/booleanRules/ruleFile.ts';
import { termOf } from '../src/studies/booleanRules/term.ts';
import { readCheckpoint, writeCheckpoint } from '../src/training/checkpointFile.ts';

/* What is wrong with a file is said in our words, not in those of the library that checks it. */

/** How valibot says it. */
const foreign = /Invalid (type|value|key|integer|finite|length|JSON)|Expected .* but received|ValiError/;

function said(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    const { message } = error as Error;
    expect(message).not.toMatch(foreign);
    return message;
  }
  throw new Error('It is taken.');
}

const settings = (json: unknown) => said(() => parseInputSettings(JSON.stringify(json), 'm.konkyo.json'));

it.each([
  [7, 'it is 7, but must be an object with fields'],
  [null, 'it is null, but must be an object with fields'],
  [{ colour: 'RGB' }, 'there is no field colour'],
  [{ layout: 'HWC' }, 'layout is "HWC", but must be "NCHW" or "NHWC"'],
  [{ order: 3 }, 'order is 3, but must be "RGB" or "BGR"'],
  [{ size: 0 }, 'size is 0, but must be 1 or more'],
  [{ size: 1.5 }, 'size is 1.5, but must be a whole number'],
  [{ size: [224, 0.5] }, 'size[1] is 0.5, but must be a whole number'],
  [{ size: '224' }, 'size is "224", but must be a number, or a list of as many'],
  [{ scale: '1/255' }, 'scale is "1/255", but must be a number'],
  [{ scale: 0 }, 'scale is 0, but must be another number than 0'],
  [{ mean: [0, 'a', 0] }, 'mean[1] is "a", but must be a number'],
  [{ std: true }, 'std is true, but must be a number, or a list'],
  [{ classes: { 0: 'a' } }, 'classes is an object, but must be a list'],
  [{ classes: ['a', 3] }, 'classes[1] is 3, but must be text'],
  [{ task: 'guess' }, 'task is "guess", but must be "classes" or '],
  [{ detection: 'yolo' }, 'detection is "yolo", but must be an object with fields'],
  [{ detection: { threshold: 2 } }, 'detection.threshold is 2, but must be 1 or less'],
  [{ detection: { boxes: '' } }, 'detection.boxes is "", but must be text that is not empty'],
  [{ detection: { iuo: 0.5 } }, 'there is no field detection.iuo. The fields are layout, boxes, scores'],
  [{ inputs: { ecg: { scale: 'x' } } }, 'inputs.ecg.scale is "x", but must be a number'],
])('a description %j', (json, words) => {
  expect(settings(json)).toContain(`m.konkyo.json: ${words}`);
});

it.each(['7', '{}', '["a", 1]', '[[', ''])('class names %s in the metadata', (text) => {
  const message = said(() => classNamesIn({ metadata: new Map([['konkyo.classes', text]]) }));
  expect(message).toMatch(/is not a JSON list of class names: .*(must be|but)/);
});

const rules = JSON.parse(
  writeRuleFile({
    model: { file: 'm.onnx', sha256: 'abc' },
    rules: { features: 'f', scales: [{ low: 0, high: 1 }], terms: [termOf(1, [{ variable: 0, negated: false }])] },
    labels: ['a'],
    figures: {},
    pictures: [],
  }),
);

it.each([
  [7, 'it is 7, but must be an object with fields'],
  [{}, 'konkyo is missing'],
  [{ ...rules, konkyo: 'maps' }, 'konkyo is "maps", but must be "rules"'],
  [{ ...rules, version: 1 }, 'an earlier version wrote them, which counted features from 1'],
  [{ ...rules, version: 9 }, 'version is 9, but must be 2'],
  [{ ...rules, rules: [{ ...rules.rules[0], on: [-1] }] }, 'rules[0].on[0] is -1, but must be 0 or more'],
  [{ ...rules, rules: [{ ...rules.rules[0], on: [9] }] }, ''],
  [{ ...rules, features: { ...rules.features, scales: [{ low: 0 }] } }, 'features.scales[0].high is missing'],
])('rules %#', (json, words) => {
  const message = said(() => readRuleFile(JSON.stringify(json), 'rules.json'));
  expect(message).toContain(`rules.json does not hold rules of this version of konkyo (${words}`);
});

const arrays = readNpz(
  writeCheckpoint({
    state: { step: 0, weights: {}, memory: {} },
    identity: { seed: 0, batchSize: 1, images: 1, data: '', optimizer: '', weights: '' },
    random: [0, 0, 0, 0],
    batches: 0,
    lossSum: 0,
    history: [],
  }),
  'c',
);
const fields = JSON.parse(new TextDecoder().decode(arrays.get('konkyo')?.data as Uint8Array));

it.each([
  ['[]', 'version is missing'],
  ['nonsense', 'its array "konkyo" is not JSON'],
  [JSON.stringify({ ...fields, version: 3 }), 'version is 3, but must be 1'],
  [JSON.stringify({ ...fields, step: -1 }), 'step is -1, but must be 0 or more'],
  [JSON.stringify({ ...fields, random: [1, 2] }), 'random[2] is missing'],
  [JSON.stringify({ ...fields, identity: { ...fields.identity, data: 3 } }), 'identity.data is 3, but must be text'],
])('a checkpoint %#', (text, words) => {
  const data = new TextEncoder().encode(text);
  const bytes = writeNpz(new Map([['konkyo', { type: 'uint8', dims: [data.length], data }]]));
  expect(said(() => readCheckpoint(bytes, 'c.npz'))).toContain(
    `c.npz: not a checkpoint of this version of konkyo (${words})`,
  );
});

it('is the only way in which an issue becomes a message', () => {
  const sources = readdirSync('src', { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.ts'));
  for (const name of sources) {
    const text = readFileSync(`src/${name}`, 'utf8');
    if (!text.includes("'valibot'") || name === 'issueWords.ts') continue;
    // v.parse throws valibot's own error.
    expect(text, name).not.toMatch(/\bv\.parse\(|getDotPath|summarize|flatten\(|issue\.message|\]\.message/);
  }
});
