import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { NpyArray } from '../../../src/datasets/npyTypes.ts';
import { writeNpz } from '../../../src/datasets/npz.ts';
import { writeModel } from '../../../src/onnx/writeModel.ts';
import { compileKonkyo, type Konkyo } from '../../cli/konkyo.ts';
import { cornerNetwork, test, trained, training } from './corners.ts';

let konkyo: Konkyo;
const at = (name: string) => join(konkyo.folder, name);

beforeAll(async () => {
  konkyo = await compileKonkyo();
  await writeFile(at('corners.onnx'), writeModel(await trained(cornerNetwork())));
  const arrays = ([set, name]: [typeof training, string]): (readonly [string, NpyArray])[] => [
    [`x_${name}`, { type: 'uint8' as const, dims: [set.count, 8, 8], data: set.images }],
    [`y_${name}`, { type: 'int32' as const, dims: [set.count], data: set.labels }],
  ];
  await writeFile(at('corners.npz'), writeNpz(new Map([...arrays([training, 'train']), ...arrays([test, 'test'])])));
  const image = {
    type: 'float32' as const,
    dims: [1, 1, 8, 8],
    data: Float32Array.from(test.images.subarray(64, 128), (p) => p / 255),
  };
  await writeFile(at('image.npz'), writeNpz(new Map([['input', image]])));
});

afterAll(() => konkyo.remove());

it('rules writes a page and a file, and explain says which rule fired', async () => {
  const made = await konkyo.run([
    'rules',
    at('corners.onnx'),
    '--dataset',
    at('corners.npz'),
    '--out',
    at('out'),
    '--json',
  ]);
  expect(made.stderr).toContain('Choosing the rules');
  expect(made).toMatchObject({ status: 0 });
  const summary = JSON.parse(made.stdout);
  expect(summary.ruleAccuracy).toBeGreaterThan(0.95);
  expect(summary.candidates).toEqual({ kind: 'implicants' });
  const page = await readFile(at('out/index.html'), 'utf8');
  for (const { rule } of summary.rules) expect(page).toContain(rule);
  expect(page).not.toMatch(/src="http|NaN|undefined/);
  expect(page).toContain('exactly one rule holds and is right in');
  const { oneRight, oneWrong, several, sets } = summary;
  expect(oneRight + oneWrong + several + summary.none).toBeCloseTo(1, 10);
  expect(sets.map(({ from }: { from: string }) => from)).toEqual(['primes alone', 'primes', 'implicants', 'any']);
  expect(summary.dnf).toBeUndefined();

  const args = ['explain', at('corners.onnx'), at('image.npz'), '--method', 'saliency', '--no-checks'];
  const explained = await konkyo.run([...args, '--rules', at('out/rules.json'), '--out', at('explained')]);
  expect(explained.status).toBe(0);
  const report = await readFile(at('explained/index.html'), 'utf8');
  expect(report).toContain('Which rule stands for it?');
  expect(report).toContain('The network decides the same.');
  expect(report).toMatch(/On the \d+ images that the rules were tested on, exactly one rule holds and is right in/);
  expect(report).toMatch(/whatever the others are between 0 and 1/);

  const rules = JSON.parse(await readFile(at('out/rules.json'), 'utf8'));
  const [on, off] = [
    [0, 1],
    [2, 3],
  ];
  const strict = rules.rules.map((rule: object) => ({ ...rule, text: 'x0 ∧ x1 ∧ ¬x2 ∧ ¬x3', on, off }));
  await writeFile(at('strict.json'), JSON.stringify({ ...rules, rules: strict }));
  const none = await konkyo.run([...args, '--rules', at('strict.json'), '--out', at('strict'), '--json']);
  const { fired, met, conditions } = JSON.parse(none.stdout).images[0].rule;
  expect([fired, conditions]).toEqual([false, 4]);
  expect(met).toBeLessThan(4);
  const unfired = await readFile(at('strict/index.html'), 'utf8');
  expect(unfired).toMatch(/No rule fired: the nearest is that of .*, of whose four conditions \w+ hold/);
  expect(unfired).not.toMatch(/rule of .* fired/);

  await writeFile(at('other.json'), JSON.stringify({ ...rules, model: { ...rules.model, sha256: 'f'.repeat(64) } }));
  const foreign = await konkyo.run([...args, '--rules', at('other.json'), '--out', at('explained')]);
  expect(foreign.status).toBe(1);
  expect(foreign.stderr).toContain('not of this model');
});

it('prints the Boolean functions, and keeps to the most literals', async () => {
  const args = ['rules', at('corners.onnx'), '--dataset', at('corners.npz'), '--out', at('short')];
  const made = await konkyo.run([...args, '--dnf', '--max-literals', '2', '--json']);
  expect(made.status).toBe(0);
  const { dnf, rules } = JSON.parse(made.stdout);
  expect(dnf).toHaveLength(4);
  for (const { terms } of dnf) {
    expect(terms.length).toBeGreaterThan(0);
    for (const term of terms) expect(term.split(' ∧ ').length).toBeLessThanOrEqual(2);
  }
  for (const { rule } of rules) expect(rule.split(' ∧ ').length).toBeLessThanOrEqual(2);
  const spoken = await konkyo.run([...args, '--dnf', '--force', '--candidates', 'primes-alone']);
  expect(spoken.stdout).toMatch(/\(.*\) ∨ .*⇔ .* prime implicants\]/);
  expect(spoken.stdout).toContain('Read as logic');
  expect(await readFile(at('short/index.html'), 'utf8')).toMatch(/as we read it\s*<b>\(the rules on this page\)/);
  const wrong = await konkyo.run([...args, '--candidates', 'prime']);
  expect(wrong.status).toBe(2);
  expect(wrong.stderr).toContain('--candidates must be one of primes-alone, primes, implicants, any');
  const none = await konkyo.run([...args, '--max-literals', '0']);
  expect(none.status).toBe(2);
  expect(none.stderr).toContain('max-literals');
});

it('refuses data of other classes, and layers that are not there, in words', async () => {
  const digits = await konkyo.run(['rules', at('corners.onnx'), '--dataset', 'digits', '--out', at('none')]);
  expect(digits.status).toBe(1);
  expect(digits.stderr).toMatch(/has 10 classes, but the model has 4/);
  const layer = await konkyo.run([
    'rules',
    at('corners.onnx'),
    '--dataset',
    at('corners.npz'),
    '--features',
    'conv9',
    '--out',
    at('none'),
  ]);
  expect(layer.status).toBe(1);
  expect(layer.stderr).toContain('There is no layer "conv9"');
  const none = await konkyo.run(['rules', at('corners.onnx')]);
  expect(none.status).toBe(2);
});
