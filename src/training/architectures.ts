import type { Model } from '../onnx/graph.ts';
import { type Layer, networkModel } from './network.ts';

/** A network of one of the four papers, ready to be trained. */
interface Architecture {
  readonly title: string;
  readonly paper: 'rules' | 'filters' | 'noncontributing' | 'regions';
  /** The paper's wording leaves some of it open: what is our reading, if anything. */
  readonly reading?: string;
  /** Opset 21, `input` [N, 1, 28, 28] float32 in [0, 1] -> `logits` [N, 10] before softmax; seeded initial weights. */
  readonly build: (seed: number) => Model;
}

function digitNetwork(name: string, layers: readonly Layer[]): (seed: number) => Model {
  return (seed) => networkModel({ name, input: [1, 28, 28], layers }, seed);
}

const pool = (name: string): Layer => ({ type: 'maxPool', name, window: 2 });
const flatten: Layer = { type: 'flatten', name: 'flatten' };
const scores: Layer = { type: 'dense', name: 'dense', units: 10, activation: 'none' };

function conv(name: string, filters: number, kernel: number, activation: 'sigmoid' | 'relu'): Layer {
  return { type: 'conv', name, filters, kernel, activation };
}

/** The papers' networks by name. */
export const architectures = {
  a1: {
    title: 'Ten 27x27 filters with sigmoid, 2x2 max pooling to ten features, one dense layer',
    paper: 'rules',
    build: digitNetwork('a1', [conv('conv1', 10, 27, 'sigmoid'), pool('pool1'), flatten, scores]),
  },
  a2: {
    title: 'Ten filters each of 8x8, 7x7 and 14x14 with sigmoid, 2x2 max pooling to ten features, one dense layer',
    paper: 'rules',
    build: digitNetwork('a2', [
      conv('conv1', 10, 8, 'sigmoid'),
      conv('conv2', 10, 7, 'sigmoid'),
      conv('conv3', 10, 14, 'sigmoid'),
      pool('pool1'),
      flatten,
      scores,
    ]),
  },
  b: {
    title: 'LeNet cut to three 5x5 and three 3x3 filters with ReLU and 2x2 max pooling, one dense layer',
    paper: 'filters',
    reading: 'ReLU and 2x2 max pooling are our reading',
    build: digitNetwork('b', [
      conv('conv1', 3, 5, 'relu'),
      pool('pool1'),
      conv('conv2', 3, 3, 'relu'),
      pool('pool2'),
      flatten,
      scores,
    ]),
  },
  c: {
    title: 'Six and sixteen 5x5 filters with ReLU and 2x2 max pooling, one dense layer',
    paper: 'noncontributing',
    reading: 'the paper says a three-layer convolutional network; filter counts, ReLU and pooling are our reading',
    build: digitNetwork('c', [
      conv('conv1', 6, 5, 'relu'),
      pool('pool1'),
      conv('conv2', 16, 5, 'relu'),
      pool('pool2'),
      flatten,
      scores,
    ]),
  },
  d: {
    title: 'Dense, 784-100-50-10, sigmoid',
    paper: 'regions',
    reading:
      'sigmoid and the initial weights (small enough that what is learned shows in their pictures) are our reading',
    build: digitNetwork('d', [
      flatten,
      { type: 'dense', name: 'hidden1', units: 100, activation: 'sigmoid', initialization: 'lecun' },
      { type: 'dense', name: 'hidden2', units: 50, activation: 'sigmoid', initialization: 'lecun' },
      { type: 'dense', name: 'output', units: 10, activation: 'none', initialization: 'lecun' },
    ]),
  },
} as const satisfies Readonly<Record<string, Architecture>>;

export type ArchitectureName = keyof typeof architectures;
