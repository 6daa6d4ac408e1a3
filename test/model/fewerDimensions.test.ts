import { describe, expect, it } from 'vitest';
import { saliency } from '../../src/attribution/gradient/saliency.ts';
import { compileExplainer } from '../../src/compile/compileExplainer.ts';
import { InputDescriptionError, UnsuitableModelError } from '../../src/model/errors.ts';
import type { InputSettings } from '../../src/model/inputDescription.ts';
import type { ElementType } from '../../src/onnx/elementType.ts';
import type { Model, ValueInfo } from '../../src/onnx/graph.ts';
import { emptyGraph, GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { float32, sizeOf, tensor } from '../../src/onnx/tensor.ts';
import { images, load, modelOf, value, weights } from '../networks.ts';
import { cpu } from '../runtimes.ts';

/** tanh(x W) of what is flattened, three scores: an input of any shape. */
function perceptron(
  dims: NonNullable<ValueInfo['dims']>,
  features: number,
  more: { outputDims?: ValueInfo['dims']; opset?: number; type?: ElementType } = {},
): Model {
  const { outputDims = [dims[0], 3], opset = 21, type = 'float32' } = more;
  const builder = new GraphBuilder(emptyGraph('perceptron'), 'test');
  builder.input('digit', type, dims);
  const rows = typeof dims[0] === 'number' && outputDims[0] === dims[0] ? dims[0] : -1;
  const flat = builder.ops.Reshape('digit', builder.ints(outputDims.length === 1 ? [1, features] : [rows, features]));
  const hidden = builder.add('Softplus', [builder.ops.MatMul(flat, builder.constant(weights([features, 3])))]);
  const scores = outputDims.length === 1 ? builder.ops.Reshape(hidden, builder.ints([3])) : hidden;
  return modelOf(builder.build([{ ...value('x', outputDims), name: scores }]), opset);
}

/** The model's own scores of images in its own shape and batch, and konkyo's of the same elements. */
async function bothScores(model: Model, settings: InputSettings, dims: readonly number[], image: readonly number[]) {
  const count = sizeOf(dims) / sizeOf(image);
  const pixels = images(count, image);
  const session = await cpu.createSession(model);
  const own = await session.run({ digit: float32(dims, pixels.data) });
  await session.release();
  const classifier = await load(model, { input: settings });
  const { data } = await classifier.scoresOf(pixels);
  const expected = Object.values(own)[0]!.data as Float32Array;
  for (const [i, score] of data.entries()) expect(score).toBeCloseTo(expected[i]!, 5);
  return { classifier, pixels };
}

interface Case {
  readonly dims: NonNullable<ValueInfo['dims']>;
  readonly runs: readonly number[];
  readonly settings?: InputSettings;
  readonly image: readonly number[];
  readonly note: RegExp;
  readonly outputDims?: ValueInfo['dims'];
  readonly opset?: number;
}

const cases: readonly Case[] = [
  { dims: ['n', 8, 8], runs: [2, 8, 8], image: [1, 8, 8], note: /\[n, 8, 8\]; it was explained as an image of one/ },
  { dims: ['n', 6, 9], runs: [2, 6, 9], settings: { layout: 'NHWC' }, image: [6, 9, 1], note: /\[n, 6, 9\]/ },
  { dims: ['n', 'h', 'w'], runs: [2, 6, 9], settings: { size: [6, 9] }, image: [1, 6, 9], note: /\[n, h, w\]/ },
  { dims: [1, 8, 8], runs: [1, 8, 8], image: [1, 8, 8], note: /\[1, 8, 8\]/ },
  { dims: [10, 8, 8], runs: [10, 8, 8], image: [1, 8, 8], note: /\[10, 8, 8\]/ },
  { dims: ['n', 64], runs: [2, 64], image: [1, 8, 8], note: /64 numbers .* 8 x 8 pixels .*assumption.*--size/ },
  { dims: [1, 64], runs: [1, 64], image: [1, 8, 8], note: /assumption/, opset: 11 },
  { dims: [10, 64], runs: [10, 64], image: [1, 8, 8], note: /assumption/ },
  {
    dims: ['n', 54],
    runs: [2, 54],
    settings: { size: [6, 9] },
    image: [1, 6, 9],
    note: /6 x 9 pixels of 1 channel, row by row\.$/,
  },
  { dims: ['n', 64], runs: [2, 64], settings: { size: [4, 16] }, image: [1, 4, 16], note: /4 x 16 pixels/ },
  { dims: ['n', 192], runs: [2, 192], settings: { layout: 'NHWC' }, image: [8, 8, 3], note: /8 x 8 pixels of 3/ },
  { dims: ['n', 162], runs: [2, 162], settings: { layout: 'NCHW', size: [6, 9] }, image: [3, 6, 9], note: /6 x 9/ },
  { dims: [1, 192], runs: [1, 192], settings: { layout: 'NHWC' }, image: [8, 8, 3], note: /8 x 8 pixels of 3/ },
  {
    dims: [4, 162],
    runs: [4, 162],
    settings: { layout: 'NCHW', size: [9, 6] },
    image: [3, 9, 6],
    note: /9 x 6 pixels of 3 channels, row by row\.$/,
  },
  { dims: ['n', 'm'], runs: [2, 54], settings: { size: [6, 9] }, image: [1, 6, 9], note: /54 numbers/ },
  { dims: ['n', 64, 1], runs: [2, 64, 1], image: [8, 8, 1], note: /assumption/ },
  { dims: ['n', 3, 64], runs: [2, 3, 64], image: [3, 8, 8], note: /assumption/ },
  { dims: [64], runs: [64], image: [1, 8, 8], note: /assumption/, outputDims: [3] },
  { dims: [3, 4, 4], runs: [3, 4, 4], image: [3, 4, 4], note: /without a batch dimension/, outputDims: [1, 3] },
  { dims: [4, 4, 3], runs: [4, 4, 3], image: [4, 4, 3], note: /without a batch dimension/, outputDims: [1, 3] },
  { dims: [8, 8], runs: [8, 8], image: [1, 8, 8], note: /image of one channel\./, outputDims: [1, 3] },
];

describe('images of fewer than four dimensions', () => {
  it.each(cases)('$dims as $image', async ({ dims, runs, settings = {}, image, note, ...more }) => {
    const model = perceptron(dims, sizeOf(image), more);
    const { classifier, pixels } = await bothScores(model, settings, runs, image);
    expect(classifier.preparation.notes[0]).toMatch(note);
    expect(classifier.inputName).toBe('digit');
    const explainer = await saliency().compile(classifier);
    const { values } = await explainer.attribute(
      pixels,
      Array.from({ length: pixels.dims[0]! }, () => 1),
    );
    expect(values.dims).toEqual(pixels.dims);
    // d softplus(x w) = sigmoid(x w) w, and sigmoid = 1 - exp(-softplus)
    const w = weights([sizeOf(image), 3]).data;
    const scores = await classifier.scoresOf(pixels);
    const size = sizeOf(image);
    values.data.forEach((slope, i) => {
      const score = scores.data[Math.floor(i / size) * 3 + 1]!;
      expect(slope).toBeCloseTo((1 - Math.exp(-score)) * w[(i % size) * 3 + 1]!, 4);
    });
    await explainer.release();
    await classifier.release();
  });

  it('takes 8-bit pixels in a row', async () => {
    const cast = new GraphBuilder(emptyGraph('bytes'), 'test');
    cast.input('digit', 'uint8', ['n', 64]);
    const real = cast.add('Cast', ['digit'], { to: 1 });
    const scores = cast.ops.MatMul(real, cast.constant(weights([64, 3])));
    const model = modelOf(cast.build([{ ...value('x', ['n', 3]), name: scores }]));
    const classifier = await load(model);
    expect(classifier.input).toMatchObject({ height: 8, width: 8, channels: 1, scale: 1 });
    const session = await cpu.createSession(model);
    const bytes = Uint8Array.from({ length: 64 }, (_, i) => (i * 37) % 256);
    const own = await session.run({ digit: tensor('uint8', [1, 64], bytes) });
    const { data } = await classifier.scoresOf(float32([1, 1, 8, 8], Float32Array.from(bytes)));
    for (const [i, score] of data.entries()) expect(score).toBeCloseTo((own[scores]!.data as Float32Array)[i]!, 1);
  });

  it('a compiled explainer takes the image with four dimensions, under the same name', async () => {
    const classifier = await load(perceptron(['n', 64], 64));
    const { model, inputs } = await compileExplainer(classifier, saliency(), { version: 'test' });
    expect(inputs.image).toBe('digit');
    expect(model.graph.inputs[0]).toMatchObject({ name: 'digit', dims: ['batch', 1, 8, 8] });
  });
});

describe('lists of numbers that are not told to be images', () => {
  it.each([
    {
      title: 'four',
      dims: ['n', 4],
      settings: { kind: 'image' },
      error: UnsuitableModelError,
      says: /--size HEIGHTxWIDTH/,
    },
    {
      title: 'no square',
      dims: ['n', 120],
      settings: { kind: 'image' },
      error: UnsuitableModelError,
      says: /a list of numbers/,
    },
    { title: 'an open length', dims: ['n', 'm'], error: UnsuitableModelError, says: /\[n, m\].*--size/ },
    {
      title: 'a size of other numbers',
      dims: ['n', 64],
      settings: { size: [5, 5] },
      error: InputDescriptionError,
      says: /64 numbers an image, but the size given has 25 with 1 channel, 75 with 3/,
    },
    { title: 'colours of no layout', dims: ['n', 192], error: InputDescriptionError, says: /--layout NCHW .* NHWC/ },
    {
      title: 'rows and columns of another size',
      dims: ['n', 8, 8],
      settings: { size: [8, 9] },
      error: InputDescriptionError,
      says: /width 9, but .* fixed at 8/,
    },
  ] satisfies {
    title: string;
    dims: NonNullable<ValueInfo['dims']>;
    settings?: InputSettings;
    error: new (...args: never[]) => Error;
    says: RegExp;
  }[])('$title', async ({ dims, settings = {}, error, says }) => {
    const model = perceptron(dims, 64);
    await expect(load(model, { input: settings })).rejects.toThrow(says);
    await expect(load(model, { input: settings })).rejects.toBeInstanceOf(error);
  });
});
