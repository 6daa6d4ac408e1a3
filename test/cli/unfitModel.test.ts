import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { built, dense, value, weights } from '../networks.ts';
import { compileKonkyo, type Konkyo } from './konkyo.ts';

/** Without a dense layer, and without a convolution. */
const pooled = built(value('x', ['n', 1, 8, 8]), ['n', 3], (b, x) =>
  b.add('Flatten', [b.add('GlobalAveragePool', [b.add('Conv', [x, b.constant(weights([3, 1, 3, 3]))])])]),
);
/** Without a gradient on the way to its weights. */
const sampled = built(value('x', ['n', 1, 8, 8]), ['n', 3], (b, x) => {
  const grid = b.ops.Reshape(dense(b, b.add('Flatten', [x]), 64, 128), b.ints([-1, 8, 8, 2]));
  return dense(b, b.add('Flatten', [b.add('GridSample', [x, grid])]), 64, 3);
});
const flat = built(value('x', ['n', 1, 8, 8]), ['n', 3], (b, x) => dense(b, b.add('Flatten', [x]), 64, 3));

let konkyo: Konkyo;
beforeAll(async () => {
  konkyo = await compileKonkyo();
  await writeFile(join(konkyo.folder, 'pooled.onnx'), writeModel(pooled));
  await writeFile(join(konkyo.folder, 'flat.onnx'), writeModel(flat));
  await writeFile(join(konkyo.folder, 'sampled.onnx'), writeModel(sampled));
});
afterAll(() => konkyo.remove());

/** A data set that is not there: were it opened first, its error would be the one that is told. */
const nowhere = '--dataset ./nowhere';

describe.concurrent('a model that a study is not made for is refused before images are read', () => {
  it.each([
    [`rules pooled.onnx ${nowhere}`, /does not end in dense layers/],
    [`rules flat.onnx ${nowhere} --features nosuch`, /nosuch/],
    [`regions pooled.onnx ${nowhere}`, /has no dense layer/],
    [`regions flat.onnx ${nowhere} --layer nosuch`, /no dense layer "nosuch"/],
    [`filters flat.onnx ${nowhere}`, /has no convolution/],
    [`maximize flat.onnx ${nowhere} --layer nosuch`, /nosuch/],
    [`maximize flat.onnx ${nowhere} --layer out --units 7`, /There is no unit 7/],
    ['noncontributing flat.onnx nowhere.png --masks nosuch=0.1', /nosuch/],
    [`train sampled.onnx --out t.onnx ${nowhere} --updates 1`, /GridSample/],
  ])('konkyo %s', async (line, says) => {
    const { status, stderr } = await konkyo.run(line.split(' '));
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringMatching(says) });
    expect(stderr).not.toContain('nowhere');
  });

  it('and of one that suits, the images', async () => {
    const { status, stderr } = await konkyo.run(`regions flat.onnx ${nowhere}`.split(' '));
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('nowhere') });
  });
});
