import { describe, expect, it } from 'vitest';
import { attributes } from '../../src/onnx/attributes.ts';
import type { Graph } from '../../src/onnx/graph.ts';
import type { GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { float32, int64, rows, scalar, tensor } from '../../src/onnx/tensor.ts';
import { floatOutputOf } from '../../src/runtime/runtime.ts';
import { built, dense, load, node, value, weights } from '../networks.ts';
import { cpu } from '../runtimes.ts';

type Build = (b: GraphBuilder, x: string) => string;

const flat = (b: GraphBuilder, x: string) => b.add('Flatten', [x]);
const truth = (b: GraphBuilder, on: boolean) => b.constant(tensor('bool', [], Uint8Array.of(on ? 1 : 0)));
const body = (graph: Graph) => ({ type: 'graph', value: graph }) as const;
const branch = (name: string, nodes: Graph['nodes']): Graph => ({
  name,
  inputs: [],
  outputs: [value(name, undefined)],
  nodes,
  initializers: new Map(),
  valueInfo: [],
});
/** One value or another by a condition: an If whose branches are Identity. */
const either = (b: GraphBuilder, condition: string, yes: string, no: string) => {
  const [output = ''] = b.addMany('If', [condition], 1, {
    then_branch: body(branch('yes', [node('Identity', [yes], ['yes'])])),
    else_branch: body(branch('no', [node('Identity', [no], ['no'])])),
  });
  return output;
};
const all = (b: GraphBuilder, op: string, x: string) => b.add(op, [x], { keepdims: 0 });
const overBatch = (b: GraphBuilder, op: string, x: string) => b.add(op, [x, b.ints([0])], { keepdims: 1 });
const scaled = (b: GraphBuilder, x: string) => b.ops.Div(x, b.scalar(255));

/** What a model does with the rows of its batch: features [n, 16] of the image [n, 1, 4, 4]. */
const mixing: Readonly<Record<string, Build>> = {
  'the mean of the batch': (b, x) => b.ops.Sub(flat(b, x), flat(b, overBatch(b, 'ReduceMean', x))),
  'a little of the mean': (b, x) =>
    b.ops.Sub(flat(b, x), b.ops.Mul(b.scalar(0.01), flat(b, overBatch(b, 'ReduceMean', x)))),
  'the largest of the batch': (b, x) => b.ops.Div(flat(b, x), b.ops.Add(all(b, 'ReduceMax', x), b.scalar(1))),
  'an If on the largest pixel': (b, x) =>
    flat(b, either(b, b.ops.Greater(all(b, 'ReduceMax', x), b.scalar(1)), scaled(b, x), x)),
  'an If that no pixel value reaches': (b, x) =>
    flat(b, either(b, b.ops.Greater(all(b, 'ReduceMax', x), b.scalar(1e6)), scaled(b, x), x)),
  'a Where on the mean of all': (b, x) =>
    flat(b, b.ops.Where(b.ops.Less(all(b, 'ReduceMean', x), b.scalar(-3)), scaled(b, x), x)),
  'a clipped sum over all': (b, x) =>
    b.ops.Add(flat(b, x), b.add('Relu', [b.ops.Sub(all(b, 'ReduceSum', x), b.scalar(1e5))])),
  'batch normalisation in training mode': (b, x) => {
    const one = (of: number) => b.constant(float32([1], [of]));
    const inputs = [x, one(1), one(0), one(0), one(1)];
    const [y = ''] = b.addMany('BatchNormalization', inputs, 3, { training_mode: 1 });
    return flat(b, y);
  },
  'a softmax over the batch': (b, x) => b.add('Softmax', [flat(b, x)], { axis: 0 }),
  'a softmax over the batch that hardly counts': (b, x) =>
    b.ops.Add(flat(b, x), b.add('Relu', [b.ops.Sub(b.add('Softmax', [flat(b, x)], { axis: 0 }), b.scalar(2))])),
  'a cumulated sum': (b, x) => b.add('CumSum', [flat(b, x), b.constant(int64([0], []))]),
  'sorting by TopK': (b, x) => {
    const rowsOf = b.add('Shape', [x], { start: 0, end: 1 });
    const [sorted = ''] = b.addMany('TopK', [flat(b, x), rowsOf], 2, { axis: 0 });
    return sorted;
  },
  'the first image': (b, x) => b.ops.Add(flat(b, x), flat(b, b.add('Gather', [x, b.ints([0])], { axis: 0 }))),
  'the neighbour': (b, x) => {
    const last = b.add('Slice', [x, b.ints([-1]), b.ints([9999]), b.ints([0])]);
    const others = b.add('Slice', [x, b.ints([0]), b.ints([-1]), b.ints([0])]);
    return b.ops.Add(flat(b, x), flat(b, b.add('Concat', [last, others], { axis: 0 })));
  },
  'reversed order': (b, x) =>
    b.ops.Add(flat(b, x), flat(b, b.add('Slice', [x, b.ints([-1]), b.ints([-9999]), b.ints([0]), b.ints([-1])]))),
  'a transposed reshape': (b, x) => {
    const turned = b.add('Transpose', [flat(b, x)], { perm: [1, 0] });
    return b.ops.Reshape(turned, b.ints([-1, 16]));
  },
  'similarity of images': (b, x) => {
    const f = b.ops.Div(flat(b, x), b.scalar(100));
    const alike = b.ops.MatMul(f, b.add('Transpose', [f], { perm: [1, 0] }));
    return b.ops.MatMul(b.add('Softmax', [alike]), f);
  },
  'an Einsum over the batch': (b, x) => b.add('Einsum', [flat(b, x), flat(b, x)], { equation: 'ik,jk->ik' }),
  'a norm over the batch': (b, x) => b.add('LpNormalization', [flat(b, x)], { axis: 0 }),
  'a convolution along the batch': (b, x) => {
    const line = b.add('Transpose', [b.ops.Reshape(flat(b, x), b.ints([-1, 16, 1]))], { perm: [2, 1, 0] });
    const kernel = b.constant(weights([16, 16, 3], 7));
    const mixed = b.add('Conv', [line, kernel], { pads: [1, 1] });
    return b.ops.Reshape(b.add('Transpose', [mixed], { perm: [2, 1, 0] }), b.ints([-1, 16]));
  },
  'how many pixels are bright': (b, x) => {
    const places = b.add('NonZero', [b.ops.Greater(x, b.scalar(200))]);
    const count = b.add('Cast', [b.add('Shape', [places], { start: 1, end: 2 })], { to: 1 });
    return b.ops.Add(flat(b, x), count);
  },
  'writing where another image says': (b, x) => {
    const index = b.add('ArgMax', [flat(b, x)], { axis: 0, keepdims: 1 });
    return b.add('ScatterElements', [flat(b, x), index, b.add('Expand', [b.scalar(0), b.add('Shape', [index])])], {
      axis: 0,
    });
  },
  'the number of images': (b, x) =>
    b.ops.Div(flat(b, x), b.add('Cast', [b.add('Shape', [x], { start: 0, end: 1 })], { to: 1 })),
  'the number of images, from eight on': (b, x) => {
    const count = b.add('Cast', [b.add('Shape', [x], { start: 0, end: 1 })], { to: 1 });
    return b.ops.Mul(flat(b, x), b.ops.Max(b.scalar(1), b.ops.Sub(count, b.scalar(7))));
  },
  'a loop until all are small': (b, x) => {
    const loop: Graph = {
      name: 'halve',
      inputs: [value('i', [], 'int64'), value('go', [], 'bool'), value('state', undefined)],
      outputs: [value('on', [], 'bool'), value('half', undefined)],
      nodes: [
        node('ReduceMax', ['state'], ['most'], { attributes: attributes({ keepdims: 0 }) }),
        node('Greater', ['most', 'bound'], ['on']),
        node('Mul', ['state', 'quarter'], ['half']),
      ],
      initializers: new Map([
        ['bound', scalar(5000)],
        ['quarter', scalar(0.25)],
      ]),
      valueInfo: [],
    };
    const [y = ''] = b.addMany('Loop', ['', truth(b, true), flat(b, x)], 1, { body: body(loop) });
    return y;
  },
  'a scan over the batch': (b, x) => {
    const step: Graph = {
      name: 'sum',
      inputs: [value('before', undefined), value('row', undefined)],
      outputs: [value('after', undefined), value('seen', undefined)],
      nodes: [node('Add', ['before', 'row'], ['after']), node('Identity', ['after'], ['seen'])],
      initializers: new Map(),
      valueInfo: [],
    };
    const start = b.constant(float32([16], new Float32Array(16)));
    const [, seen = ''] = b.addMany('Scan', [start, flat(b, x)], 2, { body: body(step), num_scan_inputs: 1 });
    return seen;
  },
};

const dims = [1, 4, 4];
const kinds = float32(
  [4, ...dims],
  [0.5, 255, 0, 3].flatMap((level, k) =>
    Array.from({ length: 16 }, (_, i) => Math.round(level * (((i * 7 + k) % 5) / 4))),
  ),
);
const modelOf = (build: Build) => built(value('x', ['n', ...dims]), ['n', 3], (b, x) => dense(b, build(b, x), 16, 3));

describe('a model that mixes the images of a batch gives each what it gives it alone', () => {
  it.each(Object.entries(mixing))('%s', async (_, build) => {
    const model = modelOf(build);
    // Bare pixel values, as the models above take them.
    const classifier = await load(model, { input: { scale: 1 } });
    expect(classifier.batchSize).toBe(1);
    expect(classifier.preparation.notes[0]).toMatch(/batch dimension could not be freed/);
    const session = await cpu.createSession(model, { optimization: 'none' });
    const together = await classifier.scoresOf(kinds);
    for (let i = 0; i < 4; i++) {
      const alone = floatOutputOf(await session.run({ x: rows(kinds, i, i + 1) }), 'out').data;
      const scale = Math.max(...alone.map(Math.abs), 1e-6);
      for (const [k, score] of alone.entries()) {
        expect(Math.abs(together.data[i * 3 + k]! - score) / scale).toBeLessThan(1e-5);
      }
    }
    await session.release();
    await classifier.release();
  });
});

/** Every image for itself, though it looks as if it were not. */
const apart: Readonly<Record<string, Build>> = {
  'sums over each image': (b, x) =>
    b.ops.Div(flat(b, x), b.ops.Add(b.scalar(1), b.add('ReduceMax', [flat(b, x), b.ints([1])], { keepdims: 1 }))),
  'the mean of two views, stacked': (b, x) => {
    const flipped = b.add('Slice', [x, b.ints([-1]), b.ints([-9999]), b.ints([3]), b.ints([-1])]);
    const [one = '', two = ''] = b.addMany('Split', [b.add('Concat', [x, flipped], { axis: 0 })], 2, {
      axis: 0,
      num_outputs: 2,
    });
    return flat(b, b.ops.Add(one, two));
  },
  'a Where for each pixel': (b, x) => flat(b, b.ops.Where(b.ops.Greater(x, b.scalar(128)), x, b.scalar(0))),
  'windows as images': (b, x) => {
    const windows = b.ops.Reshape(x, b.ints([-1, 4]));
    return b.ops.Reshape(b.add('Softmax', [scaled(b, windows)]), b.ints([-1, 16]));
  },
  'images along the second axis': (b, x) => {
    const turned = b.add('Transpose', [flat(b, x)], { perm: [1, 0] });
    return b.add('Transpose', [b.add('Softmax', [scaled(b, turned)], { axis: 0 })], { perm: [1, 0] });
  },
};

describe('a model that does not stays batched', () => {
  it.each(Object.entries(apart))('%s', async (_, build) => {
    const classifier = await load(modelOf(build), { input: { scale: 1 } });
    expect(classifier.preparation).toMatchObject({ batched: true, notes: [] });
    await classifier.release();
  });
});

it('a huge score does not hide that the others mix', async () => {
  const mask = (b: GraphBuilder) => b.constant(tensor('bool', [1, 3], Uint8Array.of(1, 0, 1)));
  const model = built(value('x', ['n', ...dims]), ['n', 3], (b, x) => {
    const turned = b.add('Slice', [x, b.ints([-1]), b.ints([-9999]), b.ints([0]), b.ints([-1])]);
    const mixed = b.ops.Add(flat(b, x), b.ops.Mul(b.scalar(0.1), flat(b, turned)));
    return b.ops.Where(mask(b), dense(b, mixed, 16, 3), b.scalar(-1e4));
  });
  const { preparation } = await load(model);
  expect(preparation.batched).toBe(false);
});

it('a huge score whose last digit rounds is no difference', async () => {
  const model = built(value('x', ['n', ...dims]), ['n', 3], (b, x) =>
    b.ops.Sub(dense(b, flat(b, x), 16, 3), b.constant(float32([3], [0, 1e6, 0]))),
  );
  expect((await load(model)).preparation).toMatchObject({ batched: true, optimization: 'all', notes: [] });
});
