import { readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeNpy } from '../../src/datasets/npy.ts';
import type { Graph } from '../../src/onnx/graph.ts';
import type { GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { encodePicture } from '../../src/pictures/png.ts';
import { built, dense, modelOf, node, value } from '../networks.ts';
import { compileKonkyo, type Konkyo } from './konkyo.ts';

const digits = readFileSync(new URL('../reference/lenet_digits.onnx', import.meta.url));
const image = value('image', ['n', 1, 4, 4]);
const plain = built(image, ['n', 3], (b, x) => dense(b, b.add('Flatten', [x]), 16, 3));
const withGraph = (graph: Partial<Graph>) => writeModel(modelOf({ ...plain.graph, ...graph }));

/** Two operators without a gradient, the first of them twice. */
const withoutGradients = built(image, ['n', 1], (b, x) =>
  b.ops.Add(b.ops.Add(b.add('Det', [x]), b.add('Det', [b.ops.Neg(x)])), sampled(b, x)),
);

function sampled(b: GraphBuilder, x: string): string {
  const grid = b.ops.Reshape(b.add('Flatten', [x]), b.ints([-1, 4, 2, 2]));
  return b.add('ReduceMean', [b.add('GridSample', [x, grid]), b.ints([2, 3])], { keepdims: 0 });
}

function otherShape(): Uint8Array {
  const proto = fromBinary(ModelProtoSchema, digits);
  const [first] = proto.graph!.initializer;
  first!.dims = [...first!.dims, 2n];
  return toBinary(ModelProtoSchema, proto);
}

const custom = node('Fancy', [plain.graph.nodes[0]!.outputs[0]!], ['extra'], { domain: 'com.acme', name: 'fancy1' });
const picture = encodePicture({ height: 4, width: 4, channels: 1, data: new Uint8Array(16) });
const array = (dims: readonly number[], fill = 0) => {
  const data = new Float32Array(dims.reduce((product, dim) => product * dim, 1)).fill(fill);
  return writeNpy({ type: 'float32', dims, data });
};

const files: Readonly<Record<string, Uint8Array>> = {
  'plain.onnx': writeModel(plain),
  'digits.onnx': digits,
  'text.onnx': new TextEncoder().encode('this is no model\n'),
  'empty.onnx': new Uint8Array(0),
  'cut.onnx': digits.subarray(0, digits.length - 1000),
  'shape.onnx': otherShape(),
  'operators.onnx': writeModel(withoutGradients),
  'custom.onnx': withGraph({
    nodes: [...plain.graph.nodes, custom],
    outputs: [value('extra', undefined)],
  }),
  'images.onnx': withGraph({
    inputs: [...plain.graph.inputs, value('mask', ['n', 1, 4, 4])],
    nodes: [...plain.graph.nodes, node('Neg', ['mask'], ['m'])],
    outputs: [...plain.graph.outputs, value('m', ['n', 1, 4, 4])],
  }),
  'vectors.onnx': writeModel(built(value('features', ['n', 16]), ['n', 3], (b, x) => dense(b, x, 16, 3))),
  'outputs.onnx': withGraph({
    nodes: [...plain.graph.nodes, node('Neg', ['out'], ['other'])],
    outputs: [...plain.graph.outputs, value('other', ['n', 3])],
  }),
  'open.onnx': writeModel(
    built(value('image', ['n', 1, 'h', 'w']), ['n', 1], (b, x) =>
      b.add('ReduceMean', [x, b.ints([2, 3])], { keepdims: 0 }),
    ),
  ),
  'picture.png': picture,
  'cut.png': picture.subarray(0, picture.length - 30),
  'text.png': new TextEncoder().encode('no picture'),
  'size.npy': array([1, 1, 5, 4]),
  'channels.npy': array([3, 4, 4]),
  'nan.npy': array([1, 1, 4, 4], Number.NaN),
  'cut.npy': array([1, 1, 4, 4]).subarray(0, 100),
  file: new Uint8Array(1),
};

interface Case {
  readonly title: string;
  readonly args: readonly string[];
  /** What, where, and the next step. */
  readonly says: readonly RegExp[];
  readonly status?: 2;
}

const cases: readonly Case[] = [
  { title: 'a file that is not there', args: ['none.onnx', 'digits:3'], says: [/Cannot read the model none\.onnx/] },
  { title: 'not ONNX', args: ['text.onnx', 'digits:3'], says: [/text\.onnx: Not an ONNX model/] },
  { title: 'an empty file', args: ['empty.onnx', 'digits:3'], says: [/empty\.onnx: Not an ONNX model/] },
  { title: 'truncated ONNX', args: ['cut.onnx', 'digits:3'], says: [/cut\.onnx: .*incomplete/] },
  {
    title: 'an initializer that does not match its shape',
    args: ['shape.onnx', 'digits:3'],
    says: [/shape\.onnx: Tensor ".+" is float32 of shape \[.*,2\]/, /damaged/],
  },
  {
    title: 'operators without gradients, all of them',
    args: ['operators.onnx', 'picture.png', '--method', 'saliency'],
    says: [/Det \(.*\): .*Det.*, .*Det/, /GridSample \(/, /Give rules .* or use a method that needs no gradients/],
  },
  {
    title: 'operators of a custom domain',
    args: ['custom.onnx', 'picture.png'],
    says: [/custom\.onnx: .*com\.acme::Fancy "fancy1"/s, /Export it with standard operators only/],
  },
  {
    title: 'several image inputs',
    args: ['images.onnx', 'picture.png', '--output', 'out'],
    says: [/several image inputs:\s+image: float32\[n, 1, 4, 4\]\s+mask/, /make the others constants/],
  },
  {
    title: 'no image input',
    args: ['vectors.onnx', 'picture.png'],
    says: [/no image input/, /features: float32\[n, 16\]/],
  },
  {
    title: 'several outputs',
    args: ['outputs.onnx', 'picture.png'],
    says: [/several outputs: out, other\./, /--output NAME/],
  },
  {
    title: 'no such output',
    args: ['outputs.onnx', 'picture.png', '--output', 'logits'],
    says: [/no output "logits"; it has out, other/],
  },
  {
    title: 'an open size',
    args: ['open.onnx', 'picture.png'],
    says: [/open\.onnx: .*height open/, /--size HEIGHTxWIDTH/],
  },
  {
    title: 'an array of the wrong size',
    args: ['plain.onnx', 'size.npy'],
    says: [/size\.npy: .*\[1,1,5,4\].*float32\[n, 1,4,4\]/],
  },
  { title: 'a wrong number of channels', args: ['plain.onnx', 'channels.npy'], says: [/channels\.npy: .*\[1,3,4,4\]/] },
  { title: 'NaN', args: ['plain.onnx', 'nan.npy'], says: [/nan\.npy: Element 0 of the input is NaN/] },
  { title: 'a truncated array', args: ['plain.onnx', 'cut.npy'], says: [/cut\.npy/] },
  { title: 'a missing picture', args: ['plain.onnx', 'none.png'], says: [/Cannot read the input none\.png/] },
  {
    title: 'a damaged picture',
    args: ['plain.onnx', 'cut.png'],
    says: [/cut\.png: .*cannot be decoded/, /save it again as PNG/],
  },
  { title: 'no picture', args: ['plain.onnx', 'text.png'], says: [/text\.png: .*found text/, /PNG, JPEG or WebP/] },
  { title: 'a digit there is not', args: ['plain.onnx', 'digits:99999'], says: [/no image 99999/, /0 to 1999/] },
  {
    title: 'a class there is not',
    args: ['plain.onnx', 'picture.png', '--target', '3'],
    says: [/no class 3: the model has 3, 0 to 2/],
  },
  {
    title: 'a class name there is not',
    args: ['plain.onnx', 'picture.png', '--target', 'cat'],
    says: [/no class "cat": give an index from 0 to 2/],
  },
  { title: 'a class against itself', args: ['plain.onnx', 'picture.png', '--target', '1-vs-1'], says: [/with itself/] },
  {
    title: 'a place for arrays that is a file',
    args: ['plain.onnx', 'picture.png', '--save', 'file/maps.npz'],
    says: [/Cannot write to the folder .*file is a file.*Choose another/],
  },
  {
    title: 'missing class names',
    args: ['plain.onnx', 'picture.png', '--classes', 'none.txt'],
    says: [/class names none\.txt/],
  },
  { title: 'no arguments', args: [], says: [/missing required argument 'model'/], status: 2 },
  {
    title: 'an unknown option',
    args: ['plain.onnx', 'picture.png', '--stepps', '3'],
    says: [/unknown option '--stepps'/, /--steps/],
    status: 2,
  },
  {
    title: 'an unknown method',
    args: ['plain.onnx', 'picture.png', '--method', 'salency'],
    says: [/no method "salency"\. Did you mean saliency\? There are: saliency, /],
    status: 2,
  },
  {
    title: 'a setting out of range',
    args: ['plain.onnx', 'picture.png', '--method', 'integrated-gradients', '--steps', '0'],
    says: [/steps is 0, but must be a whole number, 1 to/],
    status: 2,
  },
  {
    title: 'a setting that is no number',
    args: ['plain.onnx', 'picture.png', '--steps', 'many'],
    says: [/--steps takes a number, not "many"/],
    status: 2,
  },
  {
    title: 'a setting of no chosen method',
    args: ['plain.onnx', 'picture.png', '--method', 'saliency', '--steps', '9'],
    says: [/--steps is an option of none of the chosen methods \(saliency\)/],
    status: 2,
  },
  {
    title: 'no number of threads',
    args: ['plain.onnx', 'picture.png', '--threads', '0'],
    says: [/--threads takes a whole number from 1/],
    status: 2,
  },
  {
    title: 'a device that is none',
    args: ['plain.onnx', 'picture.png', '--device', 'gpu'],
    says: [/--device takes cpu, webgpu, .*, not "gpu"/],
    status: 2,
  },
  {
    title: 'a size that is none',
    args: ['open.onnx', 'picture.png', '--size', '0x4'],
    says: [/--size takes HEIGHTxWIDTH/],
    status: 2,
  },
  {
    title: 'an unknown data set',
    args: ['plain.onnx', 'letters:3'],
    says: [/no data set "letters"/, /digits/],
    status: 2,
  },
];

let konkyo: Konkyo;
beforeAll(async () => {
  konkyo = await compileKonkyo();
  for (const [name, content] of Object.entries(files)) await writeFile(join(konkyo.folder, name), content);
});
afterAll(() => konkyo.remove());

describe.concurrent('konkyo explain refuses', () => {
  it.each(cases.map((each, i) => ({ ...each, out: `out${i}` })))('$title', async ({ args, says, status = 1, out }) => {
    const ended = await konkyo.run(['explain', ...args, '--out', out]);
    for (const words of says) expect(ended.stderr).toMatch(words);
    expect(ended.stderr).not.toMatch(/unexpected error|\n\s+at /);
    expect({ status: ended.status, stdout: ended.stdout }).toEqual({ status, stdout: '' });
    expect(await readdir(konkyo.folder)).not.toContain(out);
  });

  it('a folder that is a file, before anything is computed', async () => {
    const ended = await konkyo.run(['explain', 'none.onnx', 'picture.png', '--out', 'file']);
    expect(ended.stderr).toMatch(/Cannot write to the folder .*file is a file\. Choose another one/);
    expect(ended.status).toBe(1);
  });

  it('without touching a report that is there', async () => {
    const out = join(konkyo.folder, 'earlier');
    await mkdir(out);
    const earlier = '<meta name="generator" content="konkyo">the earlier report';
    await writeFile(join(out, 'index.html'), earlier);
    const ended = await konkyo.run([
      'explain',
      'operators.onnx',
      'picture.png',
      '--method',
      'saliency',
      '--pictures',
      '--save',
      'earlier/m.npz',
      '--out',
      'earlier',
    ]);
    expect(ended.status).toBe(1);
    expect(await readdir(out)).toEqual(['index.html']);
    expect(await readFile(join(out, 'index.html'), 'utf8')).toBe(earlier);
  });

  it('a command there is not', async () => {
    const ended = await konkyo.runAlone(['explian']);
    expect(ended).toMatchObject({ status: 2, stdout: '' });
    expect(ended.stderr).toMatch(/unknown command 'explian'[\s\S]*explain/);
  });
});
