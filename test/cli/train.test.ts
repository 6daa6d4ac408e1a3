import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeNpz } from '../../src/datasets/npz.ts';
import { readModel } from '../../src/onnx/readModel.ts';
import { compileKonkyo, type Ended, type Konkyo } from './konkyo.ts';

const mnist = fileURLToPath(new URL('../../../shared/data/mnist/', import.meta.url));
const resnet = fileURLToPath(new URL('../reference/resnet_mini.onnx', import.meta.url));

let konkyo: Konkyo;
const at = (name: string) => join(konkyo.folder, name);
beforeAll(async () => {
  konkyo = await compileKonkyo();
});
afterAll(() => konkyo.remove());

const command = (args: readonly string[]) => ['train', ...args, '--threads', '1'];
const cached = () => ({ XDG_CACHE_HOME: at('cache') });
const train = (args: readonly string[]) => konkyo.run(command(args), cached());

/** A process of its own, which a SIGINT is sent when stderr has a text. */
function trainUntil(args: readonly string[], interruptAt: string): Promise<Ended> {
  const words = [join('dist', 'cli', 'main.js'), ...command(args)];
  const child = spawn(process.execPath, words, { cwd: konkyo.folder, env: { ...process.env, ...cached() } });
  let [stdout, stderr, sent] = ['', '', false];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    if (!sent && stderr.includes(interruptAt)) sent = child.kill('SIGINT');
  });
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, stdout, stderr })));
}

describe('konkyo train, interrupted', () => {
  // Validation, early stopping and two epochs: all that a checkpoint has to carry.
  const settings = ['b', '--epochs', '2', '--batch', '50', '--patience', '3', '--seed', '5'];

  it('saves what it has on SIGINT, says how to go on, and then ends with the same bytes', async () => {
    const whole = at('whole.onnx');
    const parted = at('parted.onnx');
    const checkpoint = `${parted}.checkpoint.npz`;
    const [uninterrupted, first] = await Promise.all([
      train([...settings, '--out', whole]),
      trainUntil([...settings, '--out', parted, '--json'], '[8/10]'),
    ]);
    expect(uninterrupted).toMatchObject({ status: 0 });
    expect(first.status).toBe(130);
    const { interrupted, updates, ...rest } = JSON.parse(first.stdout);
    expect({ interrupted, rest }).toEqual({ interrupted: true, rest: { checkpoint } });
    // In the second epoch, with the best weights of the first in the checkpoint.
    expect(updates).toBeGreaterThan(134);
    expect(updates).toBeLessThan(268);
    expect(first.stderr).toContain(
      `Interrupted after ${updates} updates. Go on with the same command and --resume ${checkpoint}`,
    );
    expect(existsSync(parted)).toBe(false);

    const second = await train([...settings, '--out', parted, '--resume', checkpoint]);
    expect(second).toMatchObject({ status: 0 });
    expect(await readFile(parted)).toEqual(await readFile(whole));
    expect(second.stdout).toBe(uninterrupted.stdout.replace(whole, parted));

    const other = await train(['b', '--epochs', '2', '--seed', '6', '--out', at('no.onnx'), '--resume', checkpoint]);
    expect(other.status).toBe(1);
    expect(other.stderr).toContain('seed: 5 then, 6 now');
  });

  it('stops while it still reads pictures', async () => {
    for (let i = 0; i < 40; i++) {
      await mkdir(at('large/a'), { recursive: true });
      const create = { width: 900, height: 900, channels: 3, background: { r: i, g: 0, b: 0 } } as const;
      await sharp({ create })
        .jpeg()
        .toFile(at(`large/a/${10 + i}.jpg`));
    }
    const flags = ['--dataset', at('large'), '--size', '28', '--out', at('no.onnx')];
    const { status, stderr } = await trainUntil(['b', ...flags], '[2/10] Reading pictures');
    expect({ status, stderr }).toEqual({ status: 130, stderr: expect.stringContaining('reading was interrupted') });
    expect((await readdir(konkyo.folder)).filter((name) => name.startsWith('no.onnx'))).toEqual([]);
  });
});

