import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readInputs } from '../../src/cli/inputs.ts';
import { writeNpy } from '../../src/datasets/npy.ts';
import { InvalidInputError } from '../../src/model/errors.ts';
import { sizeOf } from '../../src/onnx/tensor.ts';
import { built, dense, load, value } from '../networks.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'konkyo-arrays-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** The images that an array is for a model of the given input. */
async function read(dims: readonly number[], input: readonly (number | string)[]) {
  const file = join(folder, 'x.npy');
  const data = Float32Array.from({ length: sizeOf(dims) }, (_, i) => i);
  await writeFile(file, writeNpy({ type: 'float32', dims, data }));
  const features = sizeOf(input.filter((dim) => typeof dim === 'number'));
  const model = built(value('x', input), ['n', 3], (b, x) =>
    dense(b, b.ops.Reshape(x, b.ints([-1, features])), features, 3),
  );
  const classifier = await load(model, { input: { layout: input.at(-1) === 1 ? 'NHWC' : 'NCHW' } });
  return readInputs([file], classifier);
}

describe('arrays may have the shape that the model has in its file', () => {
  it.each([
    { input: ['n', 8, 8], dims: [5, 8, 8], images: [5, 1, 8, 8] },
    { input: ['n', 8, 8], dims: [8, 8], images: [1, 1, 8, 8] },
    { input: ['n', 8, 8], dims: [1, 1, 8, 8], images: [1, 1, 8, 8] },
    { input: ['n', 64], dims: [5, 64], images: [5, 1, 8, 8] },
    { input: ['n', 64], dims: [64], images: [1, 1, 8, 8] },
    { input: ['n', 192], dims: [2, 192], images: [2, 3, 8, 8] },
    { input: ['n', 3, 64], dims: [2, 3, 64], images: [2, 3, 8, 8] },
    { input: ['n', 3, 4, 4], dims: [3, 4, 4], images: [1, 3, 4, 4] },
  ])('$dims for a model of $input', async ({ input, dims, images }) => {
    const [count, ...image] = images;
    const inputs = await read(dims, input);
    expect(inputs.map(({ image }) => image.dims)).toEqual(Array.from({ length: count! }, () => [1, ...image]));
    expect(inputs.flatMap(({ image }) => [...image.data])).toEqual(Array.from({ length: sizeOf(images) }, (_, i) => i));
  });

  it.each([
    { input: ['n', 6, 9], dims: [9, 6] },
    { input: ['n', 3, 4, 4], dims: [4, 4, 3] },
    { input: ['n', 1, 8, 8], dims: [3, 8, 8] },
    { input: ['n', 64], dims: [2, 32] },
  ])('$dims is refused for $input, whatever the number of its elements', async ({ input, dims }) => {
    await expect(read(dims, input)).rejects.toBeInstanceOf(InvalidInputError);
  });
});
