import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inputSettings } from '../../src/cli/inputFlags.ts';
import { parseInputSettings } from '../../src/model/inputDescription.ts';
import { parseTarget } from '../../src/model/target.ts';
import { loadModelFile } from '../../src/node/modelFile.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { built, dense, value } from '../networks.ts';
import { cpu } from '../runtimes.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'konkyo-names-'));
});
afterAll(() => rm(folder, { recursive: true }));

const mark = '\uFEFF';
const names = ['cat', '__proto__', 'größer'];
const lines = names.join('\n');
const json = JSON.stringify(names);
const bigEndian = (text: string) => Buffer.from(text, 'utf16le').swap16();

it.each([
  ['lines', Buffer.from(lines)],
  ['lines with a line end at the end', Buffer.from(`${lines}\n`)],
  ['lines as Windows ends them', Buffer.from(`${names.join('\r\n')}\r\n`)],
  ['a byte order mark', Buffer.from(mark + lines)],
  ['a byte order mark and Windows line ends', Buffer.from(`${mark}${names.join('\r\n')}\r\n`)],
  ['UTF-16', Buffer.from(mark + lines, 'utf16le')],
  ['UTF-16, big end first', bigEndian(mark + lines)],
  ['a JSON list', Buffer.from(json)],
  ['a JSON list with a byte order mark', Buffer.from(`${mark}${JSON.stringify(names, null, 2)}\r\n`)],
])('class names are read from %s', async (_title, bytes) => {
  const path = join(folder, 'names.txt');
  await writeFile(path, bytes);
  expect(await inputSettings({ classes: path })).toEqual({ classes: names });
});

it('a description beside the model may begin with a byte order mark, and its names be any', async () => {
  const text = `${mark}${JSON.stringify({ classes: names, mean: 0.5 })}`;
  expect(parseInputSettings(text, 'x.konkyo.json')).toEqual({ classes: names, mean: 0.5 });
  for (const bytes of [Buffer.from(text), Buffer.from(text, 'utf16le')]) {
    const model = built(value('x', ['n', 1, 2, 3]), ['n', 3], (b, x) => dense(b, b.add('Flatten', [x]), 6, 3));
    await writeFile(join(folder, 'm.onnx'), writeModel(model));
    await writeFile(join(folder, 'm.konkyo.json'), bytes);
    const classifier = await loadModelFile(join(folder, 'm.onnx'), { runtime: cpu, input: {} });
    expect(classifier.input.classes).toEqual(names);
    expect(parseTarget('__proto__', classifier)).toBe(1);
    expect(() => parseTarget('constructor', classifier)).toThrow(/no class "constructor"/);
    await classifier.release();
  }
});

it('class names that cannot be read say so', async () => {
  await expect(inputSettings({ classes: join(folder, 'none.txt') })).rejects.toThrow(/Cannot read the class names/);
  await writeFile(join(folder, 'bad.json'), '["a", 3]');
  await expect(inputSettings({ classes: join(folder, 'bad.json') })).rejects.toThrow(/classes/);
});
