import type { Graph } from '../../../src/onnx/graph.ts';
import { float32, int64, sizeOf, type Tensor } from '../../../src/onnx/tensor.ts';
import { random } from '../../../src/random/random.ts';
import { type SmallNode, smallGraph } from '../relevance/smallGraph.ts';

/** A tiny network with random weights on images [2, 1, 3, 3]: few enough pixels to try every corner of a box. */
export interface TinyNetwork {
  readonly name: string;
  readonly graph: Graph;
  readonly images: Tensor<'float32'>;
  /** Dimensions of one image's scores. */
  readonly scores: number;
}

type Weights = (...dims: number[]) => Tensor<'float32'>;

interface Blueprint {
  readonly constants: (weights: Weights, positive: Weights) => Readonly<Record<string, Tensor>>;
  readonly nodes: readonly SmallNode[];
}

const node = (op: string, inputs: string, output: string, attributes?: SmallNode['attributes']): SmallNode => ({
  op,
  inputs: inputs.split(' ').map((name) => (name === '-' ? '' : name)),
  output,
  ...(attributes ? { attributes } : {}),
});

const blueprints: Readonly<Record<string, Blueprint>> = {
  'dense layers with ReLU': {
    constants: (w) => ({ w1: w(6, 9), b1: w(6), w2: w(5, 6), w3: w(5, 3), b3: w(3) }),
    nodes: [
      node('Flatten', 'x', 'flat'),
      node('Gemm', 'flat w1 b1', 'h1', { transB: 1 }),
      node('Relu', 'h1', 'r1'),
      node('Gemm', 'r1 w2', 'h2', { transB: 1 }),
      node('Relu', 'h2', 'r2'),
      node('MatMul', 'r2 w3', 'h3'),
      node('Add', 'h3 b3', 'scores'),
    ],
  },
  'convolutions with max pooling side by side': {
    constants: (w) => ({ w1: w(3, 1, 2, 2), b1: w(3), w2: w(3, 12), b2: w(3) }),
    nodes: [
      node('Conv', 'x w1 b1', 'c', { pads: [1, 1, 1, 1] }),
      node('Relu', 'c', 'r'),
      node('MaxPool', 'r', 'p', { kernel_shape: [2, 2], strides: [2, 2] }),
      node('Flatten', 'p', 'flat'),
      node('Gemm', 'flat w2 b2', 'scores', { transB: 1 }),
    ],
  },
  'max pooling that leaves elements over, and negative values': {
    constants: (w) => ({ w1: w(2, 1, 1, 1), w2: w(3, 2), b2: w(3) }),
    nodes: [
      node('Conv', 'x w1', 'c'),
      node('MaxPool', 'c', 'p', { kernel_shape: [2, 2], strides: [2, 2] }),
      node('Flatten', 'p', 'flat'),
      node('Gemm', 'flat w2 b2', 'scores', { transB: 1 }),
    ],
  },
  'max pooling over windows that overlap': {
    constants: (w) => ({ w1: w(3, 1, 2, 2), b1: w(3), w2: w(3, 27), b2: w(3) }),
    nodes: [
      node('Conv', 'x w1 b1', 'c', { pads: [1, 1, 1, 1] }),
      node('MaxPool', 'c', 'p', { kernel_shape: [2, 2], strides: [1, 1] }),
      node('Relu', 'p', 'r'),
      node('Flatten', 'r', 'flat'),
      node('Gemm', 'flat w2 b2', 'scores', { transB: 1 }),
    ],
  },
  'a residual block with batch normalisation': {
    constants: (w, p) => ({
      ...{ w1: w(3, 1, 3, 3), b1: w(3), w2: w(3, 3, 3, 3), scale: w(3), shift: w(3), mean: w(3), variance: p(3) },
      ...{ w3: w(3, 3), b3: w(3) },
    }),
    nodes: [
      node('Conv', 'x w1 b1', 'c1', { pads: [1, 1, 1, 1] }),
      node('Relu', 'c1', 'r1'),
      node('Conv', 'r1 w2', 'c2', { pads: [1, 1, 1, 1] }),
      node('Add', 'c2 r1', 'sum'),
      node('BatchNormalization', 'sum scale shift mean variance', 'bn'),
      node('LeakyRelu', 'bn', 'r2', { alpha: { type: 'float', value: 0.2 } }),
      node('GlobalAveragePool', 'r2', 'g'),
      node('Flatten', 'g', 'flat'),
      node('Gemm', 'flat w3 b3', 'scores', { transB: 1 }),
    ],
  },
  'sigmoid, average pooling, tanh': {
    constants: (w) => ({ w1: w(4, 1, 2, 2), b1: w(4), w2: w(3, 4, 1, 1), w3: w(3, 3), b3: w(3) }),
    nodes: [
      node('Conv', 'x w1 b1', 'c', { pads: [0, 0, 1, 1] }),
      node('Sigmoid', 'c', 's'),
      node('AveragePool', 's', 'p', { kernel_shape: [2, 2], pads: [1, 0, 0, 1] }),
      node('Conv', 'p w2', 'c2'),
      node('Tanh', 'c2', 't'),
      node('ReduceMean', 't axes', 'm', { keepdims: 0 }),
      node('Gemm', 'm w3 b3', 'scores', { transB: 1 }),
    ],
  },
  'two branches, clipped and rearranged': {
    constants: (w) => ({
      w1: w(2, 1, 2, 2),
      w2: w(1, 1, 2, 2),
      b2: w(1),
      w3: w(3, 3),
      ...{ low: float32([], [-0.2]) },
    }),
    nodes: [
      node('Conv', 'x w1', 'c1'),
      node('Conv', 'x w2 b2', 'c2'),
      node('Concat', 'c1 c2', 'both', { axis: 1 }),
      node('Clip', 'both low high', 'clipped'),
      node('Transpose', 'clipped', 'last', { perm: [0, 2, 3, 1] }),
      node('ReduceSum', 'last axes12', 'sums', { keepdims: 0 }),
      node('MatMul', 'sums w3', 'scores'),
    ],
  },
  'nothing but affine operators': {
    constants: (w, p) => ({
      w1: w(2, 1, 2, 2),
      f: w(2, 1, 1),
      o: w(2, 2, 2),
      d: p(1),
      pv: float32([], [0.3]),
      w2: w(2, 8),
      b2: w(2),
    }),
    nodes: [
      node('ConvTranspose', 'x w0', 'wide', { strides: [1, 1] }),
      node('Slice', 'wide starts ends sliceAxes', 'cut'),
      node('Pad', 'cut pads pv', 'padded'),
      node('Conv', 'padded w1', 'c', { strides: [2, 2] }),
      node('Mul', 'f c', 'scaled'),
      node('Sub', 'o scaled', 'turned'),
      node('Div', 'turned d', 'divided'),
      node('Neg', 'divided', 'negated'),
      node('Sum', 'negated scaled o', 'sum'),
      node('Reshape', 'sum shape', 'flat'),
      node('Gemm', 'flat w2 b2', 'scores', {
        transB: 1,
        alpha: { type: 'float', value: -1.5 },
        beta: { type: 'float', value: 0.5 },
      }),
    ],
  },
};

