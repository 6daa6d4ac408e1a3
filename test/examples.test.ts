import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { compareModels } from '../examples/compare.ts';
import { writeOverlays } from '../examples/overlays.ts';
import { reportOfPhotos } from '../examples/report.ts';
import { runProgram } from '../src/cli/program.ts';
import { loadDigits } from '../src/datasets/digits.ts';
import { decodeImage } from '../src/datasets/imageFile.ts';
import { imageAt } from '../src/datasets/labelledImages.ts';
import { encodePictureFile } from '../src/pictures/png.ts';

const reference = (model: string) => fileURLToPath(new URL(`reference/${model}.onnx`, import.meta.url));
const lenet = reference('lenet_digits');
const digits = (count: number) => Array.from({ length: count }, (_, i) => `digits:${i}`);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'konkyo-examples-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A folder of digits as PNG files. */
async function photos(count: number): Promise<string> {
  const { test } = await loadDigits();
  const place = join(folder, `photos-${count}`);
  await mkdir(place);
  for (let i = 0; i < count; i++) {
    const { width, height, data } = imageAt(test, i);
    await writeFile(join(place, `${i}.png`), encodePictureFile({ width, height, channels: 1, data }));
  }
  return place;
}

/** Pages without the command line that repeats them, which a program has none of. */
async function pages(out: string): Promise<Map<string, string>> {
  const names = (await readdir(out, { recursive: true })).filter((name) => name.endsWith('.html'));
  const repeat = /\n<section class="repeat">[\s\S]*?<\/section>|<div><dt>To repeat it<\/dt>.*?<\/div>/g;
  const read = names.sort().map(async (name) => [name, (await readFile(join(out, name), 'utf8')).replace(repeat, '')]);
  return new Map((await Promise.all(read)) as [string, string][]);
}

/** Runs without a word. */
async function quietly(run: () => Promise<unknown>): Promise<void> {
  const said = [vi.spyOn(process.stdout, 'write'), vi.spyOn(process.stderr, 'write')];
  for (const one of said) {
    one.mockImplementation((_text, done) => {
      if (typeof done === 'function') (done as () => void)();
      return true;
    });
  }
  const errors = vi.spyOn(console, 'error').mockReturnValue();
  try {
    await run();
  } finally {
    for (const one of [...said, errors]) one.mockRestore();
  }
}

it.each([
  { count: 2, model: 'lenet_digits', what: 'one page' },
  { count: 21, model: 'sigmoid_mlp', what: 'a page each and an index' },
])('the report of $count photos is the one that konkyo explain writes: $what', async ({ count, model }) => {
  const place = await photos(count);
  const names = (await readdir(place)).sort().map((name) => join(place, name));
  const [own, command] = [join(folder, `own-${count}`), join(folder, `command-${count}`)];
  const methods = ['--method', 'saliency,integrated-gradients,grad-cam'];
  await quietly(async () => {
    expect((await reportOfPhotos(reference(model), place, own)).images).toHaveLength(count);
    await runProgram(['explain', reference(model), ...names, ...methods, '--out', command]);
  });
  const [ours, theirs] = [await pages(own), await pages(command)];
  expect([...ours.keys()]).toEqual([...theirs.keys()]);
  expect(ours.size).toBe(count > 20 ? count + 1 : 1);
  for (const [name, page] of ours) expect(page === theirs.get(name), name).toBe(true);
});

it('overlays of 100 images are a picture each', async () => {
  const files = await writeOverlays(lenet, join(folder, 'overlays'), digits(100));
  expect(files).toHaveLength(100);
  const overlay = await decodeImage(await readFile(files[99] ?? ''));
  expect([overlay.width, overlay.height, overlay.channels]).toEqual([448, 448, 3]);
});

it('two models are compared on the same images', async () => {
  const compared = await compareModels(lenet, reference('sigmoid_mlp'), digits(2));
  expect(compared.map(({ image }) => image)).toEqual(digits(2));
  for (const { decided, likeness, deletion } of compared) {
    expect(decided[0]).toBe(decided[1]);
    expect(Math.abs(likeness)).toBeLessThan(0.9);
    for (const area of deletion) expect(area).toBeGreaterThan(0);
  }
});
