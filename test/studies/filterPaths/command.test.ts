import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileKonkyo, type Konkyo } from '../../cli/konkyo.ts';

let konkyo: Konkyo;
beforeAll(async () => {
  konkyo = await compileKonkyo();
  for (const model of ['lenet_digits', 'sigmoid_mlp']) {
    const bytes = readFileSync(new URL(`../../reference/${model}.onnx`, import.meta.url));
    await writeFile(join(konkyo.folder, `${model}.onnx`), bytes);
  }
});
afterAll(() => konkyo.remove());

function filters(model: string, ...args: string[]) {
  return konkyo.run(['filters', `${model}.onnx`, '--threads', '1', ...args]);
}

const quick = ['--images', '3', '--region-images', '1', '--region', '7'];

describe.concurrent('konkyo filters', () => {
  it('writes a page, and prints what it found', async () => {
    const { status, stdout } = await filters(
      'lenet_digits',
      '--dataset',
      'digits',
      ...quick,
      '--json',
      '--out',
      'page',
    );
    expect(status).toBe(0);
    const { page, error, paths, classes, ablation, regions, notes } = JSON.parse(stdout);
    expect({ page, regions, notes }).toEqual({
      page: 'page/index.html',
      regions: { rows: 4, columns: 4, side: 7 },
      notes: [],
    });
    expect(error).toBeLessThan(1e-4);
    expect([paths.length, classes.length]).toEqual([96, 10]);
    for (const by of [ablation.excess, ablation.share]) expect([by.filters.length, by.paths.length]).toEqual([10, 10]);
    for (const { images, paths: tally } of classes) {
      expect(tally.wins.reduce((sum: number, wins: number) => sum + wins, 0)).toBe(images);
    }
    const html = await readFile(join(konkyo.folder, 'page', 'index.html'), 'utf8');
    expect(html).toContain('Which regions can its decisions not do without?');
    expect(html).toContain('konkyo filters lenet_digits.onnx');
    expect(html).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('says of each class whether the filter that wins it carries it: taken out, does the class lose anything?', async () => {
    const { stdout } = await filters('lenet_digits', '--dataset', 'digits', ...quick, '--out', 'words');
    const lines = stdout.split('\n').filter((line) => /^\d: /.test(line));
    expect(lines).toHaveLength(10);
    for (const line of lines) {
      expect(line).toMatch(
        /^\d: \S+ \d+ → \S+ \d+ wins \d+\.\d% of 3 images; (taking out \S+ \d+, .* costs no accuracy|accuracy lost without)/,
      );
      expect(line).not.toMatch(/which adds most beyond its mean: -?0\.0%/);
    }
  });

  it.each([
    { name: 'no convolutions', args: ['sigmoid_mlp', '--dataset', 'digits'], status: 1, words: /no convolution/ },
    { name: 'no data set', args: ['lenet_digits'], status: 2, words: /--dataset/ },
    {
      name: 'a fill',
      args: ['lenet_digits', '--dataset', 'digits', '--fill', '300'],
      status: 2,
      words: /--fill takes/,
    },
    { name: 'a count', args: ['lenet_digits', '--dataset', 'digits', '--images', '0'], status: 2, words: /--images/ },
    {
      name: 'regions too large',
      args: ['lenet_digits', '--dataset', 'digits', '--region', '28'],
      status: 1,
      words: /from 1 to 14/,
    },
  ])('refuses $name', async ({ args, status, words }) => {
    const [model = '', ...rest] = args;
    const ended = await filters(model, ...rest);
    expect(ended.status).toBe(status);
    expect(ended.stderr).toMatch(words);
    expect(ended.stdout).toBe('');
  });
});
