import { describe, expect, it } from 'vitest';
import { float32 } from '../../../src/onnx/tensor.ts';
import { proportionalMaxPooling, winnerTakesAll } from '../../../src/transforms/relevance/moving.ts';
import type { RelevanceRule } from '../../../src/transforms/relevance/rule.ts';
import {
  alphaBeta,
  epsilon,
  flat,
  gamma,
  norm,
  wSquared,
  zBox,
  zPlus,
} from '../../../src/transforms/relevance/rules.ts';
import { runtimes } from '../../runtimes.ts';
import { distinct, scaled } from '../gradient/inputs.ts';
import {
  type DenseRule,
  denseAlphaBeta,
  denseBox,
  denseEpsilon,
  denseFlat,
  denseGamma,
  denseLayer,
  denseSquared,
} from './denseRelevance.ts';
import { everywhere, imageOf, type LayerCase, layerGraph, passRelevance, slowLayer, zeroBias } from './layerCase.ts';

const bounds = { low: float32([], [-1.5]), high: float32([], [2]) };

interface RuleCase {
  readonly rule: RelevanceRule;
  readonly slow: DenseRule;
  /** Gives away all it receives where there are no biases (and no denominator is 0). */
  readonly keepsAll: boolean;
}

const rules: readonly RuleCase[] = [
  { rule: epsilon(), slow: denseEpsilon(), keepsAll: true },
  { rule: epsilon(0.1), slow: denseEpsilon(0.1), keepsAll: false },
  { rule: zPlus(), slow: denseAlphaBeta(1, 0), keepsAll: true },
  { rule: alphaBeta(2, 1), slow: denseAlphaBeta(2, 1), keepsAll: false },
  { rule: alphaBeta(1.5, 0.5), slow: denseAlphaBeta(1.5, 0.5), keepsAll: false },
  { rule: gamma(0.25), slow: denseGamma(0.25), keepsAll: true },
  { rule: gamma(2), slow: denseGamma(2), keepsAll: true },
  { rule: wSquared(), slow: denseSquared, keepsAll: true },
  { rule: flat(), slow: denseFlat, keepsAll: true },
  { rule: zBox(bounds), slow: denseBox(-1.5, 2), keepsAll: true },
];

const conv = (x: readonly number[], w: readonly number[], attributes: LayerCase['attributes'] = {}): LayerCase => ({
  op: 'Conv',
  x: distinct([2, ...x]),
  parameters: [distinct(w, 2), distinct([w[0]!], 3)],
  attributes,
});

const layers: Readonly<Record<string, LayerCase>> = {
  dense: {
    op: 'Gemm',
    x: distinct([2, 7]),
    parameters: [distinct([5, 7], 2), distinct([5], 3)],
    attributes: { transB: 1 },
  },
  'dense, row by row': { op: 'MatMul', x: distinct([2, 3, 4]), parameters: [distinct([4, 5], 2)] },
  convolution: conv([2, 5, 6], [3, 2, 3, 3]),
  'strided convolution': conv([2, 7, 6], [3, 2, 3, 2], { strides: [2, 3] }),
  'grouped convolution': conv([4, 5, 4], [6, 2, 3, 3], { group: 2 }),
  'padded convolution': conv([2, 4, 5], [3, 2, 3, 3], { pads: [1, 1, 1, 1] }),
  'dilated, strided, grouped, padded convolution': conv([4, 7, 6], [2, 2, 3, 2], {
    group: 2,
    strides: [2, 1],
    dilations: [1, 2],
    pads: [1, 0, 0, 1],
  }),
  'convolution in one dimension': conv([2, 9], [3, 2, 3], { strides: [2] }),
  'transposed convolution': {
    op: 'ConvTranspose',
    x: distinct([2, 2, 3, 4]),
    parameters: [distinct([2, 3, 2, 3], 2), distinct([3], 3)],
    attributes: { strides: [2, 1] },
  },
};

const pooling: Readonly<Record<string, LayerCase>> = {
  'average pooling': {
    op: 'AveragePool',
    x: distinct([2, 3, 6, 4]),
    parameters: [],
    attributes: { kernel_shape: [2, 2], strides: [2, 2] },
  },
  'overlapping, padded average pooling': {
    op: 'AveragePool',
    x: distinct([2, 2, 5, 5]),
    parameters: [],
    attributes: { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] },
  },
  'global average pooling': { op: 'GlobalAveragePool', x: distinct([2, 3, 3, 4]), parameters: [] },
};

/** float32 against float64; a denominator may be a thousandth of its terms. */
const tolerance = 2e-4;

function expectClose(actual: Float64Array, wanted: Float64Array): void {
  const largest = wanted.reduce((max, value) => Math.max(max, Math.abs(value)), 1e-30);
  const worst = wanted.reduce((max, value, i) => Math.max(max, Math.abs(value - actual[i]!)), 0);
  expect(worst / largest).toBeLessThan(tolerance);
}

