import { describe, expect, it } from 'vitest';
import { deepLift } from '../../src/attribution/gradient/deepLift.ts';
import type { MethodKind } from '../../src/attribution/method.ts';
import { relevanceMethods } from '../../src/attribution/relevance/lrp.ts';
import { conservation, kept } from '../../src/faithfulness/conservation.ts';
import type { Classifier } from '../../src/model/classifier.ts';
import { baselineImage, noiseImages } from '../../src/model/pixels.ts';
import { float } from '../../src/onnx/attributes.ts';
import { elementTypeCode } from '../../src/onnx/elementType.ts';
import type { Model, Node } from '../../src/onnx/graph.ts';
import type { GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { float32, tensor } from '../../src/onnx/tensor.ts';
import { built, load, node, value } from '../networks.ts';
import { distinct } from '../transforms/gradient/inputs.ts';
import { relativeDifference } from './referenceClassifier.ts';

/*
 * Maps of networks whose layers compute with 8-bit integers against those of the same network in float32. Values lie on both
 * sides of 0, so that zero points are no zeros: 8 bits are 1 part in 256 of them, and a zero point mistaken for a bias, or a
 * scale for an input, would change a map by its own size.
 */

const input = value('image', ['n', 3, 6, 6]);
const step = 1 / 60;
const whole = (dims: readonly number[], salt: number) => distinct(dims, salt).data.map((v) => Math.round(v / step));
const first = { dims: [4, 3, 3, 3], salt: 61 };
const second = { dims: [36, 3], salt: 62 };
type Weights = typeof first;

const real = (b: GraphBuilder, { dims, salt }: Weights) =>
  b.constant(
    float32(
      dims,
      whole(dims, salt).map((v) => v * step),
    ),
  );
const stored = (b: GraphBuilder, { dims, salt }: Weights) =>
  b.constant(tensor('int8', dims, Int8Array.from(whole(dims, salt))));
const noOffset = (b: GraphBuilder) => b.constant(tensor('int8', [], Int8Array.of(0)));
const point = (b: GraphBuilder, zero: number) => b.constant(tensor('uint8', [], Uint8Array.of(zero)));
const toFloat = { to: elementTypeCode('float32') };
const padding = { pads: [1, 1, 1, 1] };
/** Of the image, and of the convolution's results. */
const [seen, felt] = [
  { scale: 2 / 255, zero: 64 },
  { scale: 16 / 255, zero: 128 },
];

function classified(b: GraphBuilder, map: string, dense: (flat: string) => string): string {
  const pooled = b.add('AveragePool', [map], { kernel_shape: [2, 2], strides: [2, 2] });
  return dense(b.add('Flatten', [pooled]));
}

const inFloat = built(input, ['n', 3], (b, x) => {
  const map = b.add('LeakyRelu', [b.add('Conv', [x, real(b, first)], padding)], { alpha: float(0.5) });
  return classified(b, map, (flat) => b.ops.MatMul(flat, real(b, second)));
});

/** As onnxruntime.quantization.quantize_dynamic writes it. */
const dynamic = built(input, ['n', 3], (b, x) => {
  const product = (op: string, from: string, weights: Weights, attributes = {}) => {
    const [q = '', s = '', z = ''] = b.addMany('DynamicQuantizeLinear', [from], 3);
    const sums = b.add('Cast', [b.add(op, [q, stored(b, weights), z, noOffset(b)], attributes)], toFloat);
    return b.ops.Mul(sums, b.ops.Mul(s, b.scalar(step)));
  };
  const map = b.add('LeakyRelu', [product('ConvInteger', x, first, padding)], { alpha: float(0.5) });
  return classified(b, map, (flat) => product('MatMulInteger', flat, second));
});

/** As onnxruntime.quantization.quantize_static writes operators. */
const operators: Model = {
  ...built(input, ['n', 3], (b, x) => {
    const given = (q: string, { scale, zero }: typeof seen) => [q, b.scalar(scale), point(b, zero)];
    const weights = (of: Weights) => [stored(b, of), b.scalar(step), noOffset(b)];
    const microsoft = (op: string, inputs: readonly string[], attributes: Node['attributes'] = {}) => {
      const [q] = [b.fresh(op)];
      b.append(node(op, inputs, [q], { domain: 'com.microsoft', attributes }));
      return q;
    };
    const image = given(b.add('QuantizeLinear', given(x, seen)), seen);
    const to = given('', felt).slice(1);
    const map = given(b.add('QLinearConv', [...image, ...weights(first), ...to], padding), felt);
    const leaking = { alpha: { type: 'float', value: 0.5 } } as const;
    const activated = given(microsoft('QLinearLeakyRelu', [...map, ...to], leaking), felt);
    const windows = {
      kernel_shape: { type: 'ints', value: [2, 2] },
      strides: { type: 'ints', value: [2, 2] },
    } as const;
    const pooled = microsoft('QLinearAveragePool', [...activated, ...to], windows);
    const flat = given(b.add('Flatten', [pooled]), felt);
    const result = { scale: 0.1, zero: 100 };
    const scores = b.add('QLinearMatMul', [...flat, ...weights(second), ...given('', result).slice(1)]);
    return b.add('DequantizeLinear', given(scores, result));
  }),
  domains: new Map([['com.microsoft', 1]]),
};

const methods: readonly MethodKind[] = [...relevanceMethods, deepLift];
const named = (kinds: readonly MethodKind[]) => kinds.map((kind) => ({ id: kind.id, kind }));
const exact = load(inFloat);

async function explained(classifier: Classifier, kind: MethodKind) {
  const explainer = await kind.create({}).compile(classifier);
  const found = await explainer.attribute(noiseImages(classifier.input, 1), [2]);
  await explainer.release();
  return found;
}

describe.each([
  { title: 'quantised as it comes', model: dynamic, rounding: 0.05 },
  { title: 'of integer operators', model: operators, rounding: 0.15 },
])('a network $title', ({ model, rounding }) => {
  const quantised = load(model);
  it.each(named(methods))('has the $id map of the network in float32, but for 8 bits', async ({ kind }) => {
    const found = await explained(await quantised, kind);
    const { values } = await explained(await exact, kind);
    expect(relativeDifference(found.values.data, values.data)).toBeLessThan(rounding);
  });

  it.each(named(relevanceMethods))('keeps the score in $id: what no pixel has, a layer has', async ({ kind }) => {
    const { values, scores, relevanceByLayer } = await explained(await quantised, kind);
    const inLayers = relevanceByLayer![0]!.reduce((sum, layer) => sum + kept(layer), 0);
    expect(conservation(values.data, scores[0]!, []).sum + inLayers).toBeCloseTo(scores[0]!, 3);
  });

  it('has DeepLIFT values that sum to the difference of scores, but for single steps of rounding', async () => {
    const classifier = await quantised;
    const { values, scores, notes } = await explained(classifier, deepLift);
    const none = (await classifier.scoresOf(baselineImage(0, classifier.input))).data[2]!;
    const sum = values.data.reduce((all, each) => all + each, 0);
    expect(Math.abs(sum - (scores[0]! - none))).toBeLessThan(0.02 * Math.abs(sum));
    expect(notes!.join()).not.toContain('Plain gradient');
  });
});
