import { describe, expect, it } from 'vitest';
import { float } from '../../../src/onnx/attributes.ts';
import { float32, type Tensor } from '../../../src/onnx/tensor.ts';
import { probe } from '../../../src/runtime/probe.ts';
import { canonize } from '../../../src/transforms/canonizers/canonize.ts';
import { modelOf } from '../../networks.ts';
import { cpu } from '../../runtimes.ts';
import { distinct, positive } from '../gradient/inputs.ts';
import { type SmallNode, smallGraph } from '../relevance/smallGraph.ts';

interface CanonizerCase {
  readonly title: string;
  readonly x: Tensor<'float32'>;
  readonly constants: Readonly<Record<string, Tensor>>;
  readonly nodes: readonly SmallNode[];
  /** The operators that are left. */
  readonly becomes: readonly string[];
  readonly keep?: readonly string[];
}

const statistics = (channels: number) => ({
  scale: distinct([channels], 11),
  shift: distinct([channels], 12),
  mean: distinct([channels], 13),
  variance: positive([channels], 14),
});
const normalization = (input: string, output: string): SmallNode => ({
  op: 'BatchNormalization',
  inputs: [input, 'scale', 'shift', 'mean', 'variance'],
  output,
  attributes: { epsilon: float(1e-3) },
});
const images = distinct([3, 4, 5, 6]);
const rows = distinct([3, 4]);

