import { describe, expect, it } from 'vitest';
import type { MethodKind } from '../../src/attribution/method.ts';
import { relevanceMethods } from '../../src/attribution/relevance/lrp.ts';
import { conservation, kept } from '../../src/faithfulness/conservation.ts';
import { loadClassifier } from '../../src/model/loadClassifier.ts';
import { noiseImages } from '../../src/model/pixels.ts';
import { emptyGraph, GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { float32, tensor } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { modelOf } from '../networks.ts';
import { cpu } from '../runtimes.ts';
import { distinct } from '../transforms/gradient/inputs.ts';
import { relativeDifference } from './referenceClassifier.ts';

/*
 * Relevance of a network quantised to 8 bits, as QuantizeLinear and DequantizeLinear around every layer, against that of the
 * same network in float32.
 */

/** Weights are whole multiples of this, small enough that no processor's 16-bit sums of products overflow. */
const step = 1 / 60;

type Bits = 8 | 16;

/** With values of so many bits; undefined for float32. */
function convolutional(bits: Bits | undefined): Uint8Array {
  const builder = new GraphBuilder(emptyGraph('quantised'), 'quantised');
  const zeroWeight = builder.constant(tensor('int8', [], Int8Array.of(0)));
  const zeroValue = builder.constant(
    bits === 8 ? tensor('uint8', [], Uint8Array.of(0)) : tensor('uint16', [], Uint16Array.of(0)),
  );
  const weights = (dims: readonly number[], salt: number): string => {
    const whole = distinct(dims, salt).data.map((value) => Math.round(value / step));
    if (bits === undefined)
      return builder.constant(
        float32(
          dims,
          whole.map((value) => value * step),
        ),
      );
    const stored = builder.constant(tensor('int8', dims, Int8Array.from(whole)));
    return builder.add('DequantizeLinear', [stored, builder.scalar(step), zeroWeight]);
  };
  /** From 0 to `largest` in steps; smaller numbers become 0, as after a Relu. */
  const rounded = (value: string, largest: number): string => {
    if (bits === undefined) return builder.add('Clip', [value, builder.scalar(0), builder.scalar(largest)]);
    const scale = builder.scalar(largest / (2 ** bits - 1));
    const whole = builder.add('QuantizeLinear', [value, scale, zeroValue]);
    return builder.add('DequantizeLinear', [whole, scale, zeroValue]);
  };
  const image = rounded(builder.input('image', 'float32', ['N', 3, 6, 6]), 1);
  const first = builder.add('Conv', [image, weights([4, 3, 3, 3], 51)], { pads: [1, 1, 1, 1] });
  const pooled = builder.add('MaxPool', [rounded(first, 8)], { kernel_shape: [2, 2], strides: [2, 2] });
  const second = builder.add('Conv', [pooled, weights([5, 4, 2, 2], 52)]);
  const flat = builder.add('Flatten', [rounded(second, 16)]);
  const scores = builder.add('Gemm', [flat, weights([20, 3], 53)]);
  return writeModel(modelOf(builder.build([{ name: scores, type: 'float32', dims: ['N', 3] }])));
}

async function explained(bits: Bits | undefined, kind: MethodKind) {
  const classifier = await loadClassifier(convolutional(bits), { runtime: cpu });
  const explainer = await kind.create({}).compile(classifier);
  const found = await explainer.attribute(noiseImages(classifier.input, 2), [0, 2]);
  await explainer.release();
  await classifier.release();
  return found;
}

describe.each(relevanceMethods.map((kind) => ({ id: kind.id, kind })))('$id of a network quantised', ({ kind }) => {
  it('to 16 bits is that of the network in float32, but for rounding', async () => {
    const [fine, exact] = [await explained(16, kind), await explained(undefined, kind)];
    expect(relativeDifference(fine.values.data, exact.values.data)).toBeLessThan(1e-2);
  });

  it('to 8 bits is finite, has the score where no layer keeps a part, and no note that it is no ReLU network', async () => {
    const { values, scores, relevanceByLayer, notes } = await explained(8, kind);
    expect(notes ?? []).toEqual([]);
    for (const image of [0, 1]) {
      const size = values.data.length / 2;
      const map = values.data.subarray(image * size, (image + 1) * size);
      const inLayers = relevanceByLayer![image]!.reduce((sum, layer) => sum + kept(layer), 0);
      expect(conservation(map, scores[image]!, []).sum + inLayers).toBeCloseTo(scores[image]!, 2);
    }
  });
});
