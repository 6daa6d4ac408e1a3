import { describe, expect, it } from 'vitest';
import { relevanceMethods } from '../../src/attribution/relevance/lrp.ts';
import { kept } from '../../src/faithfulness/conservation.ts';
import { methodKind } from '../../src/methods.ts';
import type { InputSettings } from '../../src/model/inputDescription.ts';
import { loadClassifier } from '../../src/model/loadClassifier.ts';
import { noiseImages } from '../../src/model/pixels.ts';
import { float } from '../../src/onnx/attributes.ts';
import { emptyGraph, GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { float32, type Tensor } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { modelOf } from '../networks.ts';
import { cpu } from '../runtimes.ts';
import { distinct } from '../transforms/gradient/inputs.ts';
import { relativeDifference } from './referenceClassifier.ts';

/* What a file does to pixels first: where it is affine in each, the map does not depend on the pixels' zero; else it is said. */

type Before = (builder: GraphBuilder, image: string) => string;

const size = 6;

/** A convolution without padding, ReLU and a dense layer without bias; biases are 0 or less, so that none keeps relevance. */
function network(before: Before): Uint8Array {
  const builder = new GraphBuilder(emptyGraph('network'), 'network');
  const image = builder.input('image', 'float32', ['N', 3, size, size]);
  const bias = distinct([4], 62).data.map((value) => -Math.abs(value) / 10);
  const parameters = [distinct([4, 3, 3, 3], 61), float32([4], bias)].map((value) => builder.constant(value));
  const active = builder.add('Relu', [builder.add('Conv', [before(builder, image), ...parameters])]);
  const pooled = builder.add('GlobalAveragePool', [active]);
  const dense = builder.constant(float32([4, 2], [0.5, -0.9, 0.7, 0.2, -0.4, -0.8, 0.6, -0.7]));
  const scores = builder.ops.MatMul(builder.add('Flatten', [pooled]), dense);
  return writeModel(modelOf(builder.build([{ name: scores, type: 'float32', dims: ['N', 2] }])));
}

/** What methods say of class 1 of two images. */
async function explained(ids: readonly string[], before: Before, input: InputSettings = {}, given?: Tensor<'float32'>) {
  const classifier = await loadClassifier(network(before), { runtime: cpu, input });
  const images = given ?? noiseImages(classifier.input, 2);
  const found = [];
  for (const id of ids) {
    const explainer = await methodKind(id).create({}).compile(classifier);
    const { values, scores, notes = [], relevanceByLayer = [] } = await explainer.attribute(images, [1, 1]);
    found.push({ id, map: values.data, scores, notes, layers: relevanceByLayer });
    await explainer.release();
  }
  await classifier.release();
  return { images, found };
}

/** 2x - 1, as a file may have it. */
const twiceMinus1: Before = (builder, image) =>
  builder.ops.Sub(builder.ops.Mul(image, builder.scalar(2)), builder.scalar(1));
const normalised: Before = (builder, image) => {
  const parameters = [2, -1, 0, 1].map((value) => builder.constant(float32([3], [value, value, value])));
  return builder.add('BatchNormalization', [image, ...parameters], { epsilon: float(0) });
};
const none: Before = (_builder, image) => image;

const resized =
  (mode: string): Before =>
  (builder, image) =>
    builder.add('Resize', [image, '', builder.constant(float32([4], [1, 1, 1.5, 0.75]))], { mode });
const pooled: Before = (builder, image) => builder.add('AveragePool', [image], { kernel_shape: [2, 2] });
const cropped: Before = (builder, image) =>
  builder.add('Slice', [image, ...[[1], [99], [2]].map((values) => builder.ints(values))]);
/** Each pixel also as it is, beside a copy that is turned round and back. */
const forked: Before = (builder, image) => {
  const { ops } = builder;
  const turned = ops.Sub(builder.scalar(1), image);
  return ops.Sub(ops.Add(image, image), ops.Sub(builder.scalar(1), turned));
};
const then =
  (first: Before, second: Before): Before =>
  (builder, image) =>
    second(builder, first(builder, image));

const inside: Readonly<Record<string, readonly [inside: Before, outside: Before]>> = {
  'scale and offset': [twiceMinus1, none],
  'batch normalisation that could be merged into the layer after it': [normalised, none],
  'a value used twice': [then(forked, twiceMinus1), none],
  'pixels resized first, to the nearest': [then(resized('nearest'), twiceMinus1), resized('nearest')],
  'pixels resized first, linear': [then(resized('linear'), twiceMinus1), resized('linear')],
  'pixels resized afterwards': [then(twiceMinus1, resized('linear')), resized('linear')],
  'pixels averaged first': [then(pooled, twiceMinus1), pooled],
  'pixels cropped first': [then(cropped, twiceMinus1), cropped],
};

const all = relevanceMethods.map(({ id }) => id);

describe('normalisation of pixels inside of the file', () => {
  it.each(Object.keys(inside))('%s: each method has the map of the same network with it outside', async (name) => {
    const [within, without] = inside[name]!;
    const { images, found } = await explained(all, within);
    const shown = float32(
      images.dims,
      images.data.map((value) => 2 * value - 1),
    );
    const expected = await explained(all, without, { mean: 0.5, std: 0.5 }, shown);
    for (const [i, { map, scores, notes }] of found.entries()) {
      const other = expected.found[i]!;
      expect(relativeDifference(scores, other.scores)).toBeLessThan(1e-5);
      expect(relativeDifference(map, other.map)).toBeLessThan(1e-3);
      expect(notes).toEqual(other.notes);
    }
  });

  it('a negative score is the sum of its map, and deep Taylor decomposition has no positive value', async () => {
    const ids = ['deep-taylor', 'lrp-epsilon-plus-flat', 'lrp-epsilon-gamma-box', 'lrp-epsilon-plus'];
    const { found } = await explained(ids, twiceMinus1);
    for (const { id, map, scores } of found) {
      for (const [image, score] of scores.entries()) {
        const own = map.subarray(image * 3 * size ** 2, (image + 1) * 3 * size ** 2);
        expect(score).toBeLessThan(0);
        expect(own.reduce((sum, value) => sum + value, 0) / score).toBeCloseTo(1, 3);
        if (id === 'deep-taylor') expect(Math.max(...own)).toBeLessThanOrEqual(0);
      }
    }
  });
});

describe('where relevance would depend on the zero of pixels', () => {
  const standardised: Before = (builder, image) => {
    const { ops } = builder;
    const axes = builder.ints([1, 2, 3]);
    const mean = (value: string) => builder.add('ReduceMean', [value, axes], { keepdims: 1 });
    const centred = ops.Sub(image, mean(image));
    return ops.Add(ops.Div(centred, ops.Sqrt(mean(ops.Mul(centred, centred)))), builder.scalar(0.1));
  };

  it('it is said: an image less its own mean', async () => {
    const { found } = await explained(['lrp-epsilon-plus'], standardised);
    const notes = found[0]!.notes.join();
    expect(notes).toContain('Before its first trained layer');
    expect(notes).toMatch(/\(Sub ".*", Add ".*"\)/);
  });

  it('and of no model whose first layer reads scaled pixels', async () => {
    expect((await explained(['lrp-epsilon-plus'], normalised)).found[0]!.notes).toEqual([]);
  });
});

describe('after the first trained layer', () => {
  it('an offset keeps its part of the relevance, as a bias does', async () => {
    const offset: Before = (builder, image) => {
      const { ops } = builder;
      const own = builder.add('Relu', [builder.add('Conv', [image, builder.constant(distinct([3, 3, 3, 3], 64))])]);
      return ops.Add(own, builder.scalar(0.5));
    };
    const { found } = await explained(['lrp-epsilon-plus'], offset);
    const added = found[0]!.layers[0]!.find(({ operator }) => operator === 'Add');
    expect(Math.abs(added!.biases)).toBeGreaterThan(0);
    expect(kept(added!)).toBeCloseTo(added!.biases, 3);
  });
});
