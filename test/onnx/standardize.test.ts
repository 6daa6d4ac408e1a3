import { describe, expect, it } from 'vitest';
import { type AttributeLike, attributes, float, floats } from '../../src/onnx/attributes.ts';
import { allocate, type ElementType } from '../../src/onnx/elementType.ts';
import { qualifiedOp } from '../../src/onnx/graph.ts';
import { emptyGraph, GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { standardize } from '../../src/onnx/standardize/standardize.ts';
import { withUnsignedWeights } from '../../src/onnx/standardize/unsignedWeights.ts';
import { float32, type Tensor, tensor, toNumbers } from '../../src/onnx/tensor.ts';
import { probe } from '../../src/runtime/probe.ts';
import { modelOf, node } from '../networks.ts';
import { cpu } from '../runtimes.ts';
import { run } from './upgradeRun.ts';

let state = 1;
/** Evenly distributed in 0..1, the same ones in every run. */
const next = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
};
const size = (dims: readonly number[]) => dims.reduce((product, dim) => product * dim, 1);
const f = (...dims: number[]): Tensor =>
  float32(
    dims,
    Array.from({ length: size(dims) }, () => 4 * next() - 2),
  );
const positive = (...dims: number[]): Tensor =>
  float32(
    dims,
    Array.from({ length: size(dims) }, () => 0.005 + 0.02 * next()),
  );
const whole = (type: ElementType & ('uint8' | 'int8' | 'int32'), ...dims: number[]): Tensor => {
  const data = allocate(type, size(dims));
  for (let i = 0; i < data.length; i++)
    data[i] = type === 'uint8' ? 256 * next() : type === 'int8' ? 256 * next() - 128 : 2000 * next() - 1000;
  return tensor(type, dims, data);
};
const u8 = (...dims: number[]) => whole('uint8', ...dims);
const i8 = (...dims: number[]) => whole('int8', ...dims);
const zero = (value = 120) => tensor('uint8', [], Uint8Array.of(value));
const zero8 = (value = -3) => tensor('int8', [], Int8Array.of(value));
const scale = (value = 0.02) => float32([], [value]);

interface Case {
  readonly op: string;
  readonly title?: string;
  readonly domain?: string;
  /** By position; undefined is left out. The first is the model's input. */
  readonly inputs: readonly (Tensor | undefined)[];
  readonly values?: Readonly<Record<string, AttributeLike>>;
  readonly outputs?: number;
  /** Least steps that results may differ by. */
  readonly steps?: number;
}

const microsoft = (op: string, inputs: Case['inputs'], more: Partial<Case> = {}): Case => ({
  op,
  domain: 'com.microsoft',
  inputs,
  ...more,
});
const standard = (op: string, inputs: Case['inputs'], more: Partial<Case> = {}): Case => ({
  op,
  inputs,
  domain: '',
  ...more,
});

const convolution = { pads: [1, 1, 1, 1], strides: [2, 2] };
const activationsOf = (op: string, inputs: () => Case['inputs']): Case[] =>
  [
    { activation: 'Relu' },
    { activation: 'Sigmoid' },
    { activation: 'Tanh' },
    { activation: 'LeakyRelu', activation_params: floats([0.2]) },
    { activation: 'Clip', activation_params: floats([-0.5, 1]) },
    { activation: 'HardSigmoid', activation_params: floats([0.3, 0.4]) },
  ].map((values) =>
    microsoft(op, inputs(), { title: values.activation, values: values as Record<string, AttributeLike> }),
  );

