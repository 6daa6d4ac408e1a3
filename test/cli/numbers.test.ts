import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NpyArray } from '../../src/datasets/npyTypes.ts';
import { readNpz, writeNpz } from '../../src/datasets/npz.ts';
import type { Model } from '../../src/onnx/graph.ts';
import { emptyGraph, GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { built, dense, modelOf, node, value, weights } from '../networks.ts';
import { compileKonkyo, type Konkyo } from './konkyo.ts';

const perceptron = built(value('row', ['n', 4]), ['n', 3], (b, x) =>
  dense(b, b.add('Softplus', [dense(b, x, 4, 6)]), 6, 3),
);

const convolution = built(value('wave', ['n', 2, 60]), ['n', 3], (b, x) => {
  const convolved = b.add('Conv', [x, b.constant(weights([4, 2, 5]), 'kernel')], { pads: [2, 2] });
  return dense(b, b.add('ReduceMean', [b.add('Relu', [convolved]), b.ints([2])], { keepdims: 0 }), 4, 3);
});

function twoInputs(): Model {
  const builder = new GraphBuilder(emptyGraph('two'), 'test');
  builder.input('scan', 'float32', ['n', 1, 8, 8]);
  builder.input('record', 'float32', ['n', 3]);
  builder.input('site', 'int64', ['n']);
  const both = builder.add('Concat', [builder.ops.Reshape('scan', builder.ints([-1, 64])), 'record'], { axis: 1 });
  const chosen = builder.add('Gather', [builder.constant(weights([4, 3], 8)), 'site'], { axis: 0 });
  builder.append(node('Identity', [builder.ops.Add(dense(builder, both, 67, 3), chosen)], ['out']));
  return modelOf(builder.build([value('out', ['n', 3])]));
}

const float = (dims: readonly number[], seed: number): NpyArray => ({
  type: 'float32',
  dims,
  data: weights(dims, seed).data,
});
const record = float([2, 3], 5);
const site: NpyArray = { type: 'int64', dims: [2], data: BigInt64Array.of(3n, 1n) };

let run: Konkyo;
const at = (name: string) => join(run.folder, name);
const page = (out: string) => readFile(join(at(out), 'index.html'), 'utf8');
const explain = (...args: string[]) =>
  run.run(['explain', ...args, '--method', 'integrated-gradients,occlusion,feature-ablation', '--json', '--force']);

beforeAll(async () => {
  run = await compileKonkyo();
  await writeFile(at('table.onnx'), writeModel(perceptron));
  await writeFile(at('signal.onnx'), writeModel(convolution));
  await writeFile(at('two.onnx'), writeModel(twoInputs()));
  await writeFile(at('rows.csv'), 'age,income,<b>loans</b>,debts\n0.5,-1,2,0\n1,1,-0.5,0.25\n');
  const wave = Array.from({ length: 60 }, (_, t) => `${Math.sin(t / 5)},${Math.cos(t / 3)}`);
  await writeFile(at('wave.csv'), `left,right\n${wave.join('\n')}\n`);
  const arrays = new Map([
    ['scan', float([2, 1, 8, 8], 2)],
    ['record', record],
    ['site', site],
  ] as const);
  await writeFile(at('all.npz'), writeNpz(arrays));
  await writeFile(
    at('held.npz'),
    writeNpz(
      new Map([
        ['record', float([3], 5)],
        ['site', site],
      ] as const),
    ),
  );
});
afterAll(() => run.remove());

describe('konkyo explain', () => {
  it('draws a table as bars with the names of its header, and saves maps in its shape', async () => {
    const { status, stdout } = await explain(at('table.onnx'), at('rows.csv'), '--out', at('t'), '--save', at('t.npz'));
    expect(status).toBe(0);
    const { cautions, images, input } = JSON.parse(stdout);
    expect(cautions.join()).toMatch(
      /float32\[n, 4\]; it was explained as a table of 4 features\. That is assumed.*--kind/,
    );
    expect(input.numbers).toMatchObject({ kind: 'table', low: -3, high: 3 });
    expect(images.map(({ name }: { name: string }) => name)).toEqual(['rows.csv[0]', 'rows.csv[1]']);
    const text = await page('t');
    expect(text).toContain('Two rows, ');
    expect(text).toMatch(/class="feature-bars".*income.*speaks-(for|against)/s);
    expect(text).toContain('&lt;b&gt;loans&lt;/b&gt;');
    expect(text).toMatch(/random maps [^,]*, sizes /);
    const saved = readNpz(await readFile(at('t.npz')));
    expect(saved.get('integrated-gradients')?.dims).toEqual([2, 4]);
    // Of a table every feature is a segment and a window: ablation and occlusion are one.
    expect(saved.get('occlusion')).toEqual(saved.get('feature-ablation'));
  });

  it('draws a signal as lines with bands, and saves maps in its shape', async () => {
    const { status, stdout } = await explain(
      at('signal.onnx'),
      at('wave.csv'),
      '--out',
      at('s'),
      '--save',
      at('s.npz'),
    );
    expect(status).toBe(0);
    expect(JSON.parse(stdout).cautions.join()).toMatch(/signal of 2 channels, 60 values each.*convolution along one/);
    const text = await page('s');
    expect(text).toMatch(/class="signal" role="img" aria-label="wave\.csv, a signal of two channels, 60 values each"/);
    expect(text).toMatch(/<span>right<\/span>.*<div class="trace"><img src="data:image\/png/s);
    expect(readNpz(await readFile(at('s.npz'))).get('integrated-gradients')?.dims).toEqual([1, 2, 60]);
  });

  it('explains each input of several, the others held', async () => {
    const { status, stdout } = await explain(at('two.onnx'), at('all.npz'), '--out', at('a'), '--save', at('a.npz'));
    expect(status).toBe(0);
    const { images, notes } = JSON.parse(stdout);
    expect(images.map(({ name, explainedInput }: Record<string, string>) => [name, explainedInput])).toEqual([
      ['all.npz[0], scan', 'scan'],
      ['all.npz[0], record', 'record'],
      ['all.npz[1], scan', 'scan'],
      ['all.npz[1], record', 'record'],
    ]);
    expect(notes.join()).toMatch(/"scan" was explained; held fixed: "record" = .*, "site" = 3/);
    const saved = readNpz(await readFile(at('a.npz')));
    expect(saved.get('integrated-gradients/scan')?.dims).toEqual([2, 1, 8, 8]);
    expect(saved.get('integrated-gradients/record')?.dims).toEqual([2, 3]);
    // The model is linear: x w, from 0 to x, of the second row's class.
    const chosen = Number(images[3].target);
    const w = weights([67, 3]).data;
    const found = [...(saved.get('integrated-gradients/record')?.data ?? [])].slice(3).map(Number);
    for (const [i, evidence] of found.entries()) {
      expect(evidence).toBeCloseTo(Number(record.data[3 + i]) * w[(64 + i) * 3 + chosen]!, 5);
    }
  });

  it('explains pictures of a model whose other inputs are given', async () => {
    const one = new Map([
      ['record', float([3], 5)],
      ['site', { ...site, dims: [1], data: BigInt64Array.of(3n) } as NpyArray],
    ] as const);
    await writeFile(at('held.npz'), writeNpz(one));
    const { status, stdout } = await explain(at('two.onnx'), 'digits:7', '--with', at('held.npz'), '--out', at('w'));
    expect(status).toBe(0);
    expect(JSON.parse(stdout).images).toHaveLength(1);
  });

  it.each([
    { args: ['two.onnx', 'all.npz', '--input', 'scam'], says: /no input "scam"\. It has: scan, record, site/ },
    { args: ['two.onnx', 'all.npz', 'rows.csv'], says: /rows\.csv has no values for all 3 inputs/ },
    { args: ['two.onnx', 'rows.csv'], says: /other inputs:.*scan: float32\[n, 1, 8, 8\].*--with FILE\.npz/s },
    { args: ['two.onnx', 'all.npz', '--with', 'all.npz', '--input', 'site'], says: /"site" holds ids/ },
    {
      args: ['table.onnx', 'wave.csv'],
      says: /wave\.csv has 2 columns \("left", "right"\), but the model takes 4 features/,
    },
    {
      args: ['table.onnx', 'rows.csv', '--kind', 'picture'],
      says: /--kind is image or signal or table, not "picture"/,
    },
    { args: ['table.onnx', 'digits:7'], says: /no image input.*--size HEIGHTxWIDTH.*--kind table/ },
  ])('refuses $args', async ({ args, says }) => {
    const files = args.map((arg) => (/\.\w+$/.test(arg) ? at(arg) : arg));
    const { status, stderr } = await explain(...files, '--out', at('bad'));
    expect(status).toBeGreaterThan(0);
    expect(stderr).toMatch(says);
  });
});
