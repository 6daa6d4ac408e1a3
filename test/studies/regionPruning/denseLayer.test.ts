import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Classifier } from '../../../src/model/classifier.ts';
import { loadClassifier } from '../../../src/model/loadClassifier.ts';
import { attributes } from '../../../src/onnx/attributes.ts';
import type { Graph, Node } from '../../../src/onnx/graph.ts';
import { float32, type Tensor } from '../../../src/onnx/tensor.ts';
import { writeModel } from '../../../src/onnx/writeModel.ts';
import { random } from '../../../src/random/random.ts';
import { findDenseLayer, maskOf, rowsByUnit } from '../../../src/studies/regionPruning/denseLayer.ts';
import { overPixels, receptiveField } from '../../../src/studies/regionPruning/receptiveField.ts';
import { splitModel } from '../../../src/studies/regionPruning/splitModel.ts';
import { networkModel } from '../../../src/training/network.ts';
import { modelOf } from '../../networks.ts';
import { cpu } from '../../runtimes.ts';

const source = random(7);
const weights = (...dims: number[]) =>
  float32(
    dims,
    Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => source.uniform() - 0.5),
  );

interface Small {
  readonly input: readonly number[];
  readonly nodes: readonly (readonly [
    op: string,
    inputs: string,
    output: string,
    values?: Parameters<typeof attributes>[0],
  ])[];
  readonly initializers: Readonly<Record<string, Tensor>>;
}

function load({ input, nodes, initializers }: Small): Promise<Classifier> {
  const made = nodes.map(
    ([op, inputs, output, values = {}]): Node => ({
      op,
      domain: '',
      name: output,
      inputs: inputs.split(' '),
      outputs: [output],
      attributes: attributes(values),
    }),
  );
  const graph: Graph = {
    name: 'small',
    inputs: [{ name: 'x', type: 'float32', dims: ['N', ...input] }],
    outputs: [{ name: made.at(-1)!.outputs[0]!, type: 'float32', dims: undefined }],
    nodes: made,
    initializers: new Map(Object.entries(initializers)),
    valueInfo: [],
  };
  const model = modelOf(graph);
  return loadClassifier(writeModel(model), { runtime: cpu });
}

const w = weights(6, 3);

describe('the first dense layer', () => {
  it.each([
    ['Gemm, a row a unit', [['Gemm', 'flat w b', 'sums', { transB: 1 }]], { w: transposed(w), b: weights(3) }, 'rows'],
    ['Gemm, a column a unit', [['Gemm', 'flat w b', 'sums']], { w, b: weights(3) }, 'columns'],
    [
      'MatMul and Add',
      [
        ['MatMul', 'flat w', 'product'],
        ['Add', 'product b', 'sums'],
      ],
      { w, b: weights(3) },
      'columns',
    ],
    [
      'a transposed initializer',
      [
        ['Transpose', 'w', 'wt', { perm: [1, 0] }],
        ['MatMul', 'flat wt', 'product'],
        ['Add', 'b product', 'sums'],
      ],
      { w: transposed(w), b: weights(3) },
      'rows',
    ],
    [
      'a reshaped initializer',
      [
        ['Reshape', 'w shape', 'wr'],
        ['MatMul', 'flat wr', 'product'],
        ['Add', 'product b', 'sums'],
      ],
      {
        w: float32([1, 2, 3, 3], w.data),
        b: weights(3),
        shape: { type: 'int64', dims: [2], data: BigInt64Array.of(6n, 3n) },
      },
      'columns',
    ],
  ] as const)('is found as %s', async (_, dense, initializers, stored) => {
    const classifier = await load({
      input: [1, 2, 3],
      nodes: [['Flatten', 'x', 'flat'], ...dense, ['Relu', 'sums', 'hidden'], ['Gemm', 'hidden v', 'logits']],
      initializers: { ...initializers, v: weights(3, 2) } as Record<string, Tensor>,
    });
    const layer = findDenseLayer(classifier);
    expect(layer).toMatchObject({
      units: 3,
      inputs: 6,
      stored,
      sums: 'sums',
      activations: 'hidden',
      activation: 'Relu',
      mapValue: 'x',
    });
    expect(layer.map).toEqual({ channels: 1, height: 2, width: 3, layout: 'NCHW' });
    expect([...rowsByUnit(layer, layer.weight)]).toEqual([...transposed(w).data]);
    // A mask of one weight, unit 2's of input 4, lands on that weight.
    const kept = new Uint8Array(18);
    kept[2 * 6 + 4] = 1;
    const mask = maskOf(layer, kept);
    expect(mask.dims).toEqual(layer.weight.dims);
    expect(layer.weight.data[mask.data.indexOf(1)]).toBe(w.data[4 * 3 + 2]);
    await classifier.release();
  });

  it('sees pixels with channels last as they lie', async () => {
    const classifier = await load({
      input: [2, 2, 3],
      nodes: [
        ['Flatten', 'x', 'flat'],
        ['Gemm', 'flat w', 'logits'],
      ],
      initializers: { w: weights(12, 4) },
    });
    expect(findDenseLayer(classifier).map).toEqual({ channels: 3, height: 2, width: 2, layout: 'NHWC' });
    await classifier.release();
  });

  it('is refused where there is none, or its weights are not constant, or another name is asked for', async () => {
    const convolution = await load({
      input: [1, 4, 4],
      nodes: [
        ['Conv', 'x w', 'c'],
        ['GlobalAveragePool', 'c', 'logits'],
      ],
      initializers: { w: weights(3, 1, 2, 2) },
    });
    expect(() => findDenseLayer(convolution)).toThrow(expect.objectContaining({ tag: 'dense-layer' }));
    expect(() => findDenseLayer(convolution)).toThrow(/no dense layer/);
    expect(() => findDenseLayer(convolution, 'fc')).toThrow(/no dense layer "fc"/);
    await convolution.release();
    const own = await load({
      input: [1, 2, 2],
      nodes: [
        ['Flatten', 'x', 'flat'],
        ['Transpose', 'flat', 'turned', { perm: [1, 0] }],
        ['MatMul', 'flat turned', 'product'],
        ['ReduceSum', 'product axes', 's', { keepdims: 1 }],
        ['Concat', 's s', 'logits', { axis: 1 }],
      ],
      initializers: { axes: { type: 'int64', dims: [1], data: BigInt64Array.of(1n) } },
    });
    expect(() => findDenseLayer(own)).toThrow(/not constants/);
    await own.release();
  });
});

