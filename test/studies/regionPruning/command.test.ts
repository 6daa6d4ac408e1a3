import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { regionsSettings } from '../../../src/cli/regionsFlags.ts';
import { loadDigits } from '../../../src/datasets/digits.ts';
import { selectImages } from '../../../src/datasets/labelledImages.ts';
import { readNpz, writeNpz } from '../../../src/datasets/npz.ts';
import { readModel } from '../../../src/onnx/readModel.ts';
import { writeModel } from '../../../src/onnx/writeModel.ts';
import { architectures } from '../../../src/training/architectures.ts';
import { networkModel } from '../../../src/training/network.ts';
import { compileKonkyo, type Konkyo } from '../../cli/konkyo.ts';

let konkyo: Konkyo;
const at = (name: string) => join(konkyo.folder, name);
beforeAll(async () => {
  konkyo = await compileKonkyo();
  await writeFile(at('d.onnx'), writeModel(architectures.d.build(1)));
  const layers = [
    { type: 'flatten', name: 'flatten' },
    { type: 'dense', name: 'hidden', units: 5, activation: 'sigmoid' },
    { type: 'dense', name: 'output', units: 10, activation: 'none' },
  ] as const;
  await writeFile(at('small.onnx'), writeModel(networkModel({ name: 'small', input: [1, 28, 28], layers }, 1)));
  const { train, test } = await loadDigits();
  const [some, few] = [selectImages(train, [...Array(400).keys()]), selectImages(test, [...Array(50).keys()])];
  const images = (set: typeof some) => ({
    type: 'uint8' as const,
    dims: [set.count, 28, 28],
    data: Uint8Array.from(set.images),
  });
  const labels = (set: typeof some) => ({ type: 'int32' as const, dims: [set.count], data: set.labels });
  const arrays = { x_train: images(some), y_train: labels(some), x_test: images(few), y_test: labels(few) };
  await writeFile(at('few.npz'), writeNpz(new Map(Object.entries(arrays))));
});
afterAll(() => konkyo.remove());

const regions = (model: string, out: string, ...flags: readonly string[]) =>
  konkyo.run(['regions', model, '--dataset', at('few.npz'), '--out', at(out), ...flags, '--threads', '1']);

describe('konkyo regions', () => {
  it('writes the pruned model, its masks and a page, and says what it found', async () => {
    const flags = [
      '--method',
      'compact',
      '--rounds',
      '2',
      '--epochs',
      '1',
      '--area',
      '0.1',
      '--regions',
      '1',
      '--images',
      '3',
      '--json',
    ];
    const { status, stdout, stderr } = await regions(at('d.onnx'), 'out', ...flags);
    expect(stderr).not.toContain('rror');
    expect(status).toBe(0);
    const summary = JSON.parse(stdout);
    expect(summary).toMatchObject({ layer: 'hidden1', rounds: [{ round: 1 }, { round: 2, medianRegions: 1 }] });
    expect(summary.pruned.medianArea).toBeLessThanOrEqual(0.1);
    expect(summary.units).toHaveLength(100);
    expect((await readdir(at('out'))).sort()).toEqual([
      'index.html',
      'pruned.konkyo.json',
      'pruned.masks.npz',
      'pruned.onnx',
    ]);
    const kept = readNpz(await readFile(at('out/pruned.masks.npz'))).get('kept')!.data;
    const weight = readModel(await readFile(at('out/pruned.onnx'))).graph.initializers.get('hidden1.weight')!.data;
    expect(Array.from(weight as Float32Array, (value) => (value === 0 ? 0 : 1))).toEqual(Array.from(kept, Number));
    expect(await readFile(at('out/index.html'), 'utf8')).toContain('Test image 3');
  });

  it('says by default which region each unit reads of the model as it is', async () => {
    const { status, stdout, stderr } = await regions(at('small.onnx'), 'given', '--images', '3', '--json');
    expect(stderr).not.toContain('rror');
    expect(status).toBe(0);
    const found = JSON.parse(stdout);
    expect(found).toMatchObject({ layer: 'hidden', kind: 'dense', units: 5, looked: 5, asked: 0.9, heldOut: 50 });
    expect((await readdir(at('given'))).sort()).toEqual(['index.html', 'regions.npz']);
    const inside = readNpz(await readFile(at('given/regions.npz'))).get('regions')!;
    expect(inside.dims).toEqual([5, 28, 28]);
    const sizes = found.each.map(({ cells }: { readonly cells: number }) => cells);
    const sizeOf = (unit: number) => Array.from(inside.data, Number).slice(784 * unit, 784 * (unit + 1));
    expect(sizes).toEqual([0, 1, 2, 3, 4].map((unit) => sizeOf(unit).reduce((sum, one) => sum + one, 0)));
    const page = await readFile(at('given/index.html'), 'utf8');
    expect(page).toContain('Half of the units can be told from');
    expect(page).toContain('Test image 3');
  });

  it('ends with 2 for a flag of another method, which would do nothing', async () => {
    const pruning = await regions(at('small.onnx'), 'none', '--area', '0.2');
    expect([pruning.status, pruning.stderr]).toEqual([2, expect.stringContaining('--area is not for --method given')]);
    const given = await regions(at('small.onnx'), 'none', '--method', 'paper', '--explained', '0.8');
    expect([given.status, given.stderr]).toEqual([2, expect.stringContaining('--explained is not for --method paper')]);
    expect(existsSync(at('none'))).toBe(false);
  });

  it('ends with 2 for a share outside 0 to 1, and writes nothing', async () => {
    const { status, stderr } = await regions(at('d.onnx'), 'none', '--method', 'compact', '--area', '1.2');
    expect(stderr).toMatch(/--area takes a number from 0 to 1, not "1.2"/);
    expect(status).toBe(2);
    expect(existsSync(at('none'))).toBe(false);
  });
});

const defaults = {
  method: 'compact',
  explained: '0.9',
  rounds: '6',
  epochs: '2',
  area: '0.25',
  regions: '3',
  weights: '0.5',
  ratio: '0.4',
  neighbours: '8',
  optimizer: 'sgd',
  batch: '100',
  seed: '0',
};

describe('the flags of konkyo regions', () => {
  it.each([
    [{ method: 'paper', ratio: '-1' }, /--ratio takes a number from 0 to 1/],
    [{ method: 'paper', weights: 'half' }, /--weights takes a number from 0 to 1, not "half"/],
    [{ method: 'magic' }, /--method is given, compact or paper/],
    [{ criterion: 'luck' }, /--criterion is magnitude, weight-x-input/],
    [{ neighbours: '6' }, /--neighbours is 4 or 8/],
    [{ rounds: '0' }, /--rounds takes a whole number from 1/],
    [{ rate: '0' }, /--rate takes a number above 0/],
    [{ images: '1,x' }, /--images takes a whole number from 0, not "x"/],
  ])('are refused where they make no sense: %j', (flags, message) => {
    expect(() => regionsSettings({ ...defaults, ...flags })).toThrow(message);
  });

  it('choose the method’s rounds and the optimiser’s rate', () => {
    expect(regionsSettings(defaults)).toMatchObject({ learningRate: 0.1, epochs: 2, rounds: { length: 6 } });
    const paper = regionsSettings({ ...defaults, method: 'paper', optimizer: 'adam', images: '3,5' });
    expect(paper).toMatchObject({ learningRate: 0.001, images: [3, 5] });
    expect(paper.rounds.map(({ cuts }) => cuts.length)).toEqual([2, 1, 1, 1, 1, 1]);
  });
});
