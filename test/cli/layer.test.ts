import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readNpz } from '../../src/datasets/npz.ts';
import { compileKonkyo, type Konkyo } from './konkyo.ts';

let konkyo: Konkyo;
beforeAll(async () => {
  konkyo = await compileKonkyo();
  for (const model of ['lenet_digits', 'sigmoid_mlp']) {
    const bytes = readFileSync(new URL(`../reference/${model}.onnx`, import.meta.url));
    await writeFile(join(konkyo.folder, `${model}.onnx`), bytes);
  }
});
afterAll(() => konkyo.remove());

const explain = (model: string, out: string, ...args: string[]) =>
  konkyo.run(['explain', `${model}.onnx`, 'digits:3', '--out', out, '--threads', '1', ...args]);

describe.concurrent('konkyo explain --layer, --unit and the checks', () => {
  it('saves layer methods in the shape of the layer named', async () => {
    const methods = ['--method', 'grad-cam,layer-activation-x-gradient,saliency', '--no-checks'];
    const { status } = await explain('lenet_digits', 'a', ...methods, '--layer', '/f/f.1/Relu', '--save', 'a/m.npz');
    expect(status).toBe(0);
    const arrays = readNpz(await readFile(join(konkyo.folder, 'a', 'm.npz')));
    const maps = [...arrays].filter(([name]) => methods[1]?.split(',').includes(name));
    expect(maps.map(([name, { dims }]) => [name, dims])).toEqual([
      ['grad-cam', [1, 1, 24, 24]],
      ['layer-activation-x-gradient', [1, 6, 24, 24]],
      ['saliency', [1, 1, 28, 28]],
    ]);
  });

  it('explains a unit, while the report still tells the decision', async () => {
    const unit = ['--layer', '/f/f.3/Conv_output_0', '--unit', '7'];
    const { status, stdout } = await explain('lenet_digits', 'b', '--method', 'saliency', ...unit, '--json');
    expect(status).toBe(0);
    const [image] = JSON.parse(stdout).images;
    expect(image.methods.map(({ target }: { target: string }) => target)).toEqual(['unit 7 of /f/f.3/Conv_output_0']);
    expect(image.predicted).toMatch(/^\d$/);
  });

  it.each([
    [['--layer', '/f/f.3/Conv_outptu_0', '--unit', '1'], /near: \/f\/f\.3\/Conv_output_0/, 1],
    [['--layer', '/f/f.3/Conv_output_0', '--unit', '16'], /no unit 16.*0 to 15/, 1],
    [['--unit', '1'], /--unit needs --layer/, 2],
    [['--layer', '/f/f.3/Conv_output_0', '--method', 'saliency'], /say with --unit/, 2],
  ] as const)('refuses %j', async (args, message, code) => {
    const { status, stderr } = await explain('lenet_digits', 'c', '--method', 'saliency', ...args);
    expect(stderr).toMatch(message);
    expect(status).toBe(code);
  });

  it('leaves out of all methods what the model does not admit, and fails when asked for it', async () => {
    const all = await explain(
      'sigmoid_mlp',
      'd',
      '--method',
      'all',
      '--no-checks',
      '--steps',
      '5',
      '--samples',
      '4',
      '--json',
    );
    expect(all.status).toBe(0);
    expect(all.stderr).toMatch(/Left out: Grad-CAM\. The model has no convolution/);
    expect(await readFile(join(konkyo.folder, 'd', 'index.html'), 'utf8')).toMatch(/Grad-CAM was left out/);
    const one = await explain('sigmoid_mlp', 'e', '--method', 'grad-cam');
    expect([one.status, one.stderr]).toEqual([1, expect.stringMatching(/no convolution.*--layer NAME/)]);
  });

  it('puts each map to the test, and draws it', async () => {
    const { status, stdout } = await explain('lenet_digits', 'f', '--method', 'saliency', '--json');
    expect(status).toBe(0);
    const [method] = JSON.parse(stdout).images[0].methods;
    for (const figure of ['deletionArea', 'insertionArea']) expect(method[figure]).toBeGreaterThan(0);
    expect(Math.abs(method.randomWeightsCorrelation)).toBeLessThanOrEqual(1);
    expect(await readFile(join(konkyo.folder, 'f', 'index.html'), 'utf8')).toMatch(
      /Deletion[\s\S]*<polyline class="own"[\s\S]*Insertion[\s\S]*Parameter randomisation/,
    );
  });
});
