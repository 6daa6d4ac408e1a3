import { describe, expect, it } from 'vitest';
import { methodKind } from '../../../src/methods.ts';
import { loadClassifier } from '../../../src/model/loadClassifier.ts';
import { noiseImages } from '../../../src/model/pixels.ts';
import { emptyGraph, GraphBuilder } from '../../../src/onnx/graphBuilder.ts';
import { float32, int64, tensor } from '../../../src/onnx/tensor.ts';
import { writeModel } from '../../../src/onnx/writeModel.ts';
import { attnLrp } from '../../../src/transforms/relevance/composites.ts';
import { uniform } from '../../../src/transforms/relevance/products.ts';
import { alphaBeta, epsilon, gamma } from '../../../src/transforms/relevance/rules.ts';
import { modelOf } from '../../networks.ts';
import { cpu } from '../../runtimes.ts';
import { distinct } from '../gradient/inputs.ts';
import { everywhere, passRelevance } from './layerCase.ts';
import { smallGraph } from './smallGraph.ts';

/* Infinite masks and denominators of 0: there is a number, and the map has it. */

const tokens = 4;
const lowest = -3.4028234663852886e38;
const causal = (value: number) =>
  float32(
    [tokens, tokens],
    Array.from({ length: tokens ** 2 }, (_, i) => (i % tokens > Math.floor(i / tokens) ? value : 0)),
  );
const seen = tensor(
  'bool',
  [tokens, tokens],
  Uint8Array.from(causal(1).data, (value) => 1 - value),
);

/** How a model masks its attention: from scores to what is mixed with. */
type Mask = (builder: GraphBuilder, scores: string) => string;

const softmax = (builder: GraphBuilder, value: string) => builder.add('Softmax', [value], { axis: -1 });
const added =
  (value: number): Mask =>
  (builder, scores) =>
    softmax(builder, builder.ops.Add(scores, builder.constant(causal(value))));

const masks: Readonly<Record<string, Mask>> = {
  'added, -infinity': added(Number.NEGATIVE_INFINITY),
  'added, the most negative float': added(lowest),
  'to which scores are added': (builder, scores) =>
    softmax(builder, builder.ops.Add(builder.constant(causal(Number.NEGATIVE_INFINITY)), scores)),
  'subtracted, infinity': (builder, scores) =>
    softmax(builder, builder.ops.Sub(scores, builder.constant(causal(Number.POSITIVE_INFINITY)))),
  'added before the scores are scaled': (builder, scores) => {
    const masked = builder.ops.Add(scores, builder.constant(causal(Number.NEGATIVE_INFINITY)));
    return softmax(builder, builder.ops.Mul(builder.ops.Div(masked, builder.scalar(0.5)), builder.scalar(0.5)));
  },
  'the most negative float, doubled': (builder, scores) => {
    const masked = builder.ops.Add(scores, builder.constant(causal(lowest)));
    return softmax(builder, builder.ops.Mul(builder.ops.Add(masked, masked), builder.scalar(0.5)));
  },
  'added twice': (builder, scores) => {
    const mask = builder.constant(causal(Number.NEGATIVE_INFINITY));
    return softmax(builder, builder.ops.Add(builder.ops.Add(scores, mask), mask));
  },
  'chosen by Where': (builder, scores) =>
    softmax(builder, builder.ops.Where(builder.constant(seen), scores, builder.scalar(Number.NEGATIVE_INFINITY))),
  'the logarithm of zeros and ones': (builder, scores) =>
    softmax(
      builder,
      builder.ops.Add(scores, builder.add('Log', [builder.constant(float32([4, 4], Array.from(seen.data)))])),
    ),
  'filled in for the size of the image': (builder, scores) => {
    const value = float32([1], [Number.NEGATIVE_INFINITY]);
    const filled = builder.add('ConstantOfShape', [builder.add('Shape', [scores])], { value });
    const upper = builder.add('Trilu', [filled, builder.constant(int64([1], []))], { upper: 1 });
    return softmax(builder, builder.ops.Add(scores, upper));
  },
};

/** One head of attention over pixels [1, 4, 3] as four tokens, and a dense layer. */
function attention(mask: Mask) {
  const builder = new GraphBuilder(emptyGraph('attention'), 'attention');
  const { ops } = builder;
  const image = builder.input('image', 'float32', ['N', 3, 2, 2]);
  const rows = ops.Reshape(image, builder.ints([0, tokens, 3]));
  const weights = (dims: readonly number[], salt: number) => builder.constant(distinct(dims, salt));
  const [q = '', k = '', v = ''] = [41, 42, 43].map((salt) => ops.MatMul(rows, weights([3, 3], salt)));
  const scores = ops.MatMul(q, builder.add('Transpose', [k], { perm: [0, 2, 1] }));
  const mixed = ops.MatMul(mask(builder, scores), v);
  const logits = ops.MatMul(builder.add('Flatten', [mixed]), weights([12, 3], 44));
  return builder.build([{ name: logits, type: 'float32', dims: ['N', 3] }]);
}

