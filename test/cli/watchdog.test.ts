import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeNpy } from '../../src/datasets/npy.ts';
import type { Graph } from '../../src/onnx/graph.ts';
import { emptyGraph } from '../../src/onnx/graphBuilder.ts';
import { tensor } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { built, dense, node, value } from '../networks.ts';
import { compileKonkyo, type Ended, type Konkyo } from './konkyo.ts';

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

const endless = ['explain', 'loop.onnx', 'endless.npy', '--method', 'occlusion', '--no-checks'];

/** A module that stands in the folder, run by Node. */
async function scripted(script: string, env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  scripts += 1;
  const path = join(konkyo.folder, `script${scripts}.mjs`);
  await writeFile(path, script);
  return await new Promise((resolve) => {
    execFile(
      process.execPath,
      [path],
      { cwd: konkyo.folder, env: { ...process.env, ...env } },
      (error, stdout, stderr) => resolve({ status: error ? 1 : 0, stdout, stderr }),
    );
  });
}
let scripts = 0;

const explain = (image: string, limit: string) =>
  konkyo.runAlone(['explain', 'loop.onnx', image, '--method', 'occlusion', '--no-checks'], {
    env: { KONKYO_TIME_LIMIT: limit },
  });

describe.concurrent('a run without end', () => {
  it('ends the process with a message that names the model and its loops', async () => {
    const ended = await explain('endless.npy', '2');
    expect(ended.stderr).toMatch(
      /konkyo: one run of loop\.onnx \(which has Loop "?.*\) took longer than 2 seconds.*KONKYO_TIME_LIMIT=20\.\n/,
    );
    expect(ended.status).not.toBe(0);
  });

  it('ends also where nobody reads what it says', async () => {
    const script = `const { spawn } = await import('node:child_process');
      const child = spawn(process.execPath, ['dist/cli/main.js', ...${JSON.stringify(endless)}], { stdio: ['ignore', 'ignore', 'pipe'] });
      child.stderr.destroy();
      child.on('close', (status, signal) => console.log(signal));`;
    const { stdout } = await scripted(script, { KONKYO_TIME_LIMIT: '2' });
    expect(stdout).toBe('SIGKILL\n');
  });

  it('is one that has not ended in time: others go on', async () => {
    const ended = await explain('short.npy', '600');
    expect(ended).toMatchObject({ status: 0 });
  });

  it.each(['0', '-1', 'never', 'Infinity'])('has no limit of "%s"', async (limit) => {
    const ended = await explain('short.npy', limit);
    expect(ended.stderr).toMatch(/KONKYO_TIME_LIMIT is a number of seconds/);
    expect(ended.status).toBe(1);
  });
});

describe('a run that takes nearly all memory', () => {
  it('ends the process with a message, and one that takes less does not', async () => {
    // A runtime whose run takes seconds of the thread, as ONNX Runtime does, and a bound below or above what any process has.
    const script = (memory: string, seconds: number) => `import { watched } from './dist/cli/watchdog.js';
      const session = { run: async () => { const end = Date.now() + ${1000 * seconds}; while (Date.now() < end); } };
      const runtime = watched({ createSession: async () => session }, 'evil\\u001b[31m.onnx', { seconds: 600, memory: ${memory} });
      await (await runtime.createSession({ graph: { nodes: [] } })).run({});
      console.log('done');`;
    expect(await scripted(script('2 ** 20', 300))).toEqual({
      status: 1,
      stdout: '',
      stderr: 'konkyo: one run of evil\\x1b[31m.onnx took more than 1.0 MiB of memory, nine tenths of what there is.\n',
    });
    expect(await scripted(script('2 ** 40', 3))).toEqual({ status: 0, stdout: 'done\n', stderr: '' });
  });
});
