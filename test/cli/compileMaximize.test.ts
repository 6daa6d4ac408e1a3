import { readFileSync } from 'node:fs';
import { copyFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeNpy } from '../../src/datasets/npy.ts';
import { readModel } from '../../src/onnx/readModel.ts';
import { compileKonkyo, type Konkyo } from './konkyo.ts';

let konkyo: Konkyo;
beforeAll(async () => {
  konkyo = await compileKonkyo();
  await copyFile(
    fileURLToPath(new URL('../reference/lenet_digits.onnx', import.meta.url)),
    join(konkyo.folder, 'digits.onnx'),
  );
  const labels = Int32Array.from({ length: 28 * 28 }, (_, i) => (i === 30 ? -1 : i % 4));
  await writeFile(join(konkyo.folder, 'hole.npy'), writeNpy({ type: 'int32', dims: [28, 28], data: labels }));
});
afterAll(() => konkyo.remove());

describe('konkyo compile', () => {
  it('writes an explainer that says what it is, and how far it is from the method', async () => {
    const args = [
      'compile',
      'digits.onnx',
      '--method',
      'smoothgrad',
      '--samples',
      '9',
      '--out',
      'x/explainer.onnx',
      '--json',
    ];
    const { status, stdout } = await konkyo.run(args);
    expect(status).toBe(0);
    const { difference, inputs, outputs } = JSON.parse(stdout);
    expect(difference).toBeLessThan(1e-6);
    expect(inputs).toEqual(['input: float32[batch, 1, 28, 28]', 'class: int64[batch]']);
    expect(outputs).toEqual(['attribution: float32[batch, 1, 28, 28]', 'scores: float32[batch, 10]']);
    const { metadata } = readModel(readFileSync(join(konkyo.folder, 'x', 'explainer.onnx')));
    expect(metadata.get('konkyo.options')).toBe('{"samples":9,"noise":0.1,"seed":0}');
  });

  it.each([
    [['--method', 'rise'], 2, 'rise cannot be compiled: it is no single graph'],
    [['--method', 'saliency', '--target', 'predicted-vs-second'], 2, 'depends on the image'],
  ])('refuses %j', async (args, expected, message) => {
    const { status, stderr } = await konkyo.run(['compile', 'digits.onnx', '--out', 'none.onnx', ...args]);
    expect(stderr).toContain(message);
    expect(status).toBe(expected);
    expect(await readdir(konkyo.folder)).not.toContain('none.onnx');
  });
});

describe('konkyo maximize', () => {
  it('writes a page and contact sheets, and says what each unit reaches', async () => {
    const args = ['--units', '0-2,5', '--steps', '5', '--samples', '4', '--starts', '1', '--dataset', 'digits'];
    const run = ['maximize', 'digits.onnx', '--layer', 'logits', '--out', 'units', '--json', ...args];
    const { status, stdout } = await konkyo.run(run);
    expect(status).toBe(0);
    const { units } = JSON.parse(stdout);
    expect(units.map(({ unit }: { unit: number }) => unit)).toEqual([0, 1, 2, 5]);
    for (const { ascent, best, image } of units) {
      expect(Number.isFinite(ascent) && Number.isFinite(best)).toBe(true);
      expect(image).toBeLessThan(8000);
    }
    const files = await readdir(join(konkyo.folder, 'units'));
    expect(files.toSorted()).toEqual(['ascent.png', 'best.png', 'gradients.png', 'index.html']);
    const page = readFileSync(join(konkyo.folder, 'units', 'index.html'), 'utf8');
    expect(page).toContain('Which images of digits');
    expect(page.match(/alt="The image found for unit/g)).toHaveLength(4);
  });

  it.each([
    [['--layer', 'logitz'], 1, 'There is no layer "logitz" between the image and the explained scores.'],
    [['--layer', 'logits', '--units', '3-1'], 2, '--units takes numbers and ranges'],
  ])('refuses %j', async (args, expected, message) => {
    const { status, stderr } = await konkyo.run(['maximize', 'digits.onnx', '--out', 'none', ...args]);
    expect(stderr).toContain(message);
    expect(status).toBe(expected);
    expect(await readdir(konkyo.folder)).not.toContain('none');
  });
});

describe('--segments', () => {
  it('that leave a pixel out are refused', async () => {
    const args = [
      'explain',
      'digits.onnx',
      'digits:0',
      '--method',
      'kernel-shap',
      '--segments',
      'hole.npy',
      '--out',
      'none',
    ];
    const { status, stderr } = await konkyo.run(args);
    expect(stderr).toContain('do not cover the image: pixel (1, 2), row and column, has the label -1.');
    expect(status).toBe(1);
  });
});
