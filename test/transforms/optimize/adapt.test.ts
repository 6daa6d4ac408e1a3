import { describe, expect, it } from 'vitest';
import { elementTypeCode } from '../../../src/onnx/elementType.ts';
import type { Graph } from '../../../src/onnx/graph.ts';
import { emptyGraph, GraphBuilder } from '../../../src/onnx/graphBuilder.ts';
import { float32, int64, sizeOf, tensor } from '../../../src/onnx/tensor.ts';
import { foreignFloats } from '../../../src/onnx/toFloat32.ts';
import { random } from '../../../src/random/random.ts';
import { probe } from '../../../src/runtime/probe.ts';
import type { Runtime } from '../../../src/runtime/runtime.ts';
import { addGradients } from '../../../src/transforms/gradient/gradient.ts';
import { adapt } from '../../../src/transforms/optimize/adapt.ts';
import { graphOf, modelOf, node, value } from '../../networks.ts';
import { cpu } from '../../runtimes.ts';

/** Few different numbers, so that windows have several maxima; none is positive in some, and padding would win as 0. */
function levels(dims: readonly number[]) {
  const source = random(7);
  return float32(
    dims,
    Float32Array.from({ length: sizeOf(dims) }, () => source.index(4) - 3),
  );
}

/** A pooling, where its maxima lie, and the gradient of the sum of its outputs times fixed numbers. */
async function pooling(dims: readonly number[], attributes: Readonly<Record<string, number | number[] | undefined>>) {
  const builder = new GraphBuilder(emptyGraph('pooling'), 'test');
  const [y = '', indices = ''] = builder.addMany('MaxPool', [builder.input('x', 'float32', dims)], 2, attributes);
  const x = levels(dims);
  const { facts } = await probe(cpu, modelOf(builder.build([y, indices].map((name) => ({ name })))), { x });
  const size = sizeOf(facts.get(y)!.dims);
  const seed = builder.constant(
    float32(
      facts.get(y)!.dims,
      Array.from({ length: size }, (_, i) => i + 1),
    ),
  );
  const gradient = addGradients(builder, { facts, seeds: new Map([[y, seed]]), wrt: ['x'] }).get('x')!;
  return { graph: builder.build([y, indices, gradient].map((name) => ({ name }))), x };
}

async function run(graph: Graph, x: ReturnType<typeof levels>, runtime: Runtime = cpu) {
  const session = await runtime.createSession(modelOf(graph));
  const values = await session.run({ x });
  await session.release();
  return values;
}

function poolsWithIndices(graph: Graph): number {
  return graph.nodes.filter(({ op, outputs }) => op === 'MaxPool' && outputs[1]).length;
}

describe('a max pooling without Indices finds the same maxima, and gives them the same gradients', () => {
  it.each([
    { title: 'windows side by side', dims: [2, 3, 6, 8], attributes: { kernel_shape: [2, 2], strides: [2, 2] } },
    { title: 'overlapping windows', dims: [2, 3, 7, 9], attributes: { kernel_shape: [3, 3], strides: [2, 1] } },
    {
      title: 'padding',
      dims: [2, 2, 6, 7],
      attributes: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 0, 1, 2] },
    },
    { title: 'rows that no window covers', dims: [1, 2, 8, 7], attributes: { kernel_shape: [2, 2], strides: [3, 4] } },
    {
      title: 'windows that are only begun',
      dims: [1, 2, 8, 6],
      attributes: { kernel_shape: [3, 2], strides: [2, 4], ceil_mode: 1 },
    },
    {
      title: 'dilations',
      dims: [2, 1, 7, 8],
      attributes: { kernel_shape: [2, 3], dilations: [2, 1], strides: [1, 2] },
    },
    { title: 'one axis', dims: [2, 3, 11], attributes: { kernel_shape: [3], strides: [2], pads: [1, 1] } },
    { title: 'three axes', dims: [1, 2, 4, 5, 6], attributes: { kernel_shape: [2, 2, 2], strides: [2, 1, 2] } },
  ])('$title', async ({ dims, attributes }) => {
    const { graph, x } = await pooling(dims, attributes);
    const adapted = adapt(graph, ['MaxPool.Indices']);
    expect([poolsWithIndices(graph), poolsWithIndices(adapted)]).toEqual([1, 0]);
    // Nothing is left of how Indices put a gradient back; only the Indices that are asked for are counted.
    expect(adapted.nodes.filter(({ op }) => op === 'MaxUnpool' || op === 'ScatterElements')).toEqual([]);
    expect(await run(adapted, x)).toEqual(await run(graph, x));
  });
});

it('of equal ones the first wins, and not the padding: by hand', async () => {
  const graph = graphOf({
    inputs: [value('x', [1, 1, 2, 2])],
    nodes: [
      node('MaxPool', ['x'], ['y', 'i'], {
        attributes: { kernel_shape: { type: 'ints', value: [2, 2] }, pads: { type: 'ints', value: [1, 1, 0, 0] } },
      }),
    ],
    outputs: ['i'],
  });
  // Windows end at each pixel: the first two in row order hold -1 alone, then -1 and -2, ...
  const { i } = await run(adapt(graph, ['MaxPool.Indices']), float32([1, 1, 2, 2], [-1, -2, -1, -1]));
  expect(i).toEqual(int64([0, 0, 0, 0], [1, 1, 2, 2]));
});

