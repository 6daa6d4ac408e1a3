import { describe, expect, it } from 'vitest';
import { attributes } from '../../src/onnx/attributes.ts';
import type { Model } from '../../src/onnx/graph.ts';
import { float32, int64, sizeOf } from '../../src/onnx/tensor.ts';
import { random } from '../../src/random/random.ts';
import { nodeRuntime } from '../../src/runtime/node.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { webRuntime } from '../../src/runtime/web.ts';
import { type ArchitectureName, architectures } from '../../src/training/architectures.ts';
import { softmaxCrossEntropy } from '../../src/training/losses.ts';
import { type Layer, networkModel } from '../../src/training/network.ts';
import { sgd } from '../../src/training/optimizers.ts';
import { makeTrainer } from '../../src/training/trainer.ts';
import { slowGradient, slowLoss, slowWeights } from './slowLoss.ts';

const runtimes: readonly Runtime[] = [nodeRuntime({ threads: 2 }), webRuntime()];

function batchFor(dims: readonly number[], count: number, classes: number) {
  const source = random(5);
  const data = Float32Array.from({ length: count * sizeOf(dims) }, () => source.uniform());
  const labels = Array.from({ length: count }, (_, i) => (i * 3 + 1) % classes);
  return { images: float32([count, ...dims], data), labels };
}

/** Loss and all gradients: one step of plain gradient descent with rate 1 takes the gradient off the weight. */
async function gradientsOf(runtime: Runtime, model: Model, batch: ReturnType<typeof batchFor>) {
  const trainer = await makeTrainer(runtime, model, { optimizer: sgd() });
  const { state, loss } = await trainer.update(
    trainer.initial,
    { images: batch.images, labels: int64(batch.labels) },
    1,
  );
  await trainer.release();
  const gradients = Object.entries(state.weights).map(
    ([name, { data }]) => [name, data.map((after, i) => trainer.initial.weights[name]!.data[i]! - after)] as const,
  );
  return { loss, gradients: new Map(gradients) };
}

// Rounding of the float32 weight (up to 1) when the gradient is taken off it.
const rounding = 2e-7;

const smallNetworks: Readonly<Record<string, { input: readonly number[]; layers: readonly Layer[] }>> = {
  'sigmoid convolutions, the last nearly as large as its input (A2)': {
    input: [3, 10, 11],
    layers: [
      { type: 'conv', name: 'conv1', filters: 3, kernel: 3, activation: 'sigmoid' },
      { type: 'conv', name: 'conv2', filters: 2, kernel: 2, activation: 'sigmoid' },
      { type: 'conv', name: 'conv3', filters: 3, kernel: 6, activation: 'sigmoid' },
      { type: 'maxPool', name: 'pool', window: 2 },
      { type: 'flatten', name: 'flatten' },
      { type: 'dense', name: 'dense', units: 4, activation: 'none' },
    ],
  },
  'ReLU convolutions and pooling (B, C)': {
    input: [1, 12, 12],
    layers: [
      { type: 'conv', name: 'conv1', filters: 3, kernel: 3, activation: 'relu' },
      { type: 'maxPool', name: 'pool1', window: 2 },
      { type: 'conv', name: 'conv2', filters: 2, kernel: 2, activation: 'relu' },
      { type: 'maxPool', name: 'pool2', window: 2 },
      { type: 'flatten', name: 'flatten' },
      { type: 'dense', name: 'dense', units: 4, activation: 'none' },
    ],
  },
  'dense sigmoid layers (D)': {
    input: [1, 4, 4],
    layers: [
      { type: 'flatten', name: 'flatten' },
      { type: 'dense', name: 'hidden1', units: 6, activation: 'sigmoid' },
      { type: 'dense', name: 'hidden2', units: 5, activation: 'sigmoid' },
      { type: 'dense', name: 'output', units: 4, activation: 'none' },
    ],
  },
};

describe.each(runtimes)('a training step on $name', (runtime) => {
  it.each(Object.entries(smallNetworks))('%s: every gradient is that of finite differences', async (_, network) => {
    const model = networkModel({ name: 'small', ...network }, 3);
    const batch = batchFor(network.input, 3, 4);
    const { loss, gradients } = await gradientsOf(runtime, model, batch);
    expect(loss).toBeCloseTo(slowLoss(model, slowWeights(model), batch.images, batch.labels), 6);
    expect([...gradients.keys()]).toEqual([...model.graph.initializers.keys()]);
    for (const [name, gradient] of gradients) {
      gradient.forEach((value, i) => {
        const slow = slowGradient(model, batch.images, batch.labels, name, i);
        expect(Math.abs(value - slow), `${name}[${i}]: ${value}, slowly ${slow}`).toBeLessThan(
          rounding + 1e-4 * Math.abs(slow),
        );
      });
    }
  });
});