const sharedConstants: Readonly<Record<string, Tensor>> = {
  axes: int64([2, 3]),
  axes12: int64([1, 2]),
  high: float32([], [0.4]),
  shape: int64([0, -1]),
  starts: int64([0, 0]),
  ends: int64([3, 3]),
  sliceAxes: int64([2, 3]),
  pads: int64([0, 0, 0, 1, 0, 0, 1, 0]),
};

export const networkNames = Object.keys(blueprints);

export function tinyNetwork(name: string, seed: number): TinyNetwork {
  const blueprint = blueprints[name];
  if (!blueprint) throw new Error(name);
  const source = random(seed);
  const draw =
    (scale: number, shift: number): Weights =>
    (...dims) =>
      float32(
        dims,
        Float32Array.from({ length: sizeOf(dims) }, () => (2 * source.uniform() - 1) * scale + shift),
      );
  const images = draw(0.5, 0.5)(2, 1, 3, 3);
  const own = blueprint.constants(draw(1, 0), draw(0.4, 0.6));
  const constants = { ...sharedConstants, w0: draw(1, 0)(1, 1, 2, 2), ...own };
  const read = new Set(blueprint.nodes.flatMap(({ inputs }) => inputs));
  const used = Object.fromEntries(Object.entries(constants).filter(([key]) => read.has(key)));
  const graph = smallGraph(images, used, blueprint.nodes);
  return { name, graph, images, scores: name === 'nothing but affine operators' ? 2 : 3 };
}
