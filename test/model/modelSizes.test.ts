import { describe, expect, it } from 'vitest';
import { UnsuitableModelError } from '../../src/model/errors.ts';
import { attributes } from '../../src/onnx/attributes.ts';
import type { Graph, Node } from '../../src/onnx/graph.ts';
import { emptyGraph, type GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { float32, int64, tensor } from '../../src/onnx/tensor.ts';
import { built, dense, load, node, value } from '../networks.ts';

/** A sound classifier with one more thing in it, whose size or number of rounds is written into the model. */
const withExtra = (extra: (b: GraphBuilder) => string) =>
  built(value('image', ['n', 1, 2, 2]), ['n', 2], (b, x) => {
    const scores = dense(b, b.add('Flatten', [x]), 4, 2);
    const few = b.add('ReduceMax', [b.add('Cast', [extra(b)], { to: 1 })], { keepdims: 0 });
    return b.ops.Add(scores, b.ops.Mul(few, b.scalar(0)));
  });

const truth = tensor('bool', [], Uint8Array.of(1));
const body = (condition: readonly Node[], output: string): Graph => ({
  ...emptyGraph('body'),
  inputs: [value('i', [], 'int64'), value('before', [], 'bool'), value('x_in', [])],
  outputs: [value(output, [], 'bool'), value('x_out', [])],
  nodes: [...condition, node('Identity', ['x_in'], ['x_out'])],
});
const loop = (b: GraphBuilder, trips: number, inner: Graph, start = truth) =>
  b.add('Loop', [b.constant(int64([trips], [])), b.constant(start), b.scalar(1)], {
    body: { type: 'graph', value: inner },
  });
const always = body(
  [node('Constant', [], ['c'], { attributes: attributes({ value: truth }) }), node('Identity', ['c'], ['cc'])],
  'cc',
);
const asBefore = body([node('Identity', ['before'], ['cc'])], 'cc');
const never = body([node('Not', ['before'], ['cc'])], 'cc');

const large = 2 ** 30;

const giants: Readonly<Record<string, (b: GraphBuilder) => string>> = {
  ConstantOfShape: (b) => b.add('ConstantOfShape', [b.ints([large])]),
  'ConstantOfShape of a shape put together': (b) =>
    b.add('ConstantOfShape', [
      b.add('Concat', [b.ints([1024, 1024]), b.ops.Mul(b.ints([32]), b.ints([32]))], { axis: 0 }),
    ]),
  'several that are large together': (b) =>
    Array.from({ length: 5 }, () => b.add('ConstantOfShape', [b.ints([2 ** 27])])).reduce((a, c) => b.ops.Add(a, c)),
  Expand: (b) => b.ops.Expand(b.scalar(1), b.ints([2 ** 15, 2 ** 15])),
  Tile: (b) => b.ops.Tile(b.constant(float32([1], [1])), b.ints([large])),
  Range: (b) => b.ops.Range(b.scalar(0), b.scalar(1e12), b.scalar(1)),
  'Range with a small step': (b) => b.ops.Range(b.scalar(0), b.scalar(1), b.scalar(1e-12)),
  Pad: (b) => b.add('Pad', [b.constant(float32([1, 1], [1])), b.ints([2 ** 15, 2 ** 15, 0, 0])]),
  'Resize to a size': (b) =>
    b.add('Resize', [b.constant(float32([1, 1, 1, 1], [1])), '', '', b.ints([1, 1, 2 ** 15, 2 ** 15])]),
  'Resize by scales': (b) =>
    b.add('Resize', [b.constant(float32([1, 1, 1, 1], [1])), '', b.constant(float32([4], [1, 1, 2 ** 15, 2 ** 15]))]),
  OneHot: (b) => b.add('OneHot', [b.ints([1]), b.int(large), b.constant(float32([2], [0, 1]))]),
  RandomNormal: (b) => b.add('RandomNormal', [], { shape: [large] }),
  'a convolution with wide padding': (b) =>
    b.add('Conv', [b.constant(float32([1, 1, 1, 1], [1])), b.constant(float32([1, 1, 1, 1], [1]))], {
      pads: [2 ** 15, 2 ** 15, 0, 0],
    }),
  'a convolution with holes': (b) =>
    b.add('ConvTranspose', [b.constant(float32([1, 1, 1, 1], [1])), b.constant(float32([1, 1, 2, 2], [1, 1, 1, 1]))], {
      kernel_shape: [2, 2],
      dilations: [2 ** 15, 2 ** 15],
    }),
  'a giant in a loop': (b) =>
    loop(b, 2, { ...asBefore, nodes: [...asBefore.nodes, node('ConstantOfShape', [b.ints([large])], ['unread'])] }),
};

describe('a model that asks for more than there is', () => {
  it.each(Object.entries(giants))('is refused by the name of the node: %s', async (title, extra) => {
    const loading = load(withExtra(extra));
    await expect(loading).rejects.toThrow(UnsuitableModelError);
    await expect(loading).rejects.toThrow(/The sizes written into the model ask for .* KONKYO_MAX_MEMORY/);
    const operators = title.match(/[A-Z]\w+/)?.[0] ?? 'Co';
    await expect(loading).rejects.toThrow(operators);
  });

  it('is admitted where more is allowed, or it asks for little', async () => {
    const small = withExtra((b) => b.add('ConstantOfShape', [b.ints([1000])]));
    await expect(load(small, { maxBytes: 3999 })).rejects.toThrow(/ask for 3\.9 KiB .* and konkyo admits 3\.9 KiB/);
    const classifier = await load(small, { maxBytes: 4000 });
    await classifier.release();
  });
});

describe('a loop', () => {
  it.each([
    ['1e12 rounds', (b: GraphBuilder) => loop(b, 1e12, always)],
    ['1e12 rounds, going on as before', (b: GraphBuilder) => loop(b, 1e12, asBefore)],
    ['2^63 rounds', (b: GraphBuilder) => loop(b, 2 ** 63, always)],
    [
      'no number of rounds',
      (b: GraphBuilder) => b.add('Loop', ['', '', b.scalar(1)], { body: { type: 'graph', value: always } }),
    ],
  ])('of %s is refused', async (_, extra) => {
    await expect(load(withExtra(extra))).rejects.toThrow(/Loop .* goes round .* more than the 16777216/);
  });

  it.each([
    ['few rounds', (b: GraphBuilder) => loop(b, 1000, always)],
    ['at most 2^63 rounds that ends by its condition', (b: GraphBuilder) => loop(b, 2 ** 63, never)],
    [
      'a condition that is false from the start',
      (b: GraphBuilder) => loop(b, 1e12, asBefore, tensor('bool', [], Uint8Array.of(0))),
    ],
  ])('of %s is run', async (_, extra) => {
    const classifier = await load(withExtra(extra));
    await classifier.release();
  });

  it('of 100,000 nodes in a row is looked through', async () => {
    const chain = Array.from({ length: 100_000 }, (_, i) =>
      node('Identity', [i === 0 ? 'before' : `c${i - 1}`], [`c${i}`]),
    );
    await expect(load(withExtra((b) => loop(b, 1e12, body(chain, 'c99999'))))).rejects.toThrow(/goes round/);
  });
});