const convolutional = networkModel(
  {
    name: 'conv',
    input: [1, 20, 20],
    layers: [
      { type: 'conv', name: 'conv1', filters: 3, kernel: 3, activation: 'sigmoid' },
      { type: 'maxPool', name: 'pool1', window: 2 },
      { type: 'conv', name: 'conv2', filters: 4, kernel: 4, activation: 'sigmoid' },
      { type: 'maxPool', name: 'pool2', window: 2 },
      { type: 'flatten', name: 'flatten' },
      { type: 'dense', name: 'dense1', units: 5, activation: 'relu' },
      { type: 'dense', name: 'dense2', units: 10, activation: 'none' },
    ],
  },
  1,
);

describe('the receptive field', () => {
  it('holds every pixel that changes a cell', async () => {
    const classifier = await loadClassifier(writeModel(convolutional), { runtime: cpu });
    const layer = findDenseLayer(classifier);
    expect(layer.map).toEqual({ channels: 4, height: 3, width: 3, layout: 'NCHW' });
    const field = receptiveField(classifier, layer);
    // 3x3, pool 2: 4 pixels, step 2; 4x4: 10 pixels; pool 2: 12 pixels, step 4.
    expect(field(1, 2)).toEqual({ top: 4, left: 8, bottom: 15, right: 19 });
    const split = await splitModel(classifier, classifier.model, layer);
    const image = weights(1, 1, 20, 20);
    const before = (await split.inputs(image)).data.slice();
    const cell = 2 * 9 + 1 * 3 + 1;
    const seen = overPixels(Int32Array.of(cell), layer, field, { height: 20, width: 20 });
    for (let pixel = 0; pixel < 400; pixel++) {
      const changed = float32(
        [1, 1, 20, 20],
        image.data.map((value, i) => (i === pixel ? value + 5 : value)),
      );
      const moved = (await split.inputs(changed)).data[cell] !== before[cell];
      if (moved) expect(seen[pixel]).toBe(1);
    }
    expect(seen.reduce((sum, one) => sum + one, 0)).toBe(144);
    await split.release();
    await classifier.release();
  });

  it('follows strides, padding and branches, and stops at what does not say where it looks', async () => {
    const classifier = await load({
      input: [1, 8, 8],
      nodes: [
        ['Conv', 'x w', 'c', { pads: [1, 1, 1, 1], strides: [2, 2] }],
        ['Conv', 'c w', 'd', { pads: [2, 2, 2, 2], dilations: [2, 2] }],
        ['Add', 'c d', 'e'],
        ['Flatten', 'e', 'flat'],
        ['Gemm', 'flat v', 'logits'],
      ],
      initializers: { w: weights(1, 1, 3, 3), v: weights(16, 3) },
    });
    const field = receptiveField(classifier, findDenseLayer(classifier));
    // The dilated 3x3 reaches 4 pixels to each side of the first one's three.
    expect(field(2, 2)).toEqual({ top: 0, left: 0, bottom: 7, right: 7 });
    expect(field(0, 3)).toEqual({ top: 0, left: 1, bottom: 5, right: 7 });
    await classifier.release();
    const softmax = await load({
      input: [1, 4, 4],
      nodes: [
        ['Softmax', 'x', 's', { axis: 3 }],
        ['Flatten', 's', 'flat'],
        ['Gemm', 'flat v', 'logits'],
      ],
      initializers: { v: weights(16, 3) },
    });
    expect(() => receptiveField(softmax, findDenseLayer(softmax))).toThrow(/Softmax/);
    await softmax.release();
  });
});

const mnist8 = fileURLToPath(new URL('../../../../shared/models/mnist-8-cntk/model.onnx', import.meta.url));

describe.skipIf(!existsSync(mnist8))('a model by CNTK (needs ../shared/models)', () => {
  it('has its first dense layer after two poolings, weights in a reshaped initializer', async () => {
    const classifier = await loadClassifier(readFileSync(mnist8), { runtime: cpu });
    const layer = findDenseLayer(classifier);
    expect(layer).toMatchObject({ units: 10, inputs: 256, stored: 'columns' });
    expect(layer.map).toEqual({ channels: 16, height: 4, width: 4, layout: 'NCHW' });
    // SAME 5x5, pool 2, SAME 5x5, pool 3: 6 + 2 * 4 + 2 * 2 = 18 pixels, 6 apart.
    expect(receptiveField(classifier, layer)(1, 2)).toEqual({ top: 0, left: 6, bottom: 17, right: 23 });
    await classifier.release();
  });
});

function transposed({ data, dims: [rows = 0, columns = 0] }: Tensor<'float32'>): Tensor<'float32'> {
  return float32(
    [columns, rows],
    Float32Array.from(data.keys(), (i) => data[(i % rows) * columns + Math.floor(i / rows)]!),
  );
}
