import { readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadDigits } from '../../src/datasets/digits.ts';
import { imageAt } from '../../src/datasets/labelledImages.ts';
import { readNpz, writeNpz } from '../../src/datasets/npz.ts';
import { boxMethodKinds, methodKinds } from '../../src/methods.ts';
import { float32 } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { encodePicture, encodePictureFile } from '../../src/pictures/png.ts';
import { built, dense, images, value } from '../networks.ts';
import { compileKonkyo, type Ended, type Konkyo } from './konkyo.ts';

let konkyo: Konkyo;
const at = (...names: string[]) => join(konkyo.folder, ...names);
beforeAll(async () => {
  konkyo = await compileKonkyo();
  await writeFile(at('model.onnx'), readFileSync(new URL('../reference/lenet_digits.onnx', import.meta.url)));
  // Said, so that no usual ways are tried and nothing is noted of them.
  await writeFile(at('model.konkyo.json'), JSON.stringify({ scale: 1 / 255 }));
  await writeFile(at('classes.txt'), 'zero\none\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\n');
});
afterAll(() => konkyo.remove());

function explain(out: string, args: readonly string[], stdin?: Uint8Array): Promise<Ended> {
  const words = ['explain', 'model.onnx', '--out', out, '--threads', '1', ...args];
  return stdin ? konkyo.runAlone(words, { stdin }) : konkyo.run(words);
}

