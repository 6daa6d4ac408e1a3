import type { Model } from '../../onnx/graph.ts';
import type { GraphBuilder } from '../../onnx/graphBuilder.ts';
import { float32 } from '../../onnx/tensor.ts';
import { type Random, random } from '../../random/random.ts';
import { type AddNetwork, builtModel } from './builtModel.ts';

/** A network of 3x3 pixels x0 to x8, row by row, whose weights are set so that it computes a known function. */
export interface HandSetNetwork {
  readonly name: string;
  readonly formula: string;
  /** `input` [N, 1, 3, 3] -> `score` [N, 1] */
  readonly model: Model;
}

export const handSetSide = 3;
const pixels = handSetSide ** 2;

/** relu(sum of weights times pixels + bias), times `out`. */
interface Unit {
  readonly weights: Readonly<Record<number, number>>;
  readonly bias?: number;
  readonly out?: number;
}

/**
 * What no one number for a pixel can show, in pure form: pixels that count only together, only apart, or only once.
 * @param seed of the one network whose weights are drawn.
 */
export function handSetNetworks(seed: number): readonly HandSetNetwork[] {
  return [
    { name: 'linear', formula: '2 x0 - x1 + x4 / 2 - 3 x7 + x8', model: linear({ 0: 2, 1: -1, 4: 0.5, 7: -3, 8: 1 }) },
    { name: 'and', formula: 'relu(x0 + x8 - 1)', model: dense('and', [{ weights: { 0: 1, 8: 1 }, bias: -1 }]) },
    {
      name: 'or',
      formula: '1 - relu(1 - x0 - x8)',
      model: dense('or', [{ weights: { 0: -1, 8: -1 }, bias: 1, out: -1 }], 1),
    },
    {
      name: 'xor',
      formula: 'relu(x0 - x8) + relu(x8 - x0)',
      model: dense('xor', [{ weights: { 0: 1, 8: -1 } }, { weights: { 0: -1, 8: 1 } }]),
    },
    {
      name: 'three together',
      formula: 'relu(x0 + x4 + x8 - 1.5)',
      model: dense('three', [{ weights: { 0: 1, 4: 1, 8: 1 }, bias: -1.5 }]),
    },
    { name: 'max', formula: 'max(x0, ..., x8)', model: largest() },
    { name: 'random', formula: 'eight ReLU units with random weights', model: dense('random', randomUnits(seed)) },
  ];
}

/** Images of pixels from 0.5 to 1, [count, 1, 3, 3]: all of them differ from the baseline 0. */
export function handSetImages(count: number, seed: number) {
  const source = random(seed);
  return float32(
    [count, 1, handSetSide, handSetSide],
    Float32Array.from({ length: count * pixels }, () => 0.5 + source.uniform() / 2),
  );
}

const network = (name: string, add: AddNetwork) => builtModel(name, [1, handSetSide, handSetSide], 1, add);

function linear(weights: Unit['weights']): Model {
  return network('linear', (builder, image) => layer(builder, image, [{ weights }]));
}

function dense(name: string, units: readonly Unit[], bias = 0): Model {
  return network(name, (builder, image) => {
    const hidden = builder.add('Relu', [layer(builder, image, units)]);
    const out = builder.constant(
      float32(
        [1, units.length],
        units.map(({ out = 1 }) => out),
      ),
      'weight',
    );
    return builder.add('Gemm', [hidden, out, builder.constant(float32([1], [bias]), 'bias')], { transB: 1 });
  });
}

function largest(): Model {
  return network('max', (builder, image) => {
    const window = [handSetSide, handSetSide];
    const pooled = builder.add('Flatten', [builder.add('MaxPool', [image], { kernel_shape: window, strides: window })]);
    return builder.add('Gemm', [pooled, builder.constant(float32([1, 1], [1]), 'weight')], { transB: 1 });
  });
}

/** A Gemm, one row of weights for each unit. */
function layer(builder: GraphBuilder, image: string, units: readonly Unit[]): string {
  const weights = units.flatMap((unit) => Array.from({ length: pixels }, (_, pixel) => unit.weights[pixel] ?? 0));
  const biases = units.map(({ bias = 0 }) => bias);
  const weight = builder.constant(float32([units.length, pixels], weights), 'weight');
  const flat = builder.add('Flatten', [image]);
  return builder.add('Gemm', [flat, weight, builder.constant(float32([units.length], biases), 'bias')], { transB: 1 });
}

function randomUnits(seed: number): Unit[] {
  const source = random(seed);
  const weight = () => 2 * source.uniform() - 1;
  return Array.from({ length: 8 }, () => unitOf(weight, source));
}

function unitOf(weight: () => number, source: Random): Unit {
  const weights = Object.fromEntries(Array.from({ length: pixels }, (_, pixel) => [pixel, weight()]));
  return { weights, bias: weight() / 2, out: source.index(2) === 0 ? 1 : -1 };
}
