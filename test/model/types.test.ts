import { describe, expect, it } from 'vitest';
import { saliency } from '../../src/attribution/gradient/saliency.ts';
import { loadClassifier } from '../../src/model/loadClassifier.ts';
import { float } from '../../src/onnx/attributes.ts';
import { type ElementType, elementTypeCode } from '../../src/onnx/elementType.ts';
import type { Graph, Model } from '../../src/onnx/graph.ts';
import { emptyGraph, GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { float16ToFloat32, float32ToFloat16 } from '../../src/onnx/halfFloat.ts';
import { readModel } from '../../src/onnx/readModel.ts';
import { float32, int64, type Tensor, tensor } from '../../src/onnx/tensor.ts';
import { writeModel } from '../../src/onnx/writeModel.ts';
import { readReference } from '../attribution/referenceData.ts';
import { modelOf } from '../networks.ts';
import { cpu } from '../runtimes.ts';

const retype = (t: Tensor, type: ElementType): Tensor => {
  if (t.type !== 'float32') return t;
  const { dims, data } = t as Tensor<'float32'>;
  if (type === 'float16') return tensor('float16', dims, float32ToFloat16(data));
  return tensor('float64', dims, Float64Array.from(data));
};

/** The same network computing in another floating type. */
function inType(model: Model, type: ElementType): Uint8Array {
  const { graph } = model;
  const value = ({ name, dims }: Graph['inputs'][number]) => ({ name, type, dims });
  const initializers = new Map([...graph.initializers].map(([name, t]) => [name, retype(t, type)]));
  const inputs = graph.inputs.map(value);
  return writeModel({
    ...model,
    graph: { ...graph, inputs, outputs: graph.outputs.map(value), initializers, valueInfo: [] },
  });
}

async function saliencyOf(bytes: Uint8Array, images: Tensor<'float32'>, targets: readonly number[]) {
  const classifier = await loadClassifier(bytes, { runtime: cpu });
  const explainer = await saliency().compile(classifier);
  const { values } = await explainer.attribute(images, targets);
  await explainer.release();
  await classifier.release();
  return { values, classifier };
}

/** The same network in float32, with the weights it has in float16. */
function withRoundedWeights(model: Model): Uint8Array {
  const rounded = ({ dims, data }: Tensor) => float32(dims, float16ToFloat32(float32ToFloat16(data as Float32Array)));
  const entries = [...model.graph.initializers].map(
    ([name, t]) => [name, t.type === 'float32' ? rounded(t) : t] as const,
  );
  return writeModel({ ...model, graph: { ...model.graph, initializers: new Map(entries) } });
}

describe('models of other floating types', () => {
  it.each([
    { name: 'lenet', type: 'float16', same: withRoundedWeights },
    { name: 'sigmoid_mlp', type: 'float64', same: writeModel },
  ] as const)('explains $name in $type as in float32', async ({ name, type, same }) => {
    const { bytes, images, targets } = readReference(name);
    const model = readModel(bytes);
    const { values, classifier } = await saliencyOf(inType(model, type), images, targets);
    expect(classifier.preparation.notes).toContain(`The model computes in ${type}; it was explained in float32.`);
    const expected = await saliencyOf(same(model), images, targets);
    expect(values.data).toEqual(expected.values.data);
  });
});

/** [n, 4, 4, 3] pixels of the given type -> transposed to NCHW, a convolution, three scores. */
function nhwcNetwork(type: ElementType): Model {
  const builder = new GraphBuilder(emptyGraph('nhwc'), 'test');
  const image = builder.input('image', type, ['n', 4, 4, 3]);
  const real = builder.add('Cast', [image], { to: elementTypeCode('float32') });
  const scaled = builder.add('Mul', [real, builder.scalar(1 / 255)]);
  const weights = float32(
    [3, 3, 4, 4],
    Float32Array.from({ length: 144 }, (_, i) => Math.sin(i)),
  );
  const conv = builder.add('Conv', [
    builder.add('Transpose', [scaled], { perm: [0, 3, 1, 2] }),
    builder.constant(weights),
  ]);
  const positive = builder.add('LeakyRelu', [conv], { alpha: float(0.1) });
  const scores = builder.add('Reshape', [positive, builder.constant(int64([-1, 3]))]);
  const graph = builder.build([{ name: scores, type: 'float32', dims: ['n', 3] }]);
  return modelOf(graph);
}

describe('8-bit images in NHWC', () => {
  it('gives maps in the layout of the input, equal to those of a float32 model', async () => {
    const pixels = float32(
      [1, 4, 4, 3],
      Float32Array.from({ length: 48 }, (_, i) => (i * 37) % 256),
    );
    const bytes = await saliencyOf(writeModel(nhwcNetwork('uint8')), pixels, [1]);
    const reals = await saliencyOf(writeModel(nhwcNetwork('float32')), pixels, [1]);
    expect(bytes.values.dims).toEqual([1, 4, 4, 3]);
    expect(bytes.values.data).toEqual(reals.values.data);
    expect(bytes.classifier.input).toMatchObject({ layout: 'NHWC', height: 4, width: 4, channels: 3, scale: 1 });
    expect(bytes.classifier.preparation.notes).toHaveLength(1);
  });

  it('matches the gradient by hand', async () => {
    const pixels = float32([1, 4, 4, 3], new Float32Array(48).fill(100));
    const { values } = await saliencyOf(writeModel(nhwcNetwork('uint8')), pixels, [2]);
    const weight = (c: number, y: number, x: number) => Math.sin(((2 * 3 + c) * 4 + y) * 4 + x);
    const sum = Array.from({ length: 48 }, (_, i) => weight(Math.floor(i / 16), Math.floor(i / 4) % 4, i % 4));
    const slope = sum.reduce((total, w) => total + w, 0) > 0 ? 1 : 0.1;
    values.data.forEach((value, i) => {
      const [y, x, c] = [Math.floor(i / 12), Math.floor(i / 3) % 4, i % 3];
      expect(value).toBeCloseTo((slope * weight(c, y, x)) / 255, 6);
    });
  });
});

describe('If on shapes', () => {
  it('puts in the branch that is taken', async () => {
    const branch = (name: string, factor: number): Graph => {
      const inner = new GraphBuilder(emptyGraph(name), name);
      const product = inner.add('Mul', ['image', inner.scalar(factor)]);
      return inner.build([{ name: product, type: 'float32', dims: undefined }]);
    };
    const builder = new GraphBuilder(emptyGraph('if'), 'test');
    builder.input('image', 'float32', ['n', 1, 4, 4]);
    const width = builder.add('Gather', [builder.add('Shape', ['image']), builder.int(3)]);
    const condition = builder.ops.Equal(width, builder.int(4));
    const chosen = builder.add('If', [condition], {
      then_branch: { type: 'graph', value: branch('then', 3) },
      else_branch: { type: 'graph', value: branch('else', 5) },
    });
    const scores = builder.add('Flatten', [chosen]);
    const graph = builder.build([{ name: scores, type: 'float32', dims: ['n', 16] }]);
    const model = modelOf(graph);
    const { values, classifier } = await saliencyOf(
      writeModel(model),
      float32([1, 1, 4, 4], new Float32Array(16)),
      [5],
    );
    expect(Array.from(values.data)).toEqual(Array.from({ length: 16 }, (_, i) => (i === 5 ? 3 : 0)));
    expect(classifier.model.graph.nodes.some(({ op }) => op === 'If')).toBe(false);
  });
});
