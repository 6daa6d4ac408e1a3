import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { emptyGraph } from '../../src/onnx/graphBuilder.ts';
import { readModel } from '../../src/onnx/readModel.ts';
import { float32, int64, type Tensor } from '../../src/onnx/tensor.ts';
import { probe } from '../../src/runtime/probe.ts';
import { floatOutputOf, outputOf, RunError, SessionError, type Values } from '../../src/runtime/runtime.ts';
import { readReference } from '../attribution/referenceData.ts';
import { built, modelOf, node, value } from '../networks.ts';
import { cpu, runtimes } from '../runtimes.ts';

const lenet = readModel(readFileSync('test/reference/lenet.onnx'));
const { images, logits } = readReference('lenet');
const image = value('x', ['n', 4]);
const negated = built(image, ['n', 4], (builder, x) => builder.ops.Neg(x));

describe.each(runtimes)('$name', ({ runtime }) => {
  it('computes what PyTorch computed', async () => {
    const session = await runtime.createSession(lenet);
    const [output] = lenet.graph.outputs;
    const { data } = floatOutputOf(await session.run({ [lenet.graph.inputs[0]!.name]: images }), output!.name);
    await session.release();
    // Both sides round to float32 at each of some thousand sums.
    const worst = Math.max(...data.map((score, i) => Math.abs(score - logits[i]!)));
    expect(worst).toBeLessThan(1e-4 * Math.max(...logits.map(Math.abs)));
  });

  it('gives only the outputs asked for', async () => {
    const graph = {
      ...negated.graph,
      outputs: [...negated.graph.outputs, value(negated.graph.nodes[0]!.outputs[0]!, ['n', 4])],
    };
    const session = await runtime.createSession({ ...negated, graph });
    expect(session.outputNames).toHaveLength(2);
    const values = await session.run({ x: float32([1, 4], [1, 2, 3, 4]) }, ['out']);
    expect(values).toEqual({ out: float32([1, 4], [-1, -2, -3, -4]) });
    expect(() => outputOf(values, 'other')).toThrow(/no value "other"; it gave out/);
    await session.release();
  });

  it.each([
    { title: 'half floats, as bit patterns', t: { type: 'float16', dims: [2], data: Uint16Array.of(0x3c00, 0xc000) } },
    { title: 'int64', t: int64([1, -(2 ** 40)]) },
    { title: 'truth values', t: { type: 'bool', dims: [2], data: Uint8Array.of(1, 0) } },
    { title: 'strings', t: { type: 'string', dims: [2], data: ['a', 'é'] } },
    { title: 'nothing', t: float32([0, 3], []) },
  ] satisfies { title: string; t: Tensor }[])('takes and gives $title', async ({ t }) => {
    const graph = {
      ...emptyGraph('same'),
      inputs: [value('x', t.dims, t.type)],
      outputs: [value('y', t.dims, t.type)],
      nodes: [node('Identity', ['x'], ['y'])],
    };
    const session = await runtime.createSession(modelOf(graph));
    expect(await session.run({ x: t })).toEqual({ y: t });
    await session.release();
  });

  it('refuses a model with a SessionError that says why', async () => {
    const unknown = { ...negated.graph, nodes: [node('Nope', ['x'], ['out'])] };
    const error = await runtime.createSession({ ...negated, graph: unknown }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(SessionError);
    expect((error as Error).message).toMatch(/onnxruntime-.*does not take the model.*Nope/s);
  });

  it('fails a run with a RunError: a wrong shape, a missing input, a type it does not take', async () => {
    const session = await runtime.createSession(negated);
    const half: Tensor = { type: 'bfloat16', dims: [1, 4], data: new Uint16Array(4) };
    const wrong: Values[] = [{ x: float32([1, 5], [1, 2, 3, 4, 5]) }, {}, { x: half }];
    for (const feeds of wrong) {
      await expect(session.run(feeds)).rejects.toBeInstanceOf(RunError);
    }
    expect(await session.run({ x: float32([1, 4], [0, 1, 2, 3]) })).toHaveProperty('out');
    await session.release();
  });

  it('probes shapes, types and constants of every value', async () => {
    const model = built(value('x', ['n', 3]), ['n', 3], (builder, x) => {
      const sum = builder.ops.Add(builder.scalar(2), builder.scalar(3));
      const rows = builder.add('Shape', [x], { start: 0, end: 1 });
      const single = builder.ops.Equal(rows, builder.ints([2]));
      return builder.ops.Where(single, builder.ops.Mul(x, sum), x);
    });
    const { facts, outputs } = await probe(runtime, model, { x: float32([2, 3], [1, 2, 3, 4, 5, 6]) });
    const byOp = (op: string) => facts.get(model.graph.nodes.find((each) => each.op === op)!.outputs[0]!);
    expect(byOp('Add')).toEqual({ type: 'float32', dims: [], constant: float32([], [5]) });
    expect(byOp('Mul')).toEqual({ type: 'float32', dims: [2, 3] });
    expect(byOp('Shape')).toEqual({ type: 'int64', dims: [1] });
    expect(byOp('Equal')).toMatchObject({ type: 'bool', dims: [1], ofShapes: { data: Uint8Array.of(1) } });
    expect(facts.get('x')).toEqual({ type: 'float32', dims: [2, 3] });
    const names = [...model.graph.initializers.keys(), ...model.graph.nodes.flatMap((each) => each.outputs)];
    expect(names.filter((name) => !facts.has(name))).toEqual([]);
    expect(outputs).toEqual({ out: float32([2, 3], [5, 10, 15, 20, 25, 30]) });
  });
});

it('a random value is no constant', async () => {
  const model = built(image, [1, 4], (builder, x) =>
    builder.ops.Add(x, builder.add('RandomNormal', [], { shape: [1, 4] })),
  );
  const { facts } = await probe(cpu, model, { x: float32([1, 4], [1, 2, 3, 4]) });
  expect([...facts.values()].filter(({ constant }) => constant)).toEqual([]);
});
