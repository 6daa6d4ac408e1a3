import type { Classifier } from '../../../src/model/classifier.ts';
import type { InputSettings } from '../../../src/model/inputDescription.ts';
import { loadClassifier } from '../../../src/model/loadClassifier.ts';
import { emptyGraph, GraphBuilder } from '../../../src/onnx/graphBuilder.ts';
import { float32, type Tensor } from '../../../src/onnx/tensor.ts';
import { writeModel } from '../../../src/onnx/writeModel.ts';
import type { Runtime } from '../../../src/runtime/runtime.ts';
import { networkModel } from '../../../src/training/network.ts';
import { modelOf } from '../../networks.ts';
import { cpu } from '../../runtimes.ts';

/** Two convolutions with ReLU and max pooling and a dense layer, random weights: the paper's network made small. */
export function smallNetwork(runtime: Runtime = cpu): Promise<Classifier> {
  const network = {
    name: 'small',
    input: [1, 10, 10],
    layers: [
      { type: 'conv', name: 'conv1', filters: 2, kernel: 3, activation: 'relu' },
      { type: 'maxPool', name: 'pool1', window: 2 },
      { type: 'conv', name: 'conv2', filters: 3, kernel: 3, activation: 'relu' },
      { type: 'flatten', name: 'flatten' },
      { type: 'dense', name: 'dense', units: 4, activation: 'none' },
    ],
  } as const;
  return loadClassifier(writeModel(networkModel(network, 5)), { runtime });
}

/** One convolution with ReLU and max pooling and a dense layer, random weights, as a file. */
export function pooledNetwork(): Uint8Array {
  const layers = [
    { type: 'conv', name: 'conv1', filters: 2, kernel: 3, activation: 'relu' },
    { type: 'maxPool', name: 'pool1', window: 2 },
    { type: 'flatten', name: 'flatten' },
    { type: 'dense', name: 'dense', units: 4, activation: 'none' },
  ] as const;
  return writeModel(networkModel({ name: 'small', input: [1, 10, 10], layers }, 5));
}

/** An image of pixel values that are all different, as input of a small network. */
export function smallImage(): Tensor<'float32'> {
  return float32(
    [1, 1, 10, 10],
    Array.from({ length: 100 }, (_, i) => (((i * 37) % 101) / 101) ** 2),
  );
}

/**
 * A classifier that is linear in its pixels: scores = weights x pixels + biases, two classes.
 * @param weights of each class, in the order of the model's input.
 */
export function linearClassifier(
  dims: readonly number[],
  weights: readonly [readonly number[], readonly number[]],
  biases: readonly [number, number],
  input: InputSettings = {},
): Promise<Classifier> {
  const builder = new GraphBuilder(emptyGraph('linear'), 'linear');
  const images = builder.input('image', 'float32', ['N', ...dims]);
  const matrix = builder.constant(float32([2, weights[0].length], weights.flat()));
  const bias = builder.constant(float32([2], biases));
  const scores = builder.add('Gemm', [builder.add('Flatten', [images]), matrix, bias], { transB: 1 });
  const graph = builder.build([{ name: scores, type: 'float32', dims: ['N', 2] }]);
  const model = modelOf(graph);
  return loadClassifier(writeModel(model), { runtime: cpu, input });
}
