import { attributes } from '../onnx/attributes.ts';
import type { Model, Node } from '../onnx/graph.ts';
import { float32, sizeOf, type Tensor } from '../onnx/tensor.ts';
import { type Random, random } from '../random/random.ts';
import { type Initialization, initialWeights } from './initialWeights.ts';

export type Activation = 'sigmoid' | 'relu' | 'none';

/** One step of a plain feed-forward network. Pooling windows do not overlap. */
export type Layer =
  | {
      readonly type: 'conv';
      readonly name: string;
      readonly filters: number;
      readonly kernel: number;
      /** Pixels from one place of the kernel to the next. Default 1. */
      readonly stride?: number;
      /** Zeros on each side. Default 0. */
      readonly padding?: number;
      /** Pixels from one weight of the kernel to the next. Default 1. */
      readonly dilation?: number;
      readonly activation: Activation;
    }
  | { readonly type: 'maxPool'; readonly name: string; readonly window: number }
  | { readonly type: 'flatten'; readonly name: string }
  | {
      readonly type: 'dense';
      readonly name: string;
      readonly units: number;
      readonly activation: Activation;
      /** By default the one that suits the activation. */
      readonly initialization?: Initialization;
    };

export interface Network {
  readonly name: string;
  /** [channels, height, width] */
  readonly input: readonly number[];
  /** What the last layer's value is called. Default `logits`. */
  readonly output?: string;
  readonly layers: readonly Layer[];
}

const initialization = { sigmoid: 'glorotSigmoid', relu: 'he', none: 'glorot' } as const;
const activationOps = { sigmoid: 'Sigmoid', relu: 'Relu' } as const;

/**
 * A network as an ONNX model with seeded initial weights: `input` [N, C, H, W] -> what the last layer gives, `logits` [N, K].
 * Nodes and their values are named as the layers (`conv1`, `conv1.sigmoid`), initializers `conv1.weight`, `conv1.bias`.
 * Weights start by Glorot's rule for sigmoid before a sigmoid, by He's before a ReLU, by Glorot's before the output, where a
 * layer does not say otherwise; biases start at 0.
 */
export function networkModel(network: Network, seed: number): Model {
  const { output = 'logits' } = network;
  const source = random(seed);
  const nodes: Node[] = [];
  const initializers = new Map<string, Tensor>();
  let value = 'input';
  let dims: readonly number[] = network.input;
  network.layers.forEach((layer, i) => {
    const made = layerNodes(layer, value, dims, source);
    const last = i === network.layers.length - 1;
    nodes.push(...(last ? renameOutput(made.nodes, output) : made.nodes));
    for (const [name, t] of made.weights) initializers.set(name, t);
    value = made.nodes.at(-1)?.outputs[0] ?? value;
    dims = made.dims;
  });
  return {
    irVersion: 10,
    opset: 21,
    domains: new Map(),
    producer: 'konkyo',
    metadata: new Map([['konkyo.seed', String(seed)]]),
    graph: {
      name: network.name,
      inputs: [{ name: 'input', type: 'float32', dims: ['N', ...network.input] }],
      outputs: [{ name: output, type: 'float32', dims: ['N', ...dims] }],
      nodes,
      initializers,
      valueInfo: [],
    },
  };
}

interface LayerNodes {
  readonly nodes: readonly Node[];
  readonly weights: readonly (readonly [string, Tensor])[];
  /** The shape of one image's output. */
  readonly dims: readonly number[];
}

function layerNodes(layer: Layer, input: string, dims: readonly number[], source: Random): LayerNodes {
  const { name } = layer;
  switch (layer.type) {
    case 'conv': {
      const [channels = 1, height = 1, width = 1] = dims;
      const { filters, kernel, stride = 1, padding = 0, dilation = 1 } = layer;
      const after = (size: number) => Math.floor((size + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1;
      const conv = nodeOf('Conv', name, [input, `${name}.weight`, `${name}.bias`], {
        kernel_shape: [kernel, kernel],
        ...(stride === 1 ? {} : { strides: [stride, stride] }),
        ...(padding === 0 ? {} : { pads: [padding, padding, padding, padding] }),
        ...(dilation === 1 ? {} : { dilations: [dilation, dilation] }),
      });
      return {
        nodes: [conv, ...activationNode(layer.activation, name)],
        weights: weightsOf(name, [filters, channels, kernel, kernel], initialization[layer.activation], source),
        dims: [filters, after(height), after(width)],
      };
    }
    case 'maxPool': {
      const window = [layer.window, layer.window];
      const [channels = 1, ...spatial] = dims;
      return {
        nodes: [nodeOf('MaxPool', name, [input], { kernel_shape: window, strides: window })],
        weights: [],
        dims: [channels, ...spatial.map((size) => Math.floor(size / layer.window))],
      };
    }
    case 'flatten':
      return { nodes: [nodeOf('Flatten', name, [input], {})], weights: [], dims: [sizeOf(dims)] };
    case 'dense': {
      const gemm = nodeOf('Gemm', name, [input, `${name}.weight`, `${name}.bias`], { transB: 1 });
      return {
        nodes: [gemm, ...activationNode(layer.activation, name)],
        weights: weightsOf(
          name,
          [layer.units, sizeOf(dims)],
          layer.initialization ?? initialization[layer.activation],
          source,
        ),
        dims: [layer.units],
      };
    }
  }
}

function nodeOf(
  op: string,
  name: string,
  inputs: readonly string[],
  values: Readonly<Record<string, number | readonly number[]>>,
): Node {
  return { op, domain: '', name, inputs, outputs: [name], attributes: attributes(values) };
}

function activationNode(activation: Activation, layer: string): Node[] {
  return activation === 'none' ? [] : [nodeOf(activationOps[activation], `${layer}.${activation}`, [layer], {})];
}

function weightsOf(layer: string, dims: readonly number[], kind: Initialization, source: Random) {
  const weight = initialWeights(dims, kind, source);
  const bias = float32([dims[0] ?? 1], new Float32Array(dims[0] ?? 1));
  return [
    [`${layer}.weight`, weight],
    [`${layer}.bias`, bias],
  ] as const;
}

function renameOutput(nodes: readonly Node[], to: string): Node[] {
  return nodes.map((node, i) => (i === nodes.length - 1 ? { ...node, outputs: [to] } : node));
}