const images = distinct([2, 3, 2, 2], 45);
const attended = async (mask: Mask) => (await passRelevance(attention(mask), images, attnLrp())).relevance;

function expectClose(actual: Float32Array, expected: Float32Array): void {
  const largest = expected.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  expect(largest).toBeGreaterThan(0);
  for (const [i, value] of expected.entries()) expect(Math.abs(actual[i]! - value) / largest).toBeLessThan(1e-3);
}

describe('attention with a mask has the map that -1e9 gives', () => {
  it.each(Object.keys(masks))('%s', async (name) => {
    expectClose(await attended(masks[name]!), await attended(added(-1e9)));
  });

  it('a row without any token is no NaN, where the model goes on without it', async () => {
    const nothing = float32(
      [4, 4],
      Array.from({ length: 16 }, (_, i) => (i < 4 ? Number.NEGATIVE_INFINITY : 0)),
    );
    const guarded: Mask = (builder, scores) => {
      const weights = softmax(builder, builder.ops.Add(scores, builder.constant(nothing)));
      return builder.ops.Where(builder.add('IsNaN', [weights]), builder.scalar(0), weights);
    };
    const cut: Mask = (builder, scores) => {
      const kept = float32([4, 1], [0, 1, 1, 1]);
      return builder.ops.Mul(softmax(builder, scores), builder.constant(kept));
    };
    expectClose(await attended(guarded), await attended(cut));
    const finite = nothing.data.map((value) => (value < 0 ? lowest : 0));
    const all = await attended((builder, scores) =>
      softmax(builder, builder.ops.Add(scores, builder.constant(float32([4, 4], finite)))),
    );
    expect(all.every(Number.isFinite)).toBe(true);
  });

  it('and its account has numbers too', async () => {
    const graph = attention(masks['added, -infinity']!);
    const classifier = await loadClassifier(writeModel(modelOf(graph)), { runtime: cpu });
    const explainer = await methodKind('attn-lrp').create({}).compile(classifier);
    const { relevanceByLayer } = await explainer.attribute(noiseImages(classifier.input, 1), [1]);
    const numbers = relevanceByLayer![0]!.flatMap((layer) => Object.values(layer).filter((v) => typeof v === 'number'));
    expect(numbers.every(Number.isFinite)).toBe(true);
    await explainer.release();
    await classifier.release();
  });
});

describe('denominators of 0', () => {
  // Three units: one that is dead, one with inputs that cancel, one that lives.
  const x = float32([1, 2], [1, 1]);
  const dense = (column: readonly number[]) =>
    smallGraph(x, { w: float32([2, 3], [0, 1, column[0]!, 0, -1, column[1]!]) }, [
      { op: 'MatMul', inputs: ['x', 'w'], output: 'y' },
    ]);
  const relevance = (received: readonly number[]) => float32([1, 3], received);

  it.each([
    ['epsilon 0', epsilon(0)],
    ['epsilon below every float32', epsilon(1e-60)],
    ['an epsilon that is no normal float32', epsilon(1e-40)],
    ['gamma 0', gamma(0)],
    ['gamma', gamma(0.25)],
    ['alpha-beta, with outputs that nothing speaks against', alphaBeta(2, 1)],
  ])('%s: what was given to dead units is 0, not NaN, and what living ones have is passed', async (_name, rule) => {
    const passed = await passRelevance(dense([1, 3]), x, everywhere(rule), cpu, relevance([0, 0, 2]));
    expect(passed.relevance.every(Number.isFinite)).toBe(true);
    expect(passed.relevance[1]! / passed.relevance[0]!).toBeCloseTo(3, 4);
  });

  it('epsilon 0 books what a unit received that nothing was given to', async () => {
    const { relevance: map, absorbed } = await passRelevance(
      dense([1, 3]),
      x,
      everywhere(epsilon(0)),
      cpu,
      relevance([5, 7, 2]),
    );
    expect(map).toEqual(Float32Array.of(0.5, 1.5));
    expect(absorbed.stabilizers).toEqual(Float32Array.of(12));
  });

  it('epsilon 0 shares by quotients of the smallest numbers without overflow', async () => {
    const { relevance: map } = await passRelevance(
      dense([1e-39, 3e-39]),
      x,
      everywhere(epsilon(0)),
      cpu,
      relevance([0, 0, 2]),
    );
    expect(map.every(Number.isFinite)).toBe(true);
  });

  it('a product with a factor of 0, without stabiliser', async () => {
    const rows = float32([1, 2, 2], [0, 0, 1, 2]);
    const graph = smallGraph(rows, {}, [{ op: 'MatMul', inputs: ['x', 'x'], output: 'y' }]);
    const { relevance: map } = await passRelevance(graph, rows, everywhere(uniform(0)));
    expect(map.every(Number.isFinite)).toBe(true);
  });
});