const floatCases: readonly Case[] = [
  microsoft('Gelu', [f(2, 5)]),
  microsoft('BiasGelu', [f(2, 5), f(5)]),
  microsoft('FastGelu', [f(2, 5)]),
  microsoft('FastGelu', [f(2, 5), f(5)], { title: 'with bias' }),
  microsoft('QuickGelu', [f(2, 5)]),
  microsoft('QuickGelu', [f(2, 5)], { title: 'alpha', values: { alpha: float(0.7) } }),
  microsoft('FusedMatMul', [f(2, 3, 4), f(4, 5)], { values: { alpha: float(0.3) } }),
  microsoft('FusedMatMul', [f(2, 4, 3), f(4, 5)], { title: 'A transposed', values: { transA: 1 } }),
  microsoft('FusedMatMul', [f(2, 3, 4), f(2, 5, 4)], { title: 'B transposed', values: { transB: 1, alpha: float(2) } }),
  microsoft('FusedMatMul', [f(2, 4, 3), f(2, 5, 4)], { title: 'both', values: { transA: 1, transB: 1 } }),
  microsoft('FusedMatMul', [f(3, 2, 4), f(2, 4, 5)], { title: 'A batch', values: { transBatchA: 1 } }),
  microsoft('FusedMatMul', [f(2, 3, 4), f(4, 2, 5)], { title: 'B batch', values: { transBatchB: 1 } }),
  microsoft('FusedMatMul', [f(4, 2, 3), f(5, 2, 4)], {
    title: 'all',
    values: { transA: 1, transB: 1, transBatchA: 1, transBatchB: 1 },
  }),
  microsoft('TransposeMatMul', [f(3, 4), f(5, 4)], { values: { transB: 1 } }),
  ...['Relu', 'Sigmoid', 'Tanh', 'LeakyRelu', 'HardSigmoid', 'Elu', 'Softplus', 'Softsign', 'ThresholdedRelu'].map(
    (activation) =>
      microsoft('FusedGemm', [f(2, 3), f(4, 3), f(4)], {
        title: activation,
        values: {
          activation,
          activation_alpha: float(0.3),
          activation_beta: float(0.4),
          transB: 1,
          alpha: float(0.5),
          beta: float(2),
        },
      }),
  ),
  microsoft('FusedGemm', [f(2, 3), f(3, 4)], {
    title: 'LeakyRelu with alpha, no C',
    values: { activation: 'LeakyRelu', activation_alpha: float(0.3) },
  }),
  ...activationsOf('FusedConv', () => [f(1, 2, 5, 5), f(3, 2, 3, 3), f(3)]),
  microsoft('FusedConv', [f(1, 2, 5, 5), f(3, 2, 3, 3), undefined, f(1, 3, 3, 3)], {
    title: 'with a sum',
    values: { activation: 'Relu' },
  }),
  microsoft('SkipLayerNormalization', [f(2, 3, 4), f(2, 3, 4), f(4), f(4)], { values: { epsilon: float(1e-5) } }),
  microsoft('SkipLayerNormalization', [f(2, 3, 4), f(2, 3, 4), f(4)], { title: 'no beta' }),
  microsoft('SkipLayerNormalization', [f(2, 3, 4), f(2, 3, 4), f(4), f(4), f(4)], {
    title: 'bias, and the sum',
    outputs: 4,
  }),
  microsoft('SkipLayerNormalization', [f(2, 3, 4), f(1, 3, 4), f(4), f(4)], { title: 'skip broadcast' }),
  microsoft('SkipSimplifiedLayerNormalization', [f(2, 3, 4), f(2, 3, 4), f(4), f(4)], {
    values: { epsilon: float(1e-4) },
  }),
  standard('SimplifiedLayerNormalization', [f(2, 3, 4), f(4)]),
  standard('SimplifiedLayerNormalization', [f(2, 3, 4), f(3, 4)], {
    title: 'axis 1',
    values: { axis: 1, epsilon: float(0.01) },
  }),
  microsoft('Attention', [f(2, 3, 4), f(4, 12), f(12)], { values: { num_heads: 2 } }),
  microsoft('Attention', [f(2, 3, 4), f(4, 12), f(12)], {
    title: 'scale',
    values: { num_heads: 2, scale: float(0.3) },
  }),
  microsoft('Attention', [f(2, 3, 4), f(4, 20), f(20)], {
    title: 'wider values',
    values: { num_heads: 2, qkv_hidden_sizes: [6, 6, 8] },
  }),
  microsoft('Attention', [f(2, 3, 4), f(4, 12), f(12), undefined, undefined, f(2, 2, 3, 3)], {
    title: 'position bias',
    values: { num_heads: 2 },
  }),
  microsoft('MultiHeadAttention', [f(2, 3, 4), f(2, 5, 4), f(2, 5, 4)], { values: { num_heads: 2 } }),
  microsoft('MultiHeadAttention', [f(2, 3, 4), f(2, 3, 4), f(2, 3, 4), f(12)], {
    title: 'bias',
    values: { num_heads: 1 },
  }),
];

