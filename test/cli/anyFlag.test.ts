import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeNpy } from '../../src/datasets/npy.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { encodePicture } from '../../src/pictures/png.ts';
import { built, dense, value } from '../networks.ts';
import { compileKonkyo, type Konkyo } from './konkyo.ts';

const model = built(value('image', ['n', 1, 4, 4]), ['n', 3], (b, x) => dense(b, b.add('Flatten', [x]), 16, 3));
const named = (name: string) =>
  built(value(name, ['n', 1, 4, 4]), ['n', 3], (b, x) => dense(b, b.add('Flatten', [x]), 16, 3));
const array = (dims: readonly number[]) =>
  writeNpy({ type: 'float32', dims, data: new Float32Array(dims.reduce((product, dim) => product * dim, 1)) });

const files: Readonly<Record<string, Uint8Array>> = {
  'plain.onnx': writeModel(model),
  'reserved.onnx': writeModel(named('konkyo/target')),
  'picture.png': encodePicture({ height: 4, width: 4, channels: 1, data: new Uint8Array(16) }),
  'none.npy': array([0, 1, 4, 4]),
  'empty.npy': new Uint8Array(),
  'flat.npy': array([16]),
  'empty.png': new Uint8Array(),
  'empty.json': new Uint8Array(),
  'list.json': new TextEncoder().encode('[]'),
  'deep.json': new TextEncoder().encode('['.repeat(100_000)),
  'empty.npz': new Uint8Array(),
};

const explain = ['explain', 'plain.onnx', 'picture.png', '--method', 'saliency', '--no-checks'];
const train = ['train', 'd', '--out', 'out/trained.onnx', '--updates', '1'];

/** Every flag that takes a number, with numbers that are none, and what they may do. */
const numbers = ['', ' ', '0', '-1', '1.5', '1e999', 'NaN', '99999999999999999999', '0x10', '１', '[]', '256'];
const odd = (command: readonly string[], flag: string, values: readonly string[] = numbers) =>
  values.map((text) => [...command, `${flag}=${text}`]);

const cases: readonly (readonly string[])[] = [
  ...odd(explain, '--threads'),
  ...odd(['explain', 'plain.onnx', 'picture.png', '--method', 'smoothgrad', '--no-checks'], '--samples', [
    '',
    '0',
    '1e999',
    '99999999999',
    '1.5',
  ]),
  ...odd(['explain', 'plain.onnx', 'picture.png', '--method', 'integrated-gradients', '--no-checks'], '--steps', [
    '',
    '-1',
    '1e999',
    '99999999999',
  ]),
  ...odd(explain, '--target', [
    '',
    '-1',
    '1.5',
    'NaN',
    '99999999999',
    '0-vs-',
    '-vs-',
    '0-vs-0',
    '0-vs-1-vs-2',
    'second-vs-second',
    '__proto__',
  ]),
  ...odd(explain, '--size', ['', '0', '4x', '5x5', '1e9', '99999999999x99999999999']),
  ...odd(explain, '--scale', ['', '0', '1/0', '0/0', '1e999', '1/1/1']),
  ...odd(explain, '--mean', ['', ',', '1,2', '1e999', 'x']),
  ...odd(explain, '--std', ['', '0', '1,2', '-1', '1e999']),
  ...odd(explain, '--layout', ['', 'NCWH', 'NHWC']),
  ...odd(explain, '--layer', ['', 'konkyo/target', '__proto__', 'out']),
  ...odd(explain, '--output', ['', '__proto__', 'image']),
  ...odd(explain, '--method', ['', ',', 'saliency,', '__proto__']),
  ...odd(explain, '--classes', ['', 'none', '/dev/zero', '.', 'empty.json']),
  ...odd(explain, '--rules', ['', 'none', '/dev/zero', '.', 'empty.json', 'list.json', 'deep.json', 'picture.png']),
  ...odd([...explain, '--layer', 'out'], '--unit', ['', '-1', '1.5', '99999999999', '3']),
  ...odd(train, '--batch', ['', '0', '-1', '1.5', '1e999', '99999999999']),
  ...odd(train, '--rate', ['', '0', '-1', '1e999', 'x']),
  ...odd(train, '--seed', ['', '-1', '1.5', '99999999999999999999']),
  ...odd(train, '--resume', ['', 'none', '/dev/zero', '.', 'empty.npz', 'picture.png', 'none.npy']),
  ...odd(train, '--dataset', ['', 'none', '/dev/zero', '.', 'empty.npz', 'plain.onnx']),
  ...[
    '/dev/zero',
    '/dev/null',
    '.',
    '',
    'socket',
    'fifo',
    'none.npy',
    'empty.npy',
    'flat.npy',
    'empty.png',
    'digits:99999999999999999999',
    'digits:-1',
  ].map((input) => ['explain', 'plain.onnx', input, '--method', 'saliency']),
  ...['/dev/zero', '/dev/null', '.', '', 'picture.png', 'fifo'].map((file) => [
    'explain',
    file,
    'picture.png',
    '--method',
    'saliency',
  ]),
  ['explain', 'reserved.onnx', 'picture.png', '--method', 'saliency'],
  ['compile', 'plain.onnx', '--method', 'saliency', '--out', '.'],
  ['compile', 'plain.onnx', '--method', 'saliency', '--out', ''],
  ['explain', 'plain.onnx', 'picture.png', '--method', 'saliency', '--no-checks', '--save', ''],
  ['explain', 'plain.onnx', 'picture.png', '--method', 'saliency', '--no-checks', '--out', ''],
];

let konkyo: Konkyo;
beforeAll(async () => {
  konkyo = await compileKonkyo();
  for (const [name, content] of Object.entries(files)) await writeFile(join(konkyo.folder, name), content);
  if (process.platform !== 'win32') {
    execFileSync('mkfifo', [join(konkyo.folder, 'fifo')]);
    // A writer that ends at once: the pipe is there, and nothing comes.
    execFileSync('sh', ['-c', ': <> "$0"', join(konkyo.folder, 'fifo')]);
  }
});
afterAll(() => konkyo.remove());

// A pipe without a writer is given up after a minute, so it is not among those tried here.
const tried = cases.filter((args) => !args.includes('fifo'));

describe('no command calls what it is given a bug', () => {
  it(`in ${tried.length} command lines`, async () => {
    const all = await Promise.all(tried.map((args) => konkyo.run(args, { KONKYO_MAX_MEMORY: '200MiB' })));
    for (const [i, { status, stderr }] of all.entries()) {
      const of = `konkyo ${tried[i]?.map((word) => word.slice(0, 60)).join(' ')}`;
      expect(stderr, of).not.toMatch(/unexpected error|please report|\n\s+at /);
      expect([0, 1, 2], of).toContain(status);
      if (status !== 0) expect(stderr, of).toMatch(/^(konkyo|error): .{10}/m);
    }
  });
});
