import { describe, expect, it } from 'vitest';
import { saliency } from '../../src/attribution/gradient/saliency.ts';
import { elementTypeCode } from '../../src/onnx/elementType.ts';
import type { Model } from '../../src/onnx/graph.ts';
import type { GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { float32, tensor } from '../../src/onnx/tensor.ts';
import { built, images, load, node, value } from '../networks.ts';

const shape = [1, 4, 6];
const input = value('x', ['n', ...shape]);
const toFloat = { to: elementTypeCode('float32') };

/** Weights of 8 bits, and the real numbers that they stand for. */
const size = 24 * 3;
const w = Int8Array.from({ length: size }, (_, i) => ((i * 37) % 127) - 63);
const wScale = 0.01;
const wReal = (i: number, k: number) => w[i * 3 + k]! * wScale;
const quantisedWeights = (b: GraphBuilder) => b.constant(tensor('int8', [24, 3], w));
const scale = (b: GraphBuilder, number: number) => b.constant(float32([], [number]));
const point = (b: GraphBuilder, number: number) => b.constant(tensor('uint8', [], Uint8Array.of(number)));
const noOffset = (b: GraphBuilder) => b.constant(tensor('int8', [], Int8Array.of(0)));

/** x W with an x that is quantised as it comes, as onnxruntime.quantization.quantize_dynamic writes it. */
const dynamic = built(input, ['n', 3], (b, x) => {
  const [q = '', s = '', z = ''] = b.addMany('DynamicQuantizeLinear', [b.add('Flatten', [x])], 3);
  const product = b.add('MatMulInteger', [q, quantisedWeights(b), z, noOffset(b)]);
  return b.ops.Mul(b.add('Cast', [product], toFloat), b.ops.Mul(s, scale(b, wScale)));
});

/** The same by operators on numbers that are quantised beforehand. */
const operators = built(input, ['n', 3], (b, x) => {
  const q = b.add('QuantizeLinear', [b.add('Flatten', [x]), scale(b, 0.01), point(b, 128)]);
  const y = b.add('QLinearMatMul', [
    q,
    scale(b, 0.01),
    point(b, 128),
    quantisedWeights(b),
    scale(b, wScale),
    noOffset(b),
    scale(b, 0.03),
    point(b, 128),
  ]);
  return b.add('DequantizeLinear', [y, scale(b, 0.03), point(b, 128)]);
});

/** x + x in ONNX Runtime's own quantised operator before it. */
const microsoft = (): Model => {
  const model = built(input, ['n', 3], (b, x) => {
    const q = b.add('QuantizeLinear', [b.add('Flatten', [x]), scale(b, 0.01), point(b, 128)]);
    const sum = b.fresh('sum');
    const part = [q, scale(b, 0.01), point(b, 128)];
    b.append(node('QLinearAdd', [...part, ...part, scale(b, 0.02), point(b, 128)], [sum], { domain: 'com.microsoft' }));
    const real = b.add('DequantizeLinear', [sum, scale(b, 0.02), point(b, 128)]);
    const weights = b.add('DequantizeLinear', [quantisedWeights(b), scale(b, wScale / 2), noOffset(b)]);
    return b.ops.MatMul(real, weights);
  });
  return { ...model, domains: new Map([['com.microsoft', 1]]) };
};

describe('models that compute with 8-bit integers', () => {
  it.each([
    { title: 'quantised as it comes', model: dynamic, written: 'MatMulInteger' },
    { title: 'of integer operators', model: operators, written: 'QLinearMatMul' },
    { title: "of ONNX Runtime's integer operators", model: microsoft(), written: 'com.microsoft::QLinearAdd' },
  ])('$title: the slope of a linear model is its weights, at every pixel', async ({ model, written }) => {
    const classifier = await load(model);
    const { notes } = classifier.preparation;
    expect(notes).toContain(`Written in standard operators, proved equal: ${written}.`);
    expect(notes).toContainEqual(expect.stringContaining('straight-through'));
    const explainer = await saliency().compile(classifier);
    const { values } = await explainer.attribute(images(2, shape), [0, 2]);
    for (const [i, slope] of values.data.entries()) expect(slope).toBeCloseTo(wReal(i % 24, i < 24 ? 0 : 2), 5);
    await explainer.release();
    await classifier.release();
  });
});