const integerCases: readonly Case[] = [
  standard('MatMulInteger', [u8(2, 4), i8(4, 3), zero(), zero8()]),
  standard('MatMulInteger', [u8(2, 4), i8(4, 3)], { title: 'no zero points' }),
  standard('MatMulInteger', [u8(2, 4), i8(4, 3), zero(), i8(3)], { title: 'a zero point for each column' }),
  standard('ConvInteger', [u8(1, 2, 5, 5), i8(3, 2, 3, 3), zero(), zero8(0)], { values: convolution }),
  standard('ConvInteger', [u8(1, 2, 5, 5), i8(4, 1, 3, 3), zero(7), zero8(0)], {
    title: 'groups',
    values: { group: 2 },
  }),
  standard(
    'QLinearConv',
    [
      u8(1, 2, 5, 5),
      scale(),
      zero(),
      i8(3, 2, 3, 3),
      positive(3),
      tensor('int8', [3], new Int8Array(3)),
      scale(0.3),
      zero(100),
      whole('int32', 3),
    ],
    { values: convolution },
  ),
  standard(
    'QLinearConv',
    [u8(1, 2, 5, 5), scale(), zero(), u8(3, 2, 3, 3), scale(0.01), zero(99), scale(0.2), zero(80)],
    { title: 'one scale, no bias' },
  ),
  standard(
    'QLinearConv',
    [i8(1, 2, 5, 5), scale(), zero8(), i8(3, 2, 3, 3), scale(0.01), zero8(0), scale(0.2), zero8(5)],
    { title: 'int8' },
  ),
  standard('QLinearMatMul', [u8(2, 4), scale(), zero(), i8(4, 3), scale(0.01), zero8(), scale(0.05), zero(128)]),
  standard('QLinearMatMul', [u8(2, 4), scale(), zero(), i8(4, 3), positive(3), i8(3), scale(0.05), zero(128)], {
    title: 'by column',
  }),
  microsoft(
    'QGemm',
    [u8(2, 4), scale(), zero(), i8(3, 4), positive(3), tensor('int8', [3], new Int8Array(3)), whole('int32', 3)],
    { title: 'to float', values: { transB: 1, alpha: float(0.5) } },
  ),
  microsoft('QGemm', [u8(2, 4), scale(), zero(), i8(4, 3), scale(0.01), zero8(0), undefined, scale(0.05), zero()]),
  microsoft('DynamicQuantizeMatMul', [f(2, 4), i8(4, 3), scale(0.01), zero8(), f(3)]),
  microsoft('DynamicQuantizeMatMul', [f(2, 4), i8(4, 3), positive(3)], { title: 'by column' }),
  microsoft('MatMulIntegerToFloat', [u8(2, 4), i8(4, 3), scale(), scale(0.01), zero(), zero8(), f(3)]),
  microsoft('MatMulIntegerToFloat', [u8(2, 4), i8(4, 3), scale(), positive(3), zero()], { title: 'by column' }),
  microsoft('QLinearAdd', [u8(2, 4), scale(), zero(), u8(2, 4), scale(0.03), zero(7), scale(0.05), zero()], {
    steps: 1,
  }),
  microsoft('QLinearAdd', [i8(2, 4), scale(), zero8(), i8(4), scale(0.03), zero8(7), scale(0.05), zero8(1)], {
    title: 'int8, broadcast',
    steps: 1,
  }),
  microsoft('QLinearMul', [u8(2, 4), scale(), zero(), u8(2, 4), scale(0.03), zero(7), scale(0.05), zero()], {
    steps: 1,
  }),
  microsoft('QLinearSigmoid', [u8(2, 4), scale(), zero(), scale(1 / 256), zero(0)], { steps: 1 }),
  microsoft('QLinearLeakyRelu', [u8(2, 4), scale(), zero(), scale(0.01), zero(30)], {
    values: { alpha: float(0.2) },
    steps: 1,
  }),
  microsoft('QLinearSoftmax', [u8(2, 4), scale(), zero(), scale(1 / 256), zero(0)], {
    values: { axis: -1, opset: 13 },
    steps: 1,
  }),
  microsoft('QLinearGlobalAveragePool', [u8(1, 2, 3, 4), scale(), zero(), scale(0.015), zero()], {
    values: { channels_last: 0 },
    steps: 1,
  }),
  microsoft('QLinearGlobalAveragePool', [u8(1, 3, 4, 2), scale(), zero(), scale(0.015), zero()], {
    title: 'channels last',
    values: { channels_last: 1 },
    steps: 1,
  }),
  microsoft('QLinearAveragePool', [u8(1, 2, 4, 4), scale(), zero(), scale(0.015), zero()], {
    values: { kernel_shape: [2, 2], pads: [1, 1, 1, 1], channels_last: 0 },
    steps: 1,
  }),
  microsoft('QLinearAveragePool', [u8(1, 4, 4, 2), scale(), zero(), scale(0.015), zero()], {
    title: 'channels last',
    values: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], count_include_pad: 1, channels_last: 1 },
    steps: 1,
  }),
  microsoft('QLinearConcat', [scale(0.03), zero(), u8(2, 3), scale(), zero(3), u8(2, 2), scale(0.04), zero(200)], {
    values: { axis: 1 },
    steps: 1,
  }),
  microsoft('NhwcMaxPool', [u8(1, 4, 5, 2)], { values: { kernel_shape: [2, 2], strides: [2, 1], pads: [0, 1, 0, 1] } }),
  microsoft('DequantizeLinear', [u8(2, 4), scale(), zero()]),
  microsoft('QuantizeLinear', [f(2, 4), scale(), zero()]),
];