const cases: readonly CanonizerCase[] = [
  {
    title: 'batch normalisation after a grouped, strided, padded convolution with bias',
    x: images,
    constants: { w: distinct([6, 2, 3, 3], 2), b: distinct([6], 3), ...statistics(6) },
    nodes: [
      {
        op: 'Conv',
        inputs: ['x', 'w', 'b'],
        output: 'c',
        attributes: { group: 2, strides: [2, 1], pads: [1, 1, 1, 1] },
      },
      normalization('c', 'y'),
    ],
    becomes: ['Conv'],
  },
  {
    title: 'batch normalisation after a grouped transposed convolution',
    x: images,
    constants: { w: distinct([4, 3, 2, 2], 2), ...statistics(6) },
    nodes: [
      { op: 'ConvTranspose', inputs: ['x', 'w'], output: 'c', attributes: { group: 2, strides: [2, 2] } },
      normalization('c', 'y'),
    ],
    becomes: ['ConvTranspose'],
  },
  {
    title: 'batch normalisation after a dense layer',
    x: rows,
    constants: { w: distinct([4, 5], 2), b: distinct([5], 3), ...statistics(5) },
    nodes: [{ op: 'Gemm', inputs: ['x', 'w', 'b'], output: 'd' }, normalization('d', 'y')],
    becomes: ['Gemm'],
  },
  {
    title: 'batch normalisation before a grouped convolution without padding',
    x: images,
    constants: { w: distinct([6, 2, 3, 3], 2), ...statistics(4) },
    nodes: [normalization('x', 'n'), { op: 'Conv', inputs: ['n', 'w'], output: 'y', attributes: { group: 2 } }],
    becomes: ['Conv'],
  },
  {
    title: 'batch normalisation before a padded convolution, which pads with zeros after it: stays',
    x: images,
    constants: { w: distinct([6, 4, 3, 3], 2), ...statistics(4) },
    nodes: [
      normalization('x', 'n'),
      { op: 'Conv', inputs: ['n', 'w'], output: 'y', attributes: { pads: [1, 1, 1, 1] } },
    ],
    becomes: ['BatchNormalization', 'Conv'],
  },
  {
    title: 'batch normalisation before a dense layer, with Flatten between',
    x: images,
    constants: { w: distinct([7, 120], 2), b: distinct([7], 3), ...statistics(4) },
    nodes: [
      normalization('x', 'n'),
      { op: 'Flatten', inputs: ['n'], output: 'f' },
      { op: 'Gemm', inputs: ['f', 'w', 'b'], output: 'y', attributes: { transB: 1 } },
    ],
    becomes: ['Flatten', 'Gemm'],
  },
  {
    title: 'two batch normalisations round one layer',
    x: rows,
    constants: { w: distinct([4, 4], 2), ...statistics(4) },
    nodes: [normalization('x', 'n'), { op: 'Gemm', inputs: ['n', 'w'], output: 'd' }, normalization('d', 'y')],
    becomes: ['Gemm'],
  },
  {
    title: 'batch normalisation of a value that is read twice: stays',
    x: images,
    constants: { w: distinct([4, 4, 1, 1], 2), ...statistics(4) },
    nodes: [
      { op: 'Conv', inputs: ['x', 'w'], output: 'c' },
      normalization('c', 'n'),
      { op: 'Add', inputs: ['c', 'n'], output: 'y' },
    ],
    becomes: ['Conv', 'BatchNormalization', 'Add'],
  },
  {
    title: 'a value that has to stay: stays',
    x: images,
    constants: { w: distinct([4, 4, 1, 1], 2), ...statistics(4) },
    nodes: [{ op: 'Conv', inputs: ['x', 'w'], output: 'c' }, normalization('c', 'y')],
    becomes: ['Conv', 'BatchNormalization'],
    keep: ['c'],
  },
  {
    title: 'constants added after a convolution, and then batch normalisation',
    x: images,
    constants: { w: distinct([6, 4, 3, 3], 2), b: distinct([1, 6, 1, 1], 3), ...statistics(6) },
    nodes: [
      { op: 'Conv', inputs: ['x', 'w'], output: 'c' },
      { op: 'Add', inputs: ['b', 'c'], output: 'a' },
      normalization('a', 'y'),
    ],
    becomes: ['Conv'],
  },
  {
    title: 'constants added after a matrix product and after a dense layer that has a bias',
    x: rows,
    constants: {
      w: distinct([4, 5], 2),
      b: distinct([5], 3),
      v: distinct([5, 3], 4),
      c: distinct([3], 5),
      d: distinct([1, 3], 6),
    },
    nodes: [
      { op: 'MatMul', inputs: ['x', 'w'], output: 'p' },
      { op: 'Add', inputs: ['p', 'b'], output: 'q' },
      { op: 'Gemm', inputs: ['q', 'v', 'c'], output: 'r' },
      { op: 'Add', inputs: ['r', 'd'], output: 'y' },
    ],
    becomes: ['Gemm', 'Gemm'],
  },
  {
    title: 'constants that differ along positions: stay',
    x: images,
    constants: { w: distinct([4, 4, 1, 1], 2), b: distinct([5, 6], 3) },
    nodes: [
      { op: 'Conv', inputs: ['x', 'w'], output: 'c' },
      { op: 'Add', inputs: ['c', 'b'], output: 'y' },
    ],
    becomes: ['Conv', 'Add'],
  },
  {
    title: 'layer normalisation, written out',
    x: images,
    constants: { s: distinct([6], 2), b: distinct([6], 3) },
    nodes: [{ op: 'LayerNormalization', inputs: ['x', 's', 'b'], output: 'y', attributes: { axis: -1 } }],
    becomes: ['ReduceMean', 'Sub', 'Mul', 'ReduceMean', 'Add', 'Sqrt', 'Div', 'Mul', 'Add', 'Identity'],
  },
];

/** Sums of a few dozen products in another order. */
const tolerance = 1e-5;

describe('canonizers leave outputs as they are', () => {
  it.each(cases)('$title', async ({ x, constants, nodes, becomes, keep = [] }) => {
    const graph = smallGraph(x, constants, nodes);
    const before = await probe(cpu, modelOf(graph), { x });
    const canonized = canonize(graph, before.facts, keep);
    expect(canonized.nodes.map(({ op }) => op)).toEqual(becomes);
    const after = await probe(cpu, modelOf({ ...canonized, outputs: graph.outputs }), { x });
    const [wanted, actual] = [before.outputs.y!, after.outputs.y!].map(({ data }) => data as Float32Array);
    const largest = wanted!.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
    expect(actual).toHaveLength(wanted!.length);
    for (const [i, value] of wanted!.entries()) expect(Math.abs(actual![i]! - value)).toBeLessThan(tolerance * largest);
  });
});

describe('what a canonizer does not touch', () => {
  it('is the same graph', () => {
    const graph = smallGraph(rows, { w: float32([4, 2], [1, 2, 3, 4, 5, 6, 7, 8]) }, [
      { op: 'MatMul', inputs: ['x', 'w'], output: 'y' },
    ]);
    expect(canonize(graph, new Map(), []).nodes).toEqual(graph.nodes);
  });
});
