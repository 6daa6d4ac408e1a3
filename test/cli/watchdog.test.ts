import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { writeNpy } from '../../src/datasets/npy.ts';
import type { Graph } from '../../src/onnx/graph.ts';
import { emptyGraph } from '../../src/onnx/graphBuilder.ts';
import { tensor } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { dense } from '../classifier/smallClassifiers.ts';
import { built, node, value } from '../onnx/smallModels.ts';
import { compileKonkyo, type Konkyo } from './konkyo.ts';

// Each case starts a process, and these compete for the cores with other tests.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** Goes round as often as the first pixel says: for noise images not once, for an image made for it without end. */
const body: Graph = {
  ...emptyGraph('body'),
  inputs: [value('i', [], 'int64'), value('before', [], 'bool'), value('x_in', [])],
  outputs: [value('go', [], 'bool'), value('x_out', [])],
  nodes: [node('Identity', ['before'], ['go']), node('Identity', ['x_in'], ['x_out'])],
};
const model = built(value('image', [1, 1, 2, 2]), [1, 2], (b, x) => {
  const first = b.add('ReduceMax', [b.ops.Mul(x, b.scalar(1))], { keepdims: 0 });
  const trips = b.add('Cast', [b.ops.Max(b.scalar(0), b.ops.Mul(b.ops.Sub(first, b.scalar(1)), b.scalar(1e15)))], {
    to: 7,
  });
  const start = b.constant(tensor('bool', [], Uint8Array.of(1)));
  const [once = ''] = b.addMany('Loop', [trips, start, b.scalar(0)], 1, { body: { type: 'graph', value: body } });
  return b.ops.Add(dense(b, b.add('Flatten', [x]), 4, 2), once);
});

let konkyo: Konkyo;
beforeAll(async () => {
  konkyo = await compileKonkyo();
  const image = (fill: number) =>
    writeNpy({ type: 'float32', dims: [1, 1, 2, 2], data: new Float32Array(4).fill(fill) });
  await writeFile(join(konkyo.folder, 'loop.onnx'), writeModel(model));
  await writeFile(join(konkyo.folder, 'short.npy'), image(0.5));
  await writeFile(join(konkyo.folder, 'endless.npy'), image(2));
});
afterAll(() => konkyo.remove());

const explain = (image: string, limit: string) =>
  konkyo.run(['explain', 'loop.onnx', image, '--method', 'occlusion', '--no-checks'], undefined, {
    KONKYO_TIME_LIMIT: limit,
  });

describe.concurrent('a run without end', () => {
  it('ends the process with a message that names the model and its loops', async () => {
    const ended = await explain('endless.npy', '2');
    expect(ended.stderr).toMatch(
      /konkyo: one run of loop\.onnx \(which has Loop "?.*\) took longer than 2 seconds.*KONKYO_TIME_LIMIT=20\.\n/,
    );
    expect(ended.status).not.toBe(0);
  });

  it('is one that has not ended in time: others go on', async () => {
    const ended = await explain('short.npy', '60');
    expect(ended).toMatchObject({ status: 0 });
  });

  it.each(['0', '-1', 'never', 'Infinity'])('has no limit of "%s"', async (limit) => {
    const ended = await explain('short.npy', limit);
    expect(ended.stderr).toMatch(/KONKYO_TIME_LIMIT is a number of seconds/);
    expect(ended.status).toBe(1);
  });
});
