import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeNpz } from '../../src/datasets/npz.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { encodePicture } from '../../src/pictures/png.ts';
import { architectures } from '../../src/training/architectures.ts';
import { compileKonkyo, type Konkyo } from './konkyo.ts';

let konkyo: Konkyo;
const picture = (side: number) =>
  encodePicture({ height: side, width: side, channels: 1, data: new Uint8Array(side * side).fill(1) });

beforeAll(async () => {
  konkyo = await compileKonkyo();
  const at = (...parts: string[]) => join(konkyo.folder, ...parts);
  writeFileSync(at('c.onnx'), writeModel(architectures.c.build(1)));
  for (const folder of ['masks', 'small', 'none']) mkdirSync(at(folder));
  for (let i = 0; i < 12; i++) writeFileSync(at('masks', `${i}.png`), picture(28).slice());
  writeFileSync(at('small', '3.png'), picture(20));
  writeFileSync(
    at('masks.npz'),
    writeNpz(new Map([['masks', { type: 'float32', dims: [2, 28, 28], data: new Float32Array(1568) }]])),
  );
});
afterAll(() => konkyo.remove());

const base = ['evaluate', 'c.onnx', '--dataset', 'digits', '--threads', '1', '--method', 'saliency,input-x-gradient'];

it('writes a page, JSON and CSV', async () => {
  const args = [
    '--check',
    'deletion,parameter-randomisation,relevance-mass',
    '--images',
    '12',
    '--masks',
    'masks',
    '--json',
  ];
  const { status, stdout, stderr } = await konkyo.run([...base, ...args]);
  expect(stderr).toContain('Deletion, images 1 to 12');
  expect(status).toBe(0);
  const summary = JSON.parse(stdout);
  expect(summary.images).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  expect(summary.verdicts.map(({ method }: { method: string }) => method).sort()).toEqual([
    'input-x-gradient',
    'saliency',
  ]);
  const read = (name: string) => readFileSync(join(konkyo.folder, 'evaluation', name), 'utf8');
  const { page, ...written } = summary;
  expect(page).toContain('index.html');
  expect(JSON.parse(read('evaluation.json'))).toEqual(written);
  const [head, ...rows] = read('evaluation.csv').trim().split('\n');
  expect(head).toBe('metric,contender,kind,mean,low,high,images,rank');
  // Two methods and three baselines; nothing is random in the baselines' weights.
  expect(rows).toHaveLength(5 + 2 + 5);
  expect(rows.filter((row) => /^relevance-mass,\S+,1,1,1,12,/.test(row))).toHaveLength(5);
  const html = read('index.html');
  for (const text of ['Which methods are to be believed on this model?', 'Adebayo', 'an edge detector', '<svg'])
    expect(html).toContain(text);
  expect(html).not.toContain('<script');
});

it('leaves no parts behind, and takes none of another evaluation', async () => {
  const args = [...base, '--check', 'sparseness', '--images', '60', '--out', 'again'];
  await konkyo.run(args);
  const parts = join(konkyo.folder, 'again', 'evaluation.parts.jsonl');
  expect(existsSync(parts)).toBe(false);
  // Of another evaluation, ended within a line.
  writeFileSync(parts, 'of another evaluation\n{"part":0,"images":[1');
  const { status, stderr } = await konkyo.run(args);
  expect(status).toBe(0);
  expect(stderr).not.toContain('Going on');
  expect(existsSync(parts)).toBe(false);
});

it.each([
  [2, ['--check', 'deletoin'], /There is no check "deletoin". Did you mean deletion\?/],
  [2, ['--method', 'salience'], /There is no method "salience"/],
  [2, ['--images', '0'], /--images takes a whole number from 1/],
  [1, ['--check', 'pointing-game'], /Pointing game compares maps with masks, and none are given/],
  [1, ['--masks', 'small'], /mask of image 3 is of 20 x 20 pixels, but the model takes 28 x 28/],
  [1, ['--masks', 'none'], /There are no masks in none: name each picture by the number/],
  [1, ['--masks', 'missing'], /There are no masks at missing/],
  [1, ['--masks', 'masks.npz'], /hold masks \[2,28,28\]: save one array/],
])('ends with %i for %j', async (expected, wrong, message) => {
  const { status, stderr } = await konkyo.run([...base, ...wrong]);
  expect(stderr).toMatch(message);
  expect(status).toBe(expected);
});

it.each([
  [['c.onnx', '--known-truth'], /takes no model: leave out c.onnx/],
  [['--known-truth', '--masks', 'masks'], /makes its own data: leave out --masks/],
  [['--known-truth', '--method', 'lime'], /--known-truth has no method "lime"; it has saliency,/],
  [[], /Give a model to evaluate, or --known-truth/],
  [['c.onnx'], /Give images with classes to evaluate on: --dataset/],
])('refuses evaluate %j', async (args, message) => {
  const { status, stderr } = await konkyo.run(['evaluate', ...args]);
  expect(stderr).toMatch(message);
  expect(status).toBe(2);
});

it('lists the metrics with their papers', async () => {
  const { status, stdout } = await konkyo.run(['checks']);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^deletion .*\n.*Petsiuk, Das & Saenko 2018 \(measured by default\)/m);
  expect(stdout).toMatch(/Arras, Osman & Samek 2022 \(needs --masks\)/);
  const listed = JSON.parse((await konkyo.run(['checks', '--json'])).stdout);
  expect(listed.find(({ id }: { id: string }) => id === 'road')).toMatchObject({ larger: 'worse', default: true });
});