it('reaches into loops', async () => {
  const body: Graph = {
    ...emptyGraph('body'),
    inputs: [value('turn', [], 'int64'), value('going', [], 'bool'), value('before', [1, 1, 4, 4])],
    outputs: [value('on', [], 'bool'), value('after', [1, 1, 4, 4])],
    nodes: [
      node('MaxPool', ['before'], ['y', 'i'], {
        attributes: { kernel_shape: { type: 'ints', value: [2, 2] }, strides: { type: 'ints', value: [2, 2] } },
      }),
      node('Shape', ['before'], ['shape']),
      node('MaxUnpool', ['y', 'i', 'shape'], ['after'], {
        attributes: { kernel_shape: { type: 'ints', value: [2, 2] }, strides: { type: 'ints', value: [2, 2] } },
      }),
      node('Identity', ['going'], ['on']),
    ],
  };
  const graph = graphOf({
    inputs: [value('x', [1, 1, 4, 4])],
    constants: { turns: int64([2], []) },
    nodes: [node('Loop', ['turns', '', 'x'], ['out'], { attributes: { body: { type: 'graph', value: body } } })],
    outputs: ['out'],
  });
  const x = levels([1, 1, 4, 4]);
  const adapted = adapt(graph, ['MaxPool.Indices']);
  expect(JSON.stringify(adapted.nodes[0]!.attributes)).not.toContain('MaxUnpool');
  expect(await run(adapted, x)).toEqual(await run(graph, x));
});

it('adds up in twos, in the order of a sum', async () => {
  const inputs = ['x', 'y', 'z'].map((name) => value(name, [3]));
  const nodes = [node('Sum', ['x', 'y', 'z'], ['sum']), node('Sum', ['x'], ['same'])];
  const graph = graphOf({ inputs, nodes, outputs: ['sum', 'same'] });
  const adapted = adapt(graph, ['Sum']);
  expect(adapted.nodes.filter(({ op }) => op === 'Sum')).toEqual([]);
  const feeds = {
    x: float32([3], [1e8, 1, 0.1]),
    y: float32([3], [-1e8, 2, 0.2]),
    z: float32([3], [1, 3, 0.3]),
  };
  const results = [];
  for (const each of [graph, adapted]) {
    const session = await cpu.createSession(modelOf(each));
    results.push(await session.run(feeds));
    await session.release();
  }
  expect(results[1]).toEqual(results[0]);
});

it.each([
  { dims: [2, 3, 4, 6], block: 2 },
  { dims: [1, 2, 9, 3], block: 3 },
  { dims: [0, 2, 4, 4], block: 2 },
])('gives blocks of $block as channels, $dims', async ({ dims, block }) => {
  const attributes = { blocksize: { type: 'int', value: block } } as const;
  const graph = graphOf({
    inputs: [value('x', dims)],
    nodes: [node('SpaceToDepth', ['x'], ['y'], { attributes })],
    outputs: ['y'],
  });
  const adapted = adapt(graph, ['SpaceToDepth']);
  expect(adapted.nodes.filter(({ op }) => op === 'SpaceToDepth')).toEqual([]);
  const x = float32(
    dims,
    Array.from({ length: sizeOf(dims) }, (_, i) => i),
  );
  expect(await run(adapted, x)).toEqual(await run(graph, x));
});

it('sums in float32 what was summed in float64, in loops too: by hand', async () => {
  const to = (type: 'float32' | 'float64') =>
    ({ attributes: { to: { type: 'int', value: elementTypeCode(type) } } }) as const;
  const body: Graph = {
    ...emptyGraph('body'),
    inputs: [value('turn', [], 'int64'), value('going', [], 'bool'), value('before', [2], 'float64')],
    outputs: [value('on', [], 'bool'), value('after', [2], 'float64')],
    nodes: [
      node('Cast', ['x'], ['double'], to('float64')),
      node('Add', ['before', 'double'], ['after']),
      node('Identity', ['going'], ['on']),
    ],
  };
  const graph = graphOf({
    inputs: [value('x', [2])],
    constants: { turns: int64([3], []), start: tensor('float64', [2], Float64Array.of(0, 1)) },
    nodes: [
      node('Loop', ['turns', '', 'start'], ['sum'], { attributes: { body: { type: 'graph', value: body } } }),
      node('Cast', ['sum'], ['out'], to('float32')),
    ],
    outputs: ['out'],
  });
  const adapted = adapt(graph, ['float64']);
  expect(foreignFloats(adapted)).toEqual([]);
  expect((await run(adapted, float32([2], [0.5, -2]))).out).toEqual(float32([2], [1.5, -5]));
});

it('gives what several rewrites add names of their own', async () => {
  const attributes = { blocksize: { type: 'int', value: 2 } } as const;
  const graph = graphOf({
    inputs: [value('x', [1, 1, 4, 4])],
    nodes: [
      node('SpaceToDepth', ['x'], ['blocks'], { attributes }),
      node('MaxPool', ['blocks'], ['pooled', 'i'], { attributes: { kernel_shape: { type: 'ints', value: [2, 2] } } }),
      node('Cast', ['i'], ['at'], { attributes: { to: { type: 'int', value: elementTypeCode('float32') } } }),
      node('Sum', ['pooled', 'at', 'pooled'], ['y']),
    ],
    outputs: ['y'],
  });
  const adapted = adapt(graph, ['SpaceToDepth', 'MaxPool.Indices', 'Sum']);
  const names = adapted.nodes.map(({ name }) => name).filter((name) => name !== '');
  expect(new Set(names).size).toBe(names.length);
  const x = levels([1, 1, 4, 4]);
  expect(await run(adapted, x)).toEqual(await run(graph, x));
});

it('leaves a runtime without gaps its graph', () => {
  const graph = graphOf({ inputs: [value('x', [1])], nodes: [node('Neg', ['x'], ['y'])], outputs: ['y'] });
  expect(adapt(graph, [])).toBe(graph);
});