describe('konkyo train with a model of one’s own', () => {
  /** Red or green pictures of the size of resnet_mini's input. */
  async function writeColours(path: string, size = 16): Promise<void> {
    for (const [name, background] of [
      ['green', { r: 20, g: 200, b: 40 }],
      ['red', { r: 200, g: 30, b: 40 }],
    ] as const) {
      await mkdir(join(path, name), { recursive: true });
      for (let i = 0; i < 20; i++) {
        const noise = { type: 'gaussian', mean: 100, sigma: 20 + i } as const;
        const create = { width: size, height: size, channels: 3, background, noise } as const;
        await sharp({ create: { width: size, height: size, channels: 3, background } })
          .composite([{ input: await sharp({ create }).png().toBuffer(), blend: 'soft-light' }])
          .toFile(join(path, name, `${10 + i}.png`));
      }
    }
  }

  it('fine-tunes it on a folder of pictures, and describes its input and classes beside it', async () => {
    await writeColours(at('colours'), 20);
    const out = at('tuned.onnx');
    const flags = ['--dataset', at('colours'), '--size', '32x32', '--mean', '0.5', '--std', '0.25', '--batch', '8'];
    const { status, stdout, stderr } = await train([resnet, ...flags, '--epochs', '6', '--out', out, '--json']);
    expect({ status, stderr }).toMatchObject({ status: 0 });
    const summary = JSON.parse(stdout);
    expect(summary).toMatchObject({ model: out, architecture: resnet, stopped: 'finished' });
    expect(summary.accuracy).toBeGreaterThan(0.8);
    const description = JSON.parse(await readFile(at('tuned.konkyo.json'), 'utf8'));
    expect(description).toMatchObject({ mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25], classes: ['green', 'red'] });
    const names = (bytes: Uint8Array) => [...readModel(bytes).graph.initializers.keys()];
    expect(names(await readFile(out))).toEqual(expect.arrayContaining(names(await readFile(resnet))));
  });

  it('says which sizes do not match', async () => {
    await writeColours(at('small'), 8);
    const { status, stderr } = await train([resnet, '--dataset', at('small'), '--out', at('no.onnx')]);
    expect(status).toBe(1);
    expect(stderr).toContain('the images are 8x8 with 3 channel(s), but the model takes 32x32 with 3');
    expect(existsSync(at('no.onnx'))).toBe(false);
  });
});

describe('konkyo train, given wrong things', () => {
  it('is a usage error to ask for what there is not', async () => {
    const { status, stderr } = await train(['z', '--out', at('no.onnx')]);
    const complaint = expect.stringContaining('There is no architecture "z". There are a1, a2, b, c, d');
    expect({ status, stderr }).toEqual({ status: 2, stderr: complaint });
  });

  it('names a class without images', async () => {
    const images = { type: 'uint8', dims: [10, 28, 28], data: new Uint8Array(7840) } as const;
    const labels = { type: 'uint8', dims: [10], data: Uint8Array.from([0, 0, 0, 0, 0, 2, 2, 2, 2, 2]) } as const;
    await writeFile(at('gap.npz'), writeNpz(new Map(Object.entries({ images, labels }))));
    const { status, stderr } = await train(['b', '--dataset', at('gap.npz'), '--out', at('no.onnx')]);
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('no images of class 1') });
  });

  it.skipIf(!existsSync(mnist))('trains on mnist from the folder given (skipped without ../shared)', async () => {
    const flags = [
      '--dataset',
      'mnist',
      '--data-dir',
      mnist,
      '--updates',
      '150',
      '--optimizer',
      'sgd',
      '--rate',
      '0.1',
    ];
    const { status, stdout } = await train(['b', ...flags, '--momentum', '0.9', '--out', at('mnist.onnx'), '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout).accuracy).toBeGreaterThan(0.7);
    expect((await readdir(konkyo.folder)).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });
});

describe('konkyo train, a network of mosaics', () => {
  it('says how well it answers, and describes what it learned', async () => {
    const out = at('labels.onnx');
    const { status, stdout, stderr } = await train(['mosaic-labels', '--updates', '2', '--out', out, '--json']);
    expect([status, stderr]).toEqual([0, expect.any(String)]);
    const { architecture, dataset, updates, figures } = JSON.parse(stdout);
    expect([architecture, dataset, updates]).toEqual(['mosaic-labels', 'mosaic', 2]);
    expect(Object.keys(figures)).toEqual(['labelAccuracy', 'f1']);
    expect(figures.labelAccuracy).toBeGreaterThan(0.2);
    expect(JSON.parse(await readFile(at('labels.konkyo.json'), 'utf8'))).toMatchObject({
      size: [96, 96],
      task: 'labels',
      classes: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
    });
  });

  it.each([
    [['--dataset', 'digits'], 'mosaic-value learns what only mosaics are known to show'],
    [['--size', '28'], 'Mosaics are 96x96'],
    [['--patience', '2'], '--patience counts right classes'],
    [['--mean', '0.5'], '--mean describes the input of a model file'],
  ])('refuses %j', async (flags, complaint) => {
    const { status, stderr } = await train(['mosaic-value', '--updates', '1', '--out', at('no.onnx'), ...flags]);
    expect([status, stderr]).toEqual([2, expect.stringContaining(complaint)]);
    expect(existsSync(at('no.onnx'))).toBe(false);
  });
});
