import { describe, expect, it } from 'vitest';
import type { Model } from '../../../src/onnx/graph.ts';
import { emptyGraph, GraphBuilder } from '../../../src/onnx/graphBuilder.ts';
import { prune } from '../../../src/onnx/prune.ts';
import { float32, sizeOf } from '../../../src/onnx/tensor.ts';
import { fillWithNormals } from '../../../src/random/normal.ts';
import { random } from '../../../src/random/random.ts';
import { probe } from '../../../src/runtime/probe.ts';
import { addGradients } from '../../../src/transforms/gradient/gradient.ts';
import { type GradientTable, rule, unary } from '../../../src/transforms/gradient/rule.ts';
import { gradientTable } from '../../../src/transforms/gradient/table.ts';
import type { Rewrite } from '../../../src/transforms/optimize/rewrite.ts';
import { modelOf } from '../../networks.ts';
import { cpu } from '../../runtimes.ts';

const source = random(5);

function normals(...dims: readonly number[]) {
  const data = new Float32Array(sizeOf(dims));
  fillWithNormals(data, source);
  return float32(dims, data);
}

type Layers = (builder: GraphBuilder, x: string) => string;

function network(layers: Layers): Model {
  const builder = new GraphBuilder(emptyGraph('network'), 'layers');
  const y = layers(builder, builder.input('x', 'float32', ['batch', 3, 9, 9]));
  const graph = builder.build([{ name: y, type: undefined, dims: undefined }]);
  return modelOf(graph);
}

const images = normals(2, 3, 9, 9);

/** The gradient of the sum of y times fixed numbers, and the operators that compute it. */
async function gradientBy(model: Model, table: GradientTable, rewrites?: readonly Rewrite[]) {
  const { facts } = await probe(cpu, model, { x: images });
  const y = model.graph.outputs[0]!.name;
  const builder = new GraphBuilder(model.graph, 'gradient');
  const size = sizeOf(facts.get(y)!.dims);
  const seed = builder.constant(
    float32(
      facts.get(y)!.dims,
      Float32Array.from({ length: size }, (_, i) => Math.sin(i + 1)),
    ),
  );
  const name = addGradients(builder, { facts, seeds: new Map([[y, seed]]), wrt: ['x'], table, rewrites }).get('x')!;
  const outputs = [{ name, type: 'float32' as const, dims: undefined }];
  const graph = prune(builder.build(outputs), outputs);
  const session = await cpu.createSession({ ...model, graph });
  const { [name]: gradient } = await session.run({ x: images });
  await session.release();
  return { values: gradient!.data as Float32Array, nodes: graph.nodes };
}

const plain: GradientTable = {
  ...gradientTable,
  Relu: unary(({ ops, builder, add }, _x, y) => add('Cast', [ops.Greater(y, builder.scalar(0))], { to: 1 })),
  Sigmoid: unary(({ ops, builder }, _x, y) => ops.Mul(y, ops.Sub(builder.scalar(1), y))),
  Concat: rule(({ dy, add, builder }) =>
    [0, 1].map((i) => () => add('Slice', [dy, builder.ints([4 * i]), builder.ints([4 * i + 4]), builder.ints([1])])),
  ),
};

const convolution = (builder: GraphBuilder, x: string, filters: number, channels: number) =>
  builder.add('Conv', [x, builder.constant(normals(filters, channels, 3, 3))], { pads: [1, 1, 1, 1] });

const pooled: readonly { readonly name: string; readonly layers: Layers }[] = [
  {
    name: 'ReLU before an overlapping, padded max pool',
    layers: (b, x) =>
      b.add('MaxPool', [b.add('Relu', [convolution(b, x, 4, 3)])], {
        kernel_shape: [3, 3],
        strides: [2, 2],
        pads: [1, 1, 1, 1],
      }),
  },
  ...[
    [1, 1],
    [2, 2],
  ].map((strides) => ({
    name: `ReLU before a max pool that counts column by column, strides ${strides}`,
    layers: (b: GraphBuilder, x: string) =>
      b.add('MaxPool', [b.add('Relu', [convolution(b, x, 4, 3)])], { kernel_shape: [2, 2], strides, storage_order: 1 }),
  })),
  {
    name: 'sigmoid before a max pool',
    layers: (b, x) =>
      b.add('MaxPool', [b.ops.Sigmoid(convolution(b, x, 4, 3))], { kernel_shape: [2, 2], strides: [2, 2] }),
  },
  {
    name: 'ReLU before two pools: the gradient is a sum, and stays as it is',
    layers(b, x) {
      const y = b.add('Relu', [convolution(b, x, 4, 3)]);
      const pool = (kernel: number) => b.add('MaxPool', [y], { kernel_shape: [kernel, kernel], strides: [3, 3] });
      return b.ops.Add(pool(3), pool(1));
    },
  },
];