/** A model of the one node, and what it is given. Constants are initializers, as they are in files. */
function modelFor({ op, domain = '', inputs, values = {}, outputs = 1 }: Case, first: number) {
  const builder = new GraphBuilder(emptyGraph('one'), 'test');
  const names = inputs.map((t, i) => {
    if (!t) return '';
    return i === first ? builder.input('x', t.type, t.dims) : builder.constant(t);
  });
  const results = Array.from({ length: outputs }, (_, i) => (i === 0 || i === 3 ? `y${i}` : ''));
  builder.append(node(op, names, results, { domain, attributes: attributes(values) }));
  const read = results.filter((name) => name !== '').map((name) => ({ name, type: undefined, dims: undefined }));
  return {
    model: { ...modelOf(builder.build(read)), domains: new Map([['com.microsoft', 1]]) },
    feeds: { x: inputs[first]! },
  };
}

async function bothWays(each: Case) {
  const first = each.op === 'QLinearConcat' ? 2 : 0;
  const { model, feeds } = modelFor(each, first);
  const { facts } = await probe(cpu, model, feeds);
  // Its own kernels saturate on some processors; with unsigned weights they do not.
  const expected = await run({ ...model, graph: withUnsignedWeights(model.graph, facts) }, feeds);
  const { graph, written } = standardize(model.graph, facts, 'x');
  const real = graph.inputs[0]!.type === 'float32' ? float32(feeds.x.dims, toNumbers(feeds.x)) : feeds.x;
  return { expected, graph, written, actual: await run({ ...model, graph }, { x: real }) };
}

const titled = (cases: readonly Case[]) =>
  cases.map((each) => ({ ...each, name: [each.op, each.title].filter(Boolean).join(', ') }));

describe('operators of real numbers, in standard ones, give what ONNX Runtime gives', () => {
  it.each(titled(floatCases))('$name', async (each) => {
    const { expected, actual, graph, written } = await bothWays(each);
    expect(graph.nodes.filter(({ domain }) => domain !== '').map(qualifiedOp)).toEqual([]);
    expect(written).toEqual([each.domain === '' ? each.op : `${each.domain}::${each.op}`]);
    for (const [name, { dims, data }] of Object.entries(expected)) {
      expect(actual[name]!.dims).toEqual(dims);
      (data as Float32Array).forEach((value, i) => {
        expect(actual[name]!.data[i]).toBeCloseTo(value, 4);
      });
    }
  });
});

describe('operators of integers give what ONNX Runtime gives, whole numbers as real ones', () => {
  it.each(titled(integerCases))('$name', async (each) => {
    const { expected, actual, graph } = await bothWays(each);
    expect(graph.nodes.filter(({ domain }) => domain !== '').map(qualifiedOp)).toEqual([]);
    const old = toNumbers(expected.y0!);
    const now = toNumbers(actual.y0!);
    expect(actual.y0!.dims).toEqual(expected.y0!.dims);
    if (expected.y0!.type === 'float32') for (const [i, value] of now.entries()) expect(value).toBeCloseTo(old[i]!, 4);
    else if (each.steps === undefined) expect(now).toEqual(old);
    else expect(Math.max(...now.map((value, i) => Math.abs(value - old[i]!)))).toBeLessThanOrEqual(each.steps);
  });
});

describe('what has no such form stays as it is', () => {
  it.each([
    microsoft('Attention', [f(1, 3, 4), f(4, 12), f(12)], {
      title: 'causal',
      values: { num_heads: 2, unidirectional: 1 },
    }),
    microsoft('Attention', [f(1, 3, 4), f(4, 12), f(12), tensor('int32', [1, 3], Int32Array.of(1, 1, 0))], {
      title: 'masked',
      values: { num_heads: 2 },
    }),
    microsoft('SkipLayerNormalization', [f(2, 3, 4), f(2, 3, 4), f(4)], {
      title: 'in another domain',
      domain: 'com.acme',
    }),
  ])('$op, $title', async (each) => {
    const { model } = modelFor(each, 0);
    const facts = new Map([
      ['x', { type: 'float32' as const, dims: [1, 3, 4] }],
      ...[...model.graph.initializers].map(([name, { type, dims }]) => [name, { type, dims }] as const),
    ]);
    expect(standardize(model.graph, facts, 'x').graph).toBe(model.graph);
  });
});