function json({ status, stdout, stderr }: Ended) {
  // Progress, and that nothing says how pixels become input: what is said then is asserted where it is the question.
  const expected = /^(\[\d+\/\d+\] |Note: nothing says how pixels become model input; 0\.\.1 was assumed\.)/;
  expect({ status, stderr: stderr.split('\n').filter((line) => line && !expected.test(line)) }).toEqual({
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
      /^digits:3: \d \(\d\S+% if its scores are logits\)\ndigits:4: \d \(\d\S+% if its scores are logits\)\nMaps: ((believe|careful|do not believe) \d,? ?)+\.\nReport: words\/index\.html\n$/,
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
      ['images', 'float32', [2, 1, 28, 28]],
      ['scores', 'float32', [2, 10]],
    ]);
    expect(arrays.get('scores')!.data[0]).not.toBeNaN();
    const map = arrays.get('integrated-gradients')!.data as Float32Array;
    expect(map.subarray(0, 784).reduce((sum, value) => sum + value, 0)).toBeCloseTo(first.methods[1].sum, 4);

    expect((await readdir(at('all'))).sort()).toEqual(['index.html', 'pictures']);
    const maps = ['', '--integrated-gradients--3', '--saliency--3'];
    const named = ['1-digits-3', '2-digits-4'].flatMap((image) => maps.map((map) => `${image}${map}.png`));
    expect((await readdir(at('all', 'pictures'))).sort()).toEqual([...named, 'colour-scale.png'].sort());
    expect(await readFile(at('all', 'index.html'), 'utf8')).toMatch(/steps 20/);
  });

  it('--save holds what its rows are of, and why each decision and not the second', async () => {
    const args = ['digits:3', 'digits:4', '--method', 'saliency,integrated-gradients', '--no-checks', '--json'];
    const summary = json(await explain('saved', [...args, '--save', 'saved.npz']));
    const bytes = await readFile(at('saved.npz'));
    const arrays = readNpz(bytes);
    const contrast = arrays.get('integrated-gradients/rather-than')!;
    expect(contrast.dims).toEqual([2, 1, 28, 28]);
    const sums = summary.images.map(({ methods }: { methods: { sum: number }[] }) => methods.at(-1)!.sum);
    const half = (contrast.data as Float32Array).length / 2;
    for (const i of [0, 1]) {
      const row = (contrast.data as Float32Array).subarray(i * half, (i + 1) * half);
      expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(sums[i], 4);
    }
    const scores = arrays.get('scores')!.data as Float32Array;
    expect(Math.max(...scores.subarray(0, 10))).toBeCloseTo(summary.images[0].score, 5);
    // Text: four bytes a letter.
    for (const word of ['digits:3', `${summary.images[0].predicted} rather than`])
      expect(bytes.includes(Buffer.from(new Uint32Array([...word].map((one) => one.charCodeAt(0))).buffer))).toBe(true);
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
    const [fromFile, fromDataset] = others;
    expect({ ...fromFile, name: '-' }).toEqual(fromStdin);
    // Of the data set it has a label, and as it is decided otherwise, also why not that.
    const ofClass = ({ methods, ...image }: { methods: readonly unknown[] }) => ({
      ...image,
      methods: methods.slice(0, 1),
    });
    expect(ofClass({ ...fromDataset, name: '-' })).toEqual(ofClass(fromStdin));
  });

  it('the same command gives the same bytes', async () => {
    const args = ['digits:3', '--method', 'saliency,integrated-gradients', '--save', 'same/maps.npz', '--json'];
    const once = async () => {
      const { stdout } = await konkyo.runAlone(['explain', 'model.onnx', '--out', 'same', '--threads', '1', ...args]);
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

describe.concurrent('--no-checks', () => {
  it('vouches for nothing: not on the page, in JSON or in words', async () => {
    const args = ['digits:3', '--method', 'integrated-gradients', '--no-checks'];
    const why = 'Checks were not asked for (--no-checks).';
    const [map] = json(await explain('unchecked', [...args, '--json'])).images[0].methods;
    expect(map).toMatchObject({ unchecked: why, lamp: 'not checked', verdicts: [] });
    const page = (await readFile(at('unchecked', 'index.html'), 'utf8')).replace(/<[^>]*>/g, '');
    expect(page).toContain(
      `The faithfulness of these maps was not checked, so nothing is said here of how far to believe them. ${why}`,
    );
    expect(page).not.toMatch(/failed a check|makes them credible/);
    expect((await explain('unchecked', args)).stdout).toContain(`Maps: not checked 2.\nNot checked: 2 maps. ${why}`);
  });
});

describe.concurrent('a folder as INPUT', () => {
  it('stands for its pictures, in natural order, and says how many there are', async () => {
    await mkdir(at('photos', 'inside'), { recursive: true });
    const { test } = await loadDigits();
    for (const i of [2, 10]) {
      const { width, height, data } = imageAt(test, i);
      await writeFile(at('photos', `${i}.png`), encodePictureFile({ width, height, channels: 1, data }));
    }
    await writeFile(at('photos', 'notes.txt'), '');
    const args = ['photos', 'digits:1', '--method', 'saliency', '--no-checks', '--json'];
    const { status, stdout, stderr } = await explain('folder', args);
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: expect.stringContaining('photos: two pictures; 2 of other kinds'),
    });
    const names = JSON.parse(stdout).images.map(({ name }: { name: string }) => name);
    expect(names).toEqual(['2.png', '10.png', 'digits:1']);
    const empty = await explain('folder', ['photos/inside']);
    expect(empty).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('nothing to explain in the folder photos/inside'),
    });
  });
});

