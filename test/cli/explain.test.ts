import { readFileSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadDigits } from '../../src/datasets/digits.ts';
import { imageAt } from '../../src/datasets/labelledImages.ts';
import { readNpz } from '../../src/datasets/npz.ts';
import { methodKinds } from '../../src/methods.ts';
import { encodePicture } from '../../src/report/png.ts';
import { compileKonkyo, type Ended, type Konkyo } from './konkyo.ts';

// Each test starts processes, and these compete for the cores with other tests.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let konkyo: Konkyo;
const at = (...names: string[]) => join(konkyo.folder, ...names);
beforeAll(async () => {
  konkyo = await compileKonkyo();
  await writeFile(at('model.onnx'), readFileSync(new URL('../reference/lenet_digits.onnx', import.meta.url)));
  await writeFile(at('classes.txt'), 'zero\none\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\n');
});
afterAll(() => konkyo.remove());

function explain(out: string, args: readonly string[], stdin?: Uint8Array): Promise<Ended> {
  return konkyo.run(['explain', 'model.onnx', '--out', out, '--threads', '1', ...args], stdin);
}

function json({ status, stdout, stderr }: Ended) {
  expect({ status, stderr: stderr.split('\n').filter((line) => line && !/^\[\d+\/\d+\] /.test(line)) }).toEqual({
    status: 0,
    stderr: [],
  });
  return JSON.parse(stdout);
}

describe.concurrent('konkyo explain', () => {
  it('writes a report, says in words what the model decided, and keeps progress off stdout', async () => {
    const { status, stdout, stderr } = await explain('words', ['digits:3', 'digits:4', '--method', 'saliency']);
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^digits:3: \d \(score -?\d\S+\)\ndigits:4: \d \(score -?\d\S+\)\nReport: words\/index\.html\n$/,
    );
    expect(stderr).toMatch(/\[1\/1\]/);
    expect(await readdir(at('words'))).toEqual(['index.html']);
    expect(await readFile(at('words', 'index.html'), 'utf8')).toMatch(/digits:3[\s\S]*digits:4/);
  });

  it('--method, --steps, --json, --save and --pictures', async () => {
    const methods = ['--method', 'saliency,integrated-gradients', '--steps', '20'];
    const files = ['--json', '--save', 'arrays/maps.npz', '--pictures'];
    const summary = json(await explain('all', ['digits:3', 'digits:4', '--target', '3', ...methods, ...files]));
    expect(summary.images.map((image: { name: string }) => image.name)).toEqual(['digits:3', 'digits:4']);
    const [first] = summary.images;
    expect(first.methods.map((m: { id: string; target: string }) => [m.id, m.target])).toEqual([
      ['saliency', '3'],
      ['integrated-gradients', '3'],
    ]);
    expect(first.methods[1].completenessGap).toBeLessThan(0.05);

    const arrays = readNpz(await readFile(at('arrays', 'maps.npz')));
    expect([...arrays].map(([name, { type, dims }]) => [name, type, dims])).toEqual([
      ['saliency', 'float32', [2, 1, 28, 28]],
      ['integrated-gradients', 'float32', [2, 1, 28, 28]],
    ]);
    const map = arrays.get('integrated-gradients')!.data as Float32Array;
    expect(map.subarray(0, 784).reduce((sum, value) => sum + value, 0)).toBeCloseTo(first.methods[1].sum, 4);

    expect((await readdir(at('all'))).sort()).toEqual(['index.html', 'pictures']);
    const maps = ['', '--integrated-gradients--3', '--saliency--3'];
    const named = ['1-digits-3', '2-digits-4'].flatMap((image) => maps.map((map) => `${image}${map}.png`));
    expect((await readdir(at('all', 'pictures'))).sort()).toEqual([...named, 'colour-scale.png'].sort());
    expect(await readFile(at('all', 'index.html'), 'utf8')).toMatch(/steps 20/);
  });

  it.each([
    { target: '3', words: '3', classes: [] },
    { target: '7-vs-9', words: '7 rather than 9', classes: [] },
    { target: 'seven', words: 'seven', classes: ['--classes', 'classes.txt'] },
    { target: 'seven-vs-9', words: 'seven rather than nine', classes: ['--classes', 'classes.txt'] },
  ])('--target $target', async ({ target, words, classes }) => {
    const args = ['digits:3', '--target', target, '--method', 'saliency', '--json', ...classes];
    const [image] = json(await explain(`target-${target}`, args)).images;
    expect(image.target).toBe(words);
    expect(image.methods).toMatchObject([{ id: 'saliency', target: words }]);
  });

  it('a contrast is the difference of two scores', async () => {
    const score = async (target: string) => {
      const args = ['digits:3', '--target', target, '--method', 'saliency', '--json'];
      return json(await explain(`score-${target}`, args)).images[0].methods[0].score as number;
    };
    const [seven, nine, both] = await Promise.all([score('7'), score('9'), score('7-vs-9')]);
    expect(both).toBeCloseTo(seven - nine, 4);
  });

  it('explains the predicted class, and why not the one that came second', async () => {
    const [image] = json(await explain('predicted', ['digits:3', '--method', 'saliency', '--json'])).images;
    expect(image.methods.map((m: { target: string }) => m.target)).toEqual([
      image.predicted,
      expect.stringMatching(new RegExp(`^${image.predicted} rather than \\d$`)),
    ]);
  });

  it('a picture from standard input is explained as the same picture from a file, or from the data set', async () => {
    const { data, height, width } = imageAt((await loadDigits()).test, 5);
    const png = encodePicture({ data, height, width, channels: 1 });
    await writeFile(at('five.png'), png);
    const run = (out: string, input: string, stdin?: Uint8Array) =>
      explain(out, [input, '--method', 'saliency', '--json'], stdin);
    const runs = [run('stdin', '-', png), run('file', 'five.png'), run('dataset', 'digits:5')];
    const [fromStdin, ...others] = (await Promise.all(runs)).map((ended) => json(ended).images[0]);
    for (const other of others) expect({ ...other, name: '-' }).toEqual(fromStdin);
  });

  it('the same command gives the same bytes', async () => {
    const args = ['digits:3', '--method', 'saliency,integrated-gradients', '--save', 'same/maps.npz', '--json'];
    const once = async () => {
      const { stdout } = await explain('same', args);
      return [
        stdout,
        await readFile(at('same', 'index.html'), 'utf8'),
        await readFile(at('same', 'maps.npz'), 'base64'),
      ];
    };
    const first = await once();
    expect(await once()).toEqual(first);
    expect((await readdir(at('same'))).sort()).toEqual(['index.html', 'maps.npz']);
  });
});

describe.concurrent('konkyo methods', () => {
  it('lists every method with its options', async () => {
    const { status, stdout, stderr } = await konkyo.run(['methods']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    for (const { id, options } of methodKinds) {
      expect(stdout).toMatch(new RegExp(`^${id} `, 'm'));
      for (const name of Object.keys(options)) expect(stdout).toContain(`--${name}: `);
    }
  });

  it('as JSON too', async () => {
    const listed = JSON.parse((await konkyo.run(['methods', '--json'])).stdout);
    expect(listed.map(({ id }: { id: string }) => id)).toEqual(methodKinds.map(({ id }) => id));
  });
});

it('help and version go to stdout', async () => {
  const [help, version] = await Promise.all([konkyo.run(['--help']), konkyo.run(['--version'])]);
  expect(help).toMatchObject({ status: 0, stderr: '' });
  for (const command of ['explain', 'methods', 'train']) expect(help.stdout).toContain(command);
  expect(version).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
});
