import { describe, expect, it } from 'vitest';
import { ArgumentError } from '../../src/argumentError.ts';
import type { Model } from '../../src/onnx/graph.ts';
import { emptyGraph, GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { float32, scalar } from '../../src/onnx/tensor.ts';
import { program, runOnce } from '../../src/runtime/program.ts';
import { scoped, together } from '../../src/runtime/release.ts';
import { modelOf } from '../networks.ts';
import { recordingRuntime } from './recordingRuntime.ts';

/** doubled = 2 x, shifted = x + s, unused = x + t; x [n, 2]. */
function smallModel(): Model {
  const builder = new GraphBuilder(emptyGraph('small'), 'small');
  const x = builder.input('x', 'float32', ['n', 2]);
  const [s, t] = [builder.input('s', 'float32', []), builder.input('t', 'float32', [])];
  const named = (name: string, value: string) =>
    builder.append({ op: 'Identity', domain: '', name, inputs: [value], outputs: [name], attributes: {} });
  named('doubled', builder.ops.Mul(x, builder.scalar(2)));
  named('shifted', builder.ops.Add(x, s));
  named('unused', builder.ops.Add(x, t));
  const outputs = ['doubled', 'shifted', 'unused'].map((name) => ({ name, type: 'float32' as const, dims: undefined }));
  return modelOf(builder.build(outputs));
}

const five = float32([5, 2], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);

describe('a program', () => {
  it('runs full batches and a shorter last one, in order, and joins their rows by name', async () => {
    const { runtime, runs } = recordingRuntime();
    const made = await program(runtime, smallModel(), { outputs: ['doubled', 'shifted'], batchSize: 2 });
    const { doubled, shifted } = await made.runRows({ x: five }, { whole: { s: scalar(10) } });
    expect(runs.map(({ x }) => x?.dims)).toEqual([
      [2, 2],
      [2, 2],
      [1, 2],
    ]);
    expect(doubled).toEqual(
      float32(
        [5, 2],
        five.data.map((value) => 2 * value),
      ),
    );
    expect(shifted).toEqual(
      float32(
        [5, 2],
        five.data.map((value) => value + 10),
      ),
    );
    const seen: unknown[] = [];
    for await (const { from, to, values } of made.batches(
      { x: five },
      { whole: { s: scalar(0) }, wanted: ['doubled'] },
    ))
      seen.push([from, to, Object.keys(values)]);
    expect(seen).toEqual([
      [0, 2, ['doubled']],
      [2, 4, ['doubled']],
      [4, 5, ['doubled']],
    ]);
    await made.release();
  });

  it('computes only what its outputs need, and leaves out what they do not read', async () => {
    const { runtime, models, runs } = recordingRuntime();
    const doubling = await program(runtime, smallModel(), { outputs: ['doubled'] });
    await doubling.run({ x: five, s: scalar(1), t: scalar(1) });
    expect(models[0]?.graph.inputs.map(({ name }) => name)).toEqual(['x']);
    expect(models[0]?.graph.nodes).toHaveLength(2);
    expect(Object.keys(runs[0] ?? {})).toEqual(['x']);
    await expect(doubling.run({ y: five })).rejects.toMatchObject({ tag: 'run' });
    await doubling.release();
  });

  it('gives no rows for none, and refuses rows that are not equally many', async () => {
    const { runtime, runs } = recordingRuntime();
    const made = await program(runtime, smallModel(), { outputs: ['shifted'], batchSize: 2 });
    const none = await made.runRows({ x: float32([0, 2], []) }, { whole: { s: scalar(0) } });
    expect(none.shifted?.dims).toEqual([0]);
    const unequal = made.runRows({ x: five, s: float32([4], [0, 0, 0, 0]) });
    await expect(unequal).rejects.toThrow(ArgumentError);
    expect(runs).toHaveLength(0);
    await made.release();
  });

  it('is released once, however often it is asked, and does not run any more', async () => {
    const recording = recordingRuntime();
    const made = await program(recording.runtime, smallModel(), { outputs: ['doubled'] });
    await made.release();
    await made.release();
    expect(recording.releases).toBe(1);
    await expect(made.run({ x: five })).rejects.toThrow(/released/);
  });

  it('that runs once is released, also where the run fails', async () => {
    const recording = recordingRuntime();
    const { doubled } = await runOnce(
      recording.runtime,
      smallModel(),
      { outputs: ['doubled'], batchSize: 3 },
      { x: five },
    );
    expect(doubled?.dims).toEqual([5, 2]);
    const wrong = runOnce(recording.runtime, smallModel(), { outputs: ['shifted'] }, { x: five });
    await expect(wrong).rejects.toMatchObject({ tag: 'run' });
    expect(recording).toMatchObject({ opened: 2, releases: 2 });
  });
});

describe('programs that belong together', () => {
  const open = (recording: ReturnType<typeof recordingRuntime>) =>
    together(async (keep) => {
      const doubling = await keep(program(recording.runtime, smallModel(), { outputs: ['doubled'] }));
      const shifting = await keep(program(recording.runtime, smallModel(), { outputs: ['shifted'] }));
      return { doubling, shifting };
    });

  it('are released together, once', async () => {
    const recording = recordingRuntime();
    const both = await open(recording);
    expect(recording.releases).toBe(0);
    await both.release();
    await both.release();
    expect(recording).toMatchObject({ opened: 2, releases: 2 });
  });

  it('are released where the next one cannot be opened', async () => {
    const recording = recordingRuntime({ refuse: (count) => count === 2 });
    await expect(open(recording)).rejects.toThrow('refused');
    expect(recording).toMatchObject({ opened: 1, releases: 1 });
  });

  it('are all released at the end of a scope, the last one first, though one of them fails to', async () => {
    const ends: string[] = [];
    const thing = (name: string) => ({
      release: async () => {
        ends.push(name);
        if (name === 'b') throw new Error('b stays');
      },
    });
    const run = scoped(async (keep) => {
      for (const name of ['a', 'b', 'c']) await keep(thing(name));
      return 1;
    });
    await expect(run).rejects.toThrow('b stays');
    expect(ends).toEqual(['c', 'b', 'a']);
  });
});