describe.concurrent('--fail-on', () => {
  const args = ['digits:3', '--method', 'saliency,integrated-gradients', '--json'];
  const failing = (maps: { lamp: string }[], passing: string[]) => maps.filter(({ lamp }) => !passing.includes(lamp));

  it.each([
    ['careful', ['believe']],
    ['do-not-believe', ['believe', 'careful']],
  ])('%s fails by the lamps of the maps, with status 1 when all is written', async (failOn, passing) => {
    const out = `gate-${failOn}`;
    const { status, stdout, stderr } = await explain(out, [...args, '--fail-on', failOn]);
    const { images, gate } = JSON.parse(stdout);
    const failed = failing(images[0].methods, passing);
    expect(images[0].methods.every(({ verdicts }: { verdicts: unknown[] }) => verdicts.length > 0)).toBe(true);
    expect(gate).toMatchObject({ failOn, passed: failed.length === 0 });
    expect(gate.failures.map(({ lamp }: { lamp: string }) => lamp)).toEqual(failed.map(({ lamp }) => lamp));
    expect(status).toBe(failed.length === 0 ? 0 : 1);
    expect(stderr.includes('do not pass')).toBe(failed.length > 0);
    expect(await readdir(at(out))).toEqual(['index.html']);
  });

  it('a map that was not checked fails: nothing vouches for it', async () => {
    const { status, stdout, stderr } = await explain('gate-unchecked', [
      ...args,
      '--no-checks',
      '--fail-on',
      'do-not-believe',
    ]);
    expect(status).toBe(1);
    expect(JSON.parse(stdout).gate.failures).toContainEqual({
      image: 'digits:3',
      method: 'saliency',
      target: expect.any(String),
      lamp: 'not checked',
    });
    expect(stderr).toMatch(/--fail-on do-not-believe: status 1.*\n {2}digits:3: Sensitivity map for \d: not checked/);
  });

  it('names the baselines that a map has to beat, for a gate of one’s own', async () => {
    const [map] = JSON.parse((await explain('gate-numbers', args)).stdout).images[0].methods;
    for (const name of ['deletionArea', 'deletionAreaRandom', 'deletionAreaEdges', 'insertionAreaRandom'])
      expect(map[name], name).toBeGreaterThan(0);
    expect(map.verdicts.map(({ check }: { check: string }) => check)).toContain('Deletion');
  });

  it('another word is refused before any work', async () => {
    const refused = await explain('gate-word', ['digits:3', '--fail-on', 'maybe']);
    expect(refused).toMatchObject({
      status: 2,
      stderr: 'konkyo: --fail-on is careful or do-not-believe, not "maybe".\n',
    });
  });
});

describe.concurrent('what cannot be explained is left out by name', () => {
  /** The logarithm of the pixels over their norm: NaN for an image with a negative pixel, and relevance passes no norm. */
  const logarithm = built(value('x', ['n', 1, 4, 4]), ['n', 3], (builder, x) => {
    const { ops } = builder;
    const flat = ops.Reshape(ops.Log(x), builder.ints([0, -1]));
    const norm = builder.add('ReduceL2', [flat, builder.ints([1])], { keepdims: 1 });
    return dense(builder, ops.Div(flat, norm), 16, 3);
  });
  const signs = built(value('x', ['n', 1, 4, 4]), ['n', 3], (builder, x) =>
    dense(
      builder,
      builder.ops.Reshape(builder.ops.Sign(builder.ops.Sub(x, builder.scalar(0.5))), builder.ints([0, -1])),
      16,
      3,
    ),
  );
  const pixels = images(3, [1, 4, 4]).data.map((one, i) => (i === 20 ? -1 : Math.abs(one) + 0.1));
  beforeAll(async () => {
    await writeFile(at('logarithm.onnx'), writeModel(logarithm));
    await writeFile(at('signs.onnx'), writeModel(signs));
    await writeFile(at('three.npz'), writeNpz(new Map([['x', float32([3, 1, 4, 4], pixels)]])));
    await writeFile(at('bad.npz'), writeNpz(new Map([['x', float32([1, 1, 4, 4], pixels.slice(16, 32))]])));
  });
  const run = (model: string, args: readonly string[]) =>
    konkyo.run(['explain', model, '--threads', '1', '--json', ...args]);

  it('an image without scores, and a method that the model does not admit', async () => {
    const args = ['three.npz', '--method', 'saliency,lrp-epsilon-plus', '--out', 'left', '--save', 'left/maps.npz'];
    const { status, stdout, stderr } = await run('logarithm.onnx', args);
    expect(status).toBe(0);
    const summary = JSON.parse(stdout);
    expect(summary.leftOut).toEqual([
      { image: 'three.npz[1]', reason: expect.stringContaining('The model gives NaN for image 2 of 3') },
      {
        method: 'lrp-epsilon-plus',
        reason: expect.stringContaining('1 ReduceL2'),
        nodes: [expect.stringContaining('ReduceL2')],
      },
    ]);
    expect(stderr).toMatch(/Left out: The image three\.npz\[1\]\. The model gives NaN/);
    expect(stderr).toMatch(/Left out: Relevance, epsilon-plus\. .*cannot pass relevance/);
    expect(summary.images.map(({ name }: { name: string }) => name)).toEqual(['three.npz[0]', 'three.npz[2]']);
    const page = await readFile(at('left', 'index.html'), 'utf8');
    expect(page).toMatch(/three\.npz\[1\] was left out\. The model gives NaN/);
    expect(page).toMatch(/Relevance, epsilon-plus was left out\. .*cannot pass relevance/);
    expect([...readNpz(await readFile(at('left', 'maps.npz')))].map(([name, { dims }]) => [name, dims])).toEqual([
      ['saliency', [2, 1, 4, 4]],
      ['saliency/rather-than', [2, 1, 4, 4]],
      ['images', [2, 1, 4, 4]],
      ['scores', [2, 3]],
    ]);
  });

  it('with status 1 and the reason where nothing is left', async () => {
    const only = await run('logarithm.onnx', ['three.npz', '--method', 'lrp-epsilon-plus', '--out', 'none']);
    expect(only).toMatchObject({ status: 1, stdout: '' });
    expect(only.stderr.match(/cannot pass relevance/g)).toHaveLength(1);
    const both = await run('logarithm.onnx', ['three.npz', '--method', 'lrp-epsilon-plus,attn-lrp', '--out', 'none']);
    expect(both).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/Nothing is left to show: .*Relevance, epsilon-plus, Relevance through attention/),
    });
    const bad = await run('logarithm.onnx', ['bad.npz', '--method', 'saliency', '--out', 'none']);
    expect(bad).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/konkyo: The model gives NaN for the image\./),
    });
  });

  it('and a map of zeros is no finding: stderr, JSON and page say why it is', async () => {
    const args = ['three.npz', '--method', 'saliency', '--target', '1', '--out', 'zeros'];
    const { status, stdout, stderr } = await run('signs.onnx', args);
    expect(status).toBe(0);
    const why = /This map is 0 everywhere, whatever the image: the network's steps have no slope.*1 Sign/;
    expect(stderr).toMatch(why);
    for (const { methods } of JSON.parse(stdout).images) {
      expect(methods).toMatchObject([{ warnings: [expect.stringMatching(why)], unchecked: expect.any(String) }]);
    }
    const page = await readFile(at('zeros', 'index.html'), 'utf8');
    expect(page).toMatch(/This map is 0 everywhere/);
    expect(page).not.toMatch(/failed a check/);
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
    expect(listed.map(({ id }: { id: string }) => id)).toEqual([...methodKinds, ...boxMethodKinds].map(({ id }) => id));
  });
});

