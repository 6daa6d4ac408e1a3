import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeNpz } from '../../src/datasets/npz.ts';
import type { GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { encodePictureFile } from '../../src/pictures/png.ts';
import { convolvedModel } from '../networks.ts';
import { compileKonkyo, type Konkyo } from './konkyo.ts';

let konkyo: Konkyo;
const at = (...names: string[]) => join(konkyo.folder, ...names);

const picture = (data: Uint8Array) => encodePictureFile({ height: 8, width: 8, channels: 1, data });

beforeAll(async () => {
  konkyo = await compileKonkyo();
  const mean = (builder: GraphBuilder, x: string, axes: readonly number[]) =>
    builder.add('ReduceMean', [x, builder.ints(axes)], { keepdims: 0 });
  const models = {
    labels: convolvedModel('out', (builder, x) => builder.ops.Sigmoid(mean(builder, x, [2, 3]))),
    age: convolvedModel('age', (builder, x) => mean(builder, x, [1, 2, 3])),
    segmenter: convolvedModel('out', (_, x) => x),
  };
  for (const [name, model] of Object.entries(models)) await writeFile(at(`${name}.onnx`), writeModel(model));
  await writeFile(at('labels.konkyo.json'), JSON.stringify({ classes: ['cat', 'dog', 'eel'] }));
  await writeFile(at('picture.png'), picture(Uint8Array.from({ length: 64 }, (_, i) => (i * 37) % 256)));
  await writeFile(at('mask.png'), picture(new Uint8Array(64).fill(255, 0, 32)));
  await writeFile(
    at('held.npz'),
    writeNpz(new Map([['colour', { type: 'float32', dims: [1], data: Float32Array.of(1) }]])),
  );
  await writeFile(at('empty.png'), picture(new Uint8Array(64)));
});
afterAll(() => konkyo.remove());

const explain = (model: string, ...args: string[]) =>
  konkyo.run([
    'explain',
    `${model}.onnx`,
    'picture.png',
    '--out',
    'report',
    '--force',
    '--method',
    'saliency',
    ...args,
  ]);

describe('konkyo explain', () => {
  it.each([
    ['labels', [], 'labels', /^(cat|dog|eel)$/],
    ['labels', ['--target', 'label:dog', '--threshold', '0.3'], 'labels', /^dog$/],
    ['age', ['--within', '2'], 'value', /^the value$/],
    ['segmenter', [], 'segmentation', /^(\d) where it sees “\1”$/],
    ['segmenter', ['--target', 'class:2@mask.png'], 'segmentation', /^2 within the mask mask\.png$/],
    ['segmenter', ['--target', 'out[0,1,0:2,-1]'], 'value', /^the sum of out\[0,1,0:2,-1\]$/],
  ])('%s %j', async (model, args, task, target) => {
    const { status, stdout, stderr } = await explain(model, '--json', ...args);
    expect({ status, stderr }).toMatchObject({ status: 0 });
    const summary = JSON.parse(stdout);
    expect(summary.task).toBe(task);
    expect(summary.images[0].decision.kind).toBe(task);
    expect(summary.images[0].target).toMatch(target);
  });

  it('says in words what was decided', async () => {
    expect((await explain('age', '--within', '2')).stdout).toMatch(/^picture\.png: -?\d\S* \(the same within 2\)\n/);
    expect((await explain('segmenter')).stdout).toMatch(/^picture\.png: class \d \d+\.\d%, class \d \d+\.\d%/);
    expect((await explain('labels', '--threshold', '0.999')).stdout).toMatch(/no label \(the strongest: \w+ /);
  });

  it('takes the task from the description beside the model', async () => {
    await writeFile(
      at('said.onnx'),
      writeModel(convolvedModel('out', (builder, x) => builder.add('GlobalAveragePool', [x]))),
    );
    await writeFile(at('said.konkyo.json'), JSON.stringify({ task: 'labels' }));
    expect(JSON.parse((await explain('said', '--json')).stdout).task).toBe('labels');
  });

  it.each([
    ['segmenter', ['--target', 'class:2@empty.png'], 1, 'There is nothing within the mask empty.png'],
    ['segmenter', ['--target', 'class:2@missing.png'], 1, 'missing.png'],
    ['segmenter', ['--target', 'out[0,0:9]'], 1, '0:9 goes beyond axis 1'],
    ['segmenter', ['--target', 'height[0]'], 1, 'no such output; it has out'],
    ['segmenter', ['--target', 'box:0,0,9,9'], 1, 'the model gives a class for each position'],
    ['age', ['--task', 'detection'], 1, /not recognised.*age: \[n\].*"detection": \{"layout": "yolov8"\}/s],
    ['age', ['--with', 'held.npz'], 1, 'no input "colour". It takes:\n  x: float32[n, 1, 8, 8]'],
    ['segmenter', ['--target', 'out[0,3]'], 1, 'outside of axis 1'],
    ['segmenter', ['--unit', '1', '--layer', 'out'], 2, "this one's task is segmentation"],
    ['labels', ['--target', 'label:cow'], 1, 'There is no label "cow"'],
    ['labels', ['--threshold', '1'], 1, 'a probability between 0 and 1'],
    ['age', ['--within', '-1'], 2, '--within takes a number of 0 or more'],
    ['age', ['--task', 'poetry'], 2, '--task is classes, labels, value, segmentation, detection'],
    ['age', ['--output', 'height'], 1, 'no output "height"; it has age'],
  ])('%s %j is refused', async (model, args, status, message) => {
    const ended = await explain(model, ...args);
    expect(ended.stderr).toEqual(
      typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message),
    );
    expect(ended.status).toBe(status);
  });

  it('does not write over the mask of its target', async () => {
    const args = ['explain', 'segmenter.onnx', 'picture.png', '--target', 'class:2@mask.png', '--save', 'mask.png'];
    const { stderr, status } = await konkyo.run(args);
    expect(stderr).toContain('mask.png is the file that is read, and would be written over');
    expect(status).toBe(2);
  });
});

describe('other commands, of models that are described as deciding no class', () => {
  beforeAll(async () => {
    for (const [name, task] of [
      ['age', 'value'],
      ['segmenter', 'segmentation'],
    ] as const) {
      await writeFile(at(`${name}-described.onnx`), await readFile(at(`${name}.onnx`)));
      await writeFile(at(`${name}-described.konkyo.json`), JSON.stringify({ task }));
    }
  });

  it.each([
    ['age', ['evaluate', '--dataset', 'digits'], 'gives a value, and decides between no classes'],
    ['age', ['rules', '--dataset', 'digits'], 'gives a value, and decides between no classes'],
    ['segmenter', ['filters', '--dataset', 'digits'], 'gives a class for each position'],
    ['segmenter', ['compile', '--method', 'saliency', '--out', 'no.onnx'], 'gives a class for each position'],
  ])('%s %j is refused by name and reason', async (model, [command, ...flags], reason) => {
    const ended = await konkyo.run([command!, `${model}-described.onnx`, ...flags]);
    expect(ended.stderr).toContain(reason);
    expect(ended.stderr).toContain('konkyo explain');
    expect(ended.status).toBe(1);
  });

  it('a value is compiled as the value, not as one of two classes', async () => {
    const compile = ['compile', 'age-described.onnx', '--method', 'saliency', '--out', 'age-map.onnx'];
    const { status, stdout, stderr } = await konkyo.run([...compile, '--json']);
    expect({ status, stderr }).toMatchObject({ status: 0 });
    const { inputs, difference } = JSON.parse(stdout);
    expect(inputs).toHaveLength(1);
    expect(difference).toBeLessThan(1e-5);
    const refused = await konkyo.run([...compile, '--force', '--target', '1']);
    expect(refused).toMatchObject({ status: 2, stderr: expect.stringContaining('decides between no classes') });
  });

  it('layers are maximized whatever the task', async () => {
    const flags = ['--units', '0', '--steps', '2', '--starts', '1', '--samples', '2', '--out', 'layer'];
    const { status, stdout } = await konkyo.run(['maximize', 'segmenter-described.onnx', '--layer', 'out', ...flags]);
    expect(stdout).toContain('unit 0:');
    expect(status).toBe(0);
  });
});