describe('rewrites of the backward pass give the same numbers', () => {
  it.each(pooled)('$name', async ({ layers }) => {
    const model = network(layers);
    const ours = await gradientBy(model, gradientTable);
    expect(ours.values.some((value) => value !== 0)).toBe(true);
    expect(ours.values).toEqual((await gradientBy(model, plain)).values);
    expect(ours.values).toEqual((await gradientBy(model, gradientTable, [])).values);
  });

  it.each([
    { windows: 'side by side', strides: [2, 2], back: 'MaxUnpool' },
    { windows: 'that overlap', strides: [1, 2], back: 'ScatterElements' },
  ])('the derivative of an activation before a max pool, windows $windows, is taken after it', async (pooling) => {
    const { strides, back } = pooling;
    const model = network((b, x) =>
      b.add('MaxPool', [b.ops.Sigmoid(convolution(b, x, 4, 3))], { kernel_shape: [2, 2], strides }),
    );
    const { nodes } = await gradientBy(model, gradientTable);
    const [pool] = model.graph.outputs;
    expect(nodes.some(({ op, inputs }) => op === 'Sub' && inputs[1] === pool!.name)).toBe(true);
    const put = nodes.map(({ op }) => op).filter((op) => op === 'MaxUnpool' || op === 'ScatterElements');
    expect(put).toEqual([back]);
  });

  it('channels of a concatenation before a convolution', async () => {
    const model = network((b, x) => {
      const joined = b.add('Concat', [b.add('Relu', [convolution(b, x, 4, 3)]), b.ops.Tanh(convolution(b, x, 4, 3))], {
        axis: 1,
      });
      return convolution(b, joined, 5, 8);
    });
    const [ours, expected] = [await gradientBy(model, gradientTable), await gradientBy(model, plain)];
    const largest = expected.values.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    // Fewer output channels may be summed in another order.
    expected.values.forEach((value, i) => {
      expect(Math.abs(ours.values[i]! - value)).toBeLessThan(1e-6 * largest);
    });
    expect(ours.nodes.some(({ op }) => op === 'Slice')).toBe(false);
  });

  const operatorsBy = async (model: Model, rewrites?: readonly Rewrite[]) =>
    (await gradientBy(model, gradientTable, rewrites)).nodes.map(({ op }) => op).sort();

  it.each([
    { name: 'Exp', layers: (b: GraphBuilder, y: string) => b.ops.Exp(y) },
    { name: 'Sqrt', layers: (b: GraphBuilder, y: string) => b.ops.Sqrt(b.ops.Abs(y)) },
    { name: 'a product of two', layers: (b: GraphBuilder, y: string) => b.ops.Mul(b.ops.Sigmoid(y), b.ops.Tanh(y)) },
  ])('a factor stays before a max pool where it may be infinite, or of other values: $name', async ({ layers }) => {
    const model = network((b, x) =>
      b.add('MaxPool', [layers(b, convolution(b, x, 4, 3))], { kernel_shape: [2, 2], strides: [2, 2] }),
    );
    expect(await operatorsBy(model)).toEqual(await operatorsBy(model, []));
  });

  it('slices of what is no convolution stay', async () => {
    const model = network((b, x) => {
      const joined = b.add('Concat', [convolution(b, x, 4, 3), convolution(b, x, 4, 3)], { axis: 1 });
      return convolution(b, b.ops.Tanh(joined), 5, 8);
    });
    expect(await operatorsBy(model)).toEqual(await operatorsBy(model, []));
    expect(await operatorsBy(model)).toContain('Slice');
  });

  it('a convolution of the model itself is not touched', async () => {
    const model = network((b, x) => {
      const part = b.add('Slice', [convolution(b, x, 8, 3), b.ints([0]), b.ints([4]), b.ints([1])]);
      return b.ops.Tanh(convolution(b, part, 5, 4));
    });
    const { nodes } = await gradientBy(model, gradientTable);
    expect(nodes).toEqual(expect.arrayContaining([...model.graph.nodes]));
  });
});
