import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../src/classifier/errors.ts';
import { readInputs } from '../../src/cli/inputs.ts';
import { writeNpy } from '../../src/datasets/npy.ts';
import { dense, load } from '../classifier/smallClassifiers.ts';
import { built, value } from '../onnx/smallModels.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'konkyo-arrays-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(dims: readonly number[], image: readonly [number, number, number]) {
  const size = dims.reduce((product, dim) => product * dim, 1);
  const file = join(folder, 'x.npy');
  await writeFile(file, writeNpy({ type: 'float32', dims, data: Float32Array.from({ length: size }, (_, i) => i) }));
  const model = built(value('x', ['n', ...image]), ['n', 3], (b, x) =>
    dense(b, b.add('Flatten', [x]), image[0] * image[1] * image[2], 3),
  );
  const classifier = await load(model);
  return readInputs([file], classifier);
}

describe('arrays in the shape a model has, which may have fewer dimensions', () => {
  it.each([
    { dims: [1, 4, 6], image: [1, 4, 6], count: 1 },
    { dims: [4, 6], image: [1, 4, 6], count: 1 },
    { dims: [24], image: [1, 4, 6], count: 1 },
    { dims: [5, 4, 6], image: [1, 4, 6], count: 5 },
    { dims: [5, 24], image: [1, 4, 6], count: 5 },
    { dims: [5, 4, 6], image: [4, 6, 1], count: 5 },
    { dims: [2, 48], image: [3, 4, 4], count: 2 },
    { dims: [3, 4, 4], image: [3, 4, 4], count: 1 },
  ] satisfies { dims: number[]; image: [number, number, number]; count: number }[])(
    '$dims is $count of $image',
    async ({ dims, image, count }) => {
      const inputs = await read(dims, image);
      expect(inputs.map(({ image }) => image.dims)).toEqual(Array.from({ length: count }, () => [1, ...image]));
      expect(inputs.flatMap(({ image }) => [...image.data])).toEqual(
        Array.from({ length: count * image[0] * image[1] * image[2] }, (_, i) => i),
      );
    },
  );

  it.each([
    { dims: [6, 4], image: [1, 4, 6] },
    { dims: [4, 4, 3], image: [3, 4, 4] },
    { dims: [2, 12], image: [1, 4, 6] },
  ] satisfies { dims: number[]; image: [number, number, number] }[])(
    '$dims is no $image, whatever the number of its elements',
    async ({ dims, image }) => {
      await expect(read(dims, image)).rejects.toBeInstanceOf(InvalidInputError);
    },
  );
});