it('help says in 80 columns and in groups what there is, and of methods each default', async () => {
  for (const name of ['explain', 'evaluate', 'compile', 'rules', 'regions', 'filters', 'noncontributing', 'maximize']) {
    const { stdout } = await konkyo.run([name, '--help']);
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
    expect(stdout, name).toMatch(/\nOptions:\n[\s\S]*\nModel, input and machine:\n/);
  }
  const { stdout } = await konkyo.run(['explain', '--help']);
  expect(stdout).toMatch(/\nResults:\n[\s\S]*--fail-on[\s\S]*\nOptions of methods:\n/);
  const text = stdout.slice(stdout.indexOf('Options of methods:')).replace(/\s+/g, ' ');
  for (const { id, options } of methodKinds) {
    for (const [name, option] of Object.entries(options)) {
      const own = text.slice(text.indexOf(`--${name} <number>`)).split(/ --[a-z]+ </)[0]!;
      expect(own, `--${name} of ${id}`).toContain(option.about.replace(/\s+/g, ' '));
      expect(own, `--${name} of ${id}`).toMatch(new RegExp(`[ (]${option.default}: [^;)]*\\b${id}\\b`));
    }
  }
});

it('help and version go to stdout', async () => {
  const [help, version] = await Promise.all([konkyo.runAlone(['--help']), konkyo.runAlone(['--version'])]);
  expect(help).toMatchObject({ status: 0, stderr: '' });
  for (const command of ['explain', 'methods', 'train']) expect(help.stdout).toContain(command);
  expect(version).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
});