const withWeights = Object.entries(layers).flatMap(([name, layer]) => rules.map((rule) => ({ name, layer, ...rule })));
const withoutWeights = Object.entries(pooling).flatMap(([name, layer]) => [
  { name, layer, rule: norm(), slow: denseEpsilon(), keepsAll: true },
  { name, layer, rule: flat(), slow: denseFlat, keepsAll: true },
  { name, layer, rule: zPlus(), slow: denseAlphaBeta(1, 0), keepsAll: true },
]);
const cases = [...withWeights, ...withoutWeights].map((one) => ({ ...one, title: `${one.rule.name}: ${one.name}` }));

describe.each(runtimes)('relevance rules on $name, against their formula on the layer as a matrix', ({ runtime }) => {
  it.each(cases)('$title', async ({ layer, rule, slow }) => {
    const { relevance, received } = await passRelevance(layerGraph(layer), layer.x, everywhere(rule), runtime);
    for (const image of [0, 1]) {
      const x = imageOf(layer.x.data, image);
      const wanted = slow(denseLayer(slowLayer(layer), x.length), x, imageOf(received, image));
      expectClose(imageOf(relevance, image), wanted);
    }
  });
});

describe('relevance is kept, or booked', () => {
  const mass = (values: Float64Array) => values.reduce((sum, value) => sum + Math.abs(value), 0);
  const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);

  it.each(cases.filter(({ keepsAll }) => keepsAll))('all of it without biases: $title', async ({ layer, rule }) => {
    const without = zeroBias(layer);
    const { relevance, received, absorbed } = await passRelevance(layerGraph(without), without.x, everywhere(rule));
    for (const image of [0, 1]) {
      const passed = imageOf(relevance, image);
      // Where no input has a contribution of the sign asked for, the denominator vanishes: that part is booked.
      const empty = absorbed.emptyParts?.[image] ?? 0;
      const whereDenominatorVanishes = rule.name === 'z+' ? (absorbed.stabilizers?.[image] ?? 0) : 0;
      const gap = sum(imageOf(received, image)) - sum(passed) - empty - whereDenominatorVanishes;
      expect(Math.abs(gap)).toBeLessThan(1e-4 * Math.max(mass(passed), mass(imageOf(received, image))));
    }
  });

  it.each(cases)('the rest with them: $title', async ({ layer, rule }) => {
    const { relevance, received, absorbed, sums } = await passRelevance(layerGraph(layer), layer.x, everywhere(rule));
    for (const image of [0, 1]) {
      const passed = imageOf(relevance, image);
      const kept = Object.values(absorbed).reduce((total, values) => total + values[image]!, 0);
      const largest = Math.max(mass(passed), mass(imageOf(received, image)));
      expect(Math.abs(sum(imageOf(received, image)) - sum(passed) - kept)).toBeLessThan(1e-4 * largest);
      expect(Math.abs(sums!.passed[image]! - sum(passed))).toBeLessThan(1e-5 * largest);
      expect(Math.abs(sums!.received[image]! - sum(imageOf(received, image)))).toBeLessThan(1e-5 * largest);
    }
  });

  it('takes an output nobody speaks for as an empty part of alpha-beta', async () => {
    const layer: LayerCase = {
      op: 'Gemm',
      x: float32([2, 2], [1, 2, 3, 4]),
      parameters: [float32([1, 2], [1, 1]), float32([1], [0])],
      attributes: { transB: 1 },
    };
    const start = float32([2, 1], [1, 1]);
    const { absorbed } = await passRelevance(layerGraph(layer), layer.x, everywhere(alphaBeta(2, 1)), undefined, start);
    // All contributions are positive: the -1 times R of the negative ones finds no input.
    expect([...absorbed.emptyParts!]).toEqual([-1, -1]);
  });
});

describe('max pooling', () => {
  const x = scaled(distinct([2, 2, 4, 4]), 1, 1);
  const attributes = { kernel_shape: [2, 2], strides: [2, 2] };
  const layer: LayerCase = { op: 'MaxPool', x, parameters: [], attributes };
  const windowOf = (output: number) => {
    const [plane, place] = [Math.floor(output / 4), output % 4];
    const corner = plane * 16 + Math.floor(place / 2) * 8 + (place % 2) * 2;
    return [corner, corner + 1, corner + 4, corner + 5];
  };

  it('gives all to the winner', async () => {
    const { relevance, received } = await passRelevance(layerGraph(layer), x, everywhere(winnerTakesAll()));
    const wanted = new Float32Array(x.data.length);
    for (const [output, value] of received.entries()) {
      const window = windowOf(output);
      wanted[window.reduce((best, i) => (x.data[i]! > x.data[best]! ? i : best))] = value;
    }
    expect(relevance).toEqual(wanted);
  });

  it('gives each input of a window its share by size', async () => {
    const { relevance, received } = await passRelevance(layerGraph(layer), x, everywhere(proportionalMaxPooling()));
    const wanted = new Float64Array(x.data.length);
    for (const [output, value] of received.entries()) {
      const window = windowOf(output);
      const total = window.reduce((sum, i) => sum + x.data[i]!, 0);
      for (const i of window) wanted[i] = (x.data[i]! / total) * value;
    }
    expectClose(Float64Array.from(relevance), wanted);
  });
});