describe("the papers' networks", () => {
  const names = Object.keys(architectures) as ArchitectureName[];
  it.each(names)('%s: the first and last gradient of each weight is that of finite differences', async (name) => {
    const model = architectures[name].build(2);
    const batch = batchFor([1, 28, 28], 2, 10);
    const { gradients } = await gradientsOf(nodeRuntime({ threads: 2 }), model, batch);
    for (const [name, gradient] of gradients) {
      for (const i of [0, gradient.length - 1]) {
        const slow = slowGradient(model, batch.images, batch.labels, name, i);
        expect(Math.abs(gradient[i]! - slow), `${name}[${i}]: ${gradient[i]}, slowly ${slow}`).toBeLessThan(
          rounding + 1e-3 * Math.abs(slow),
        );
      }
    }
  });
});

const convolutions = [
  { what: 'padding on some sides', conv: { pads: [1, 2, 0, 1] }, weight: [2, 3, 3, 4] },
  { what: 'steps of two, rows left over', conv: { strides: [2, 2] }, weight: [2, 3, 3, 4] },
  { what: 'a dilated kernel', conv: { dilations: [2, 1] }, weight: [2, 3, 2, 3] },
  { what: 'groups', conv: { group: 3 }, weight: [6, 1, 3, 3] },
  { what: 'many filters', conv: {}, weight: [24, 3, 2, 2] },
  { what: 'the kernel as large as the input', conv: {}, weight: [3, 3, 8, 9] },
  { what: 'the output in tiles', conv: {}, weight: [1, 3, 11, 11], size: [15, 20] },
] as const;

describe("the gradient of a convolution's weight", () => {
  it.each(convolutions)('with $what', async ({ conv, weight, ...rest }) => {
    const input = [3, ...('size' in rest ? rest.size : [8, 9])];
    const model = convolutionModel(conv, weight, input);
    const batch = batchFor(input, 3, 3);
    const { gradients } = await gradientsOf(nodeRuntime({ threads: 1 }), model, batch);
    gradients.get('w')!.forEach((value, i) => {
      const slow = slowGradient(model, batch.images, batch.labels, 'w', i);
      expect(Math.abs(value - slow), `w[${i}]: ${value}, slowly ${slow}`).toBeLessThan(
        rounding + 1e-4 * Math.abs(slow),
      );
    });
  });
});

/** As few operators as make a classifier of one convolution. */
function convolutionModel(
  conv: Readonly<Record<string, number | readonly number[]>>,
  dims: readonly number[],
  input: readonly number[],
): Model {
  const source = random(9);
  const weights = (dims: readonly number[]) =>
    float32(
      dims,
      Float32Array.from({ length: sizeOf(dims) }, () => source.uniform() - 0.5),
    );
  const node = (op: string, inputs: string[], output: string, values = {}) => ({
    op,
    domain: '',
    name: output,
    inputs,
    outputs: [output],
    attributes: attributes(values),
  });
  const filters = dims[0]!;
  return {
    ...architectures.d.build(1),
    graph: {
      name: 'convolution',
      inputs: [{ name: 'x', type: 'float32', dims: ['N', ...input] }],
      outputs: [{ name: 'scores', type: 'float32', dims: ['N', 3] }],
      nodes: [
        node('Conv', ['x', 'w'], 'conv', conv),
        node('Tanh', ['conv'], 'tanh'),
        node('GlobalAveragePool', ['tanh'], 'mean'),
        node('Flatten', ['mean'], 'flat'),
        node('Gemm', ['flat', 'v'], 'scores'),
      ],
      initializers: new Map([
        ['w', weights(dims)],
        ['v', weights([filters, 3])],
      ]),
      valueInfo: [],
    },
  };
}

it('takes labels as probabilities as well, and one-hot ones give the same', async () => {
  const model = networkModel({ name: 'small', ...smallNetworks['dense sigmoid layers (D)']! }, 3);
  const { images, labels } = batchFor([1, 4, 4], 3, 4);
  const runtime = nodeRuntime({ threads: 1 });
  const numbers = await makeTrainer(runtime, model, { optimizer: sgd() });
  const shares = await makeTrainer(runtime, model, { optimizer: sgd(), loss: softmaxCrossEntropy('distribution') });
  const oneHot = float32(
    [3, 4],
    labels.flatMap((label) => [0, 1, 2, 3].map((k) => (k === label ? 1 : 0))),
  );
  const expected = await numbers.update(numbers.initial, { images, labels: int64(labels) }, 1);
  const got = await shares.update(shares.initial, { images, labels: oneHot }, 1);
  expect(got).toEqual(expected);
});
