import { describe, expect, it } from 'vitest';
import { type AttributeLike, float, floats } from '../../../src/onnx/attributes.ts';
import type { Attribute } from '../../../src/onnx/graph.ts';
import { probe } from '../../../src/runtime/probe.ts';
import { expandOperators } from '../../../src/transforms/expansions/expandOperators.ts';
import { cpu, runtimes } from '../../runtimes.ts';
import { mismatch } from '../gradient/directions.ts';
import { distinct, int32s } from '../gradient/inputs.ts';
import {
  feedsOf,
  gradientModel,
  modelOf,
  type OperatorCase,
  productByDifferences,
  productOnRuntimes,
  titleOf,
} from '../gradient/operatorCase.ts';

const strings = (...value: string[]): Attribute => ({ type: 'strings', value });

interface Given {
  readonly attributes?: Readonly<Record<string, AttributeLike>>;
  /** What is given beside X, W and R. */
  readonly parts?: string;
  readonly length?: number;
}

const gates = { LSTM: 4, GRU: 3, RNN: 1 } as const;
const [batch, width, size] = [2, 3, 2];

function layer(op: keyof typeof gates, { attributes = {}, parts = 'b', length = 3 }: Given = {}): OperatorCase {
  const directions = attributes.direction === 'bidirectional' ? 2 : 1;
  const rows = gates[op] * size;
  const state = [directions, batch, size];
  const has = (part: string): boolean => parts.includes(part);
  const optional = [
    has('b') ? distinct([directions, 2 * rows], 4) : undefined,
    has('l') ? int32s(length, length) : undefined,
    has('h') ? distinct(state, 5) : undefined,
    has('c') ? distinct(state, 6) : undefined,
    has('p') ? distinct([directions, 3 * size], 7) : undefined,
  ];
  const used = optional.slice(0, optional.findLastIndex((input) => input !== undefined) + 1);
  return {
    op,
    inputs: [
      distinct([length, batch, width]),
      distinct([directions, rows, width], 2),
      distinct([directions, rows, size], 3),
      ...used,
    ],
    attributes: { hidden_size: size, ...attributes },
    outputs: op === 'LSTM' ? 3 : 2,
  };
}

const activations: readonly (readonly [string, number, number])[] = [
  ...(['Affine', 'ScaledTanh', 'HardSigmoid', 'LeakyRelu', 'ThresholdedRelu', 'Elu'] as const).map(
    (name) => [name, 0.7, 0.4] as const,
  ),
  ...(['Relu', 'Sigmoid', 'Softsign', 'Softplus'] as const).map((name) => [name, 1, 1] as const),
];

const cases: readonly OperatorCase[] = [
  ...(['RNN', 'LSTM', 'GRU'] as const).flatMap((op) => [
    layer(op, { parts: '' }),
    layer(op),
    layer(op, { length: 1 }),
    layer(op, { parts: 'blh' }),
    layer(op, { parts: 'bh', attributes: { direction: 'reverse' } }),
    layer(op, { parts: 'bh', attributes: { direction: 'bidirectional' } }),
    layer(op, { parts: 'bh', attributes: { clip: float(0.4) } }),
  ]),
  layer('LSTM', { parts: 'bhc' }),
  layer('LSTM', { parts: 'bhcp', attributes: { direction: 'bidirectional' } }),
  layer('LSTM', { parts: 'bp' }),
  layer('LSTM', { parts: 'bhcp', attributes: { input_forget: 1 } }),
  layer('LSTM', { parts: 'bhcp', attributes: { clip: float(0.4) } }),
  layer('LSTM', { parts: 'c' }),
  ...['', 'b', 'h', 'bh'].map((parts) => layer('GRU', { parts, attributes: { linear_before_reset: 1 } })),
  layer('GRU', { parts: 'bh', attributes: { linear_before_reset: 1, direction: 'bidirectional', clip: float(0.4) } }),
  ...activations.map(([name, alpha, beta]) =>
    layer('RNN', {
      attributes: { activations: strings(name), activation_alpha: floats([alpha]), activation_beta: floats([beta]) },
    }),
  ),
  // Each takes its own of two lists; what is missing has ONNX Runtime's default.
  layer('LSTM', {
    parts: 'bhc',
    attributes: {
      activations: strings('HardSigmoid', 'LeakyRelu', 'Affine'),
      activation_alpha: floats([0.3, 0.2, 0.9]),
      activation_beta: floats([0.4, 0.1]),
    },
  }),
  layer('GRU', {
    parts: 'bh',
    attributes: {
      direction: 'bidirectional',
      activations: strings('HardSigmoid', 'Tanh', 'Sigmoid', 'Elu'),
      activation_alpha: floats([0.3]),
    },
  }),
];

/** On WASM too: one of each. */
const both = (['RNN', 'LSTM', 'GRU'] as const).map((op) => cases.find((operatorCase) => operatorCase.op === op));

describe('recurrent layers, step by step', () => {
  it.each(cases.map((operatorCase) => ({ title: titleOf(operatorCase), operatorCase })))(
    '$title: the same outputs, and gradients that finite differences bear out',
    async ({ operatorCase }) => {
      const model = modelOf(operatorCase);
      const feeds = feedsOf(operatorCase);
      const { facts, outputs } = await probe(cpu, model, feeds);
      const unrolled = { ...model, graph: expandOperators(model.graph, facts) };
      expect(unrolled.graph.nodes.map(({ op }) => op)).not.toContain(operatorCase.op);
      const again = await probe(cpu, unrolled, feeds);
      for (const [name, { dims, data }] of Object.entries(outputs)) {
        expect(again.outputs[name]!.dims).toEqual(dims);
        const apart = Array.from(data as Float32Array, (v, i) => Math.abs(v - Number(again.outputs[name]!.data[i])));
        // ONNX Runtime's layers have approximations of their own for sigmoid and tanh.
        expect(Math.max(...apart)).toBeLessThan(1e-6);
      }
      const shapes = new Map(Object.entries(outputs).map(([name, { dims }]) => [name, dims]));
      const names = Object.keys(feeds);
      const products = await productOnRuntimes(
        await gradientModel(unrolled, feeds, names, shapes),
        operatorCase,
        both.includes(operatorCase) ? runtimes.map(({ runtime }) => runtime) : [cpu],
      );
      const wanted = productByDifferences(operatorCase, 2);
      const wrong = products.flatMap((gradients) =>
        gradients.flatMap((gradient, i) => mismatch(gradient, wanted[i]!) ?? []),
      );
      expect(wrong).toEqual([]);
    },
  );

  it('stay as they are where rows have lengths of their own', async () => {
    const operatorCase = layer('GRU', { parts: 'bl' });
    const inputs = operatorCase.inputs.with(4, int32s(3, 2));
    const model = modelOf({ ...operatorCase, inputs });
    const { facts } = await probe(cpu, model, feedsOf({ ...operatorCase, inputs }));
    expect(expandOperators(model.graph, facts)).toBe(model.graph);
  });

  it('stay as they are beyond 1,024 steps', async () => {
    const model = modelOf(layer('RNN', { length: 600, attributes: { direction: 'bidirectional' } }));
    const { facts } = await probe(
      cpu,
      model,
      feedsOf(layer('RNN', { length: 600, attributes: { direction: 'bidirectional' } })),
    );
    expect(expandOperators(model.graph, facts)).toBe(model.graph);
  });
});
