import type { Model } from '../../onnx/graph.ts';
import { float32, sizeOf, type Tensor, zeros } from '../../onnx/tensor.ts';
import { random } from '../../random/random.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { initialWeights } from '../../training/initialWeights.ts';
import { type Layer, networkModel } from '../../training/network.ts';
import { builtModel } from './builtModel.ts';
import { type InputTraining, type Recipe, type TrainedOnInput, trainOnInput } from './trainOnInput.ts';

export const networks = ['linear', 'dense', 'convolutional'] as const;
export type TetrominoNetwork = (typeof networks)[number];

interface Described {
  /** `input` [N, 1, 8, 8] -> scores [N, 2], with seeded initial weights: in the first layer for contrasts, or as usual. */
  readonly build: (seed: number, contrasts: boolean) => Model;
  readonly recipe: Recipe;
}

const filters = 4;
const flatten: Layer = { type: 'flatten', name: 'flatten' };
const logits: Layer = { type: 'dense', name: 'scores', units: 2, activation: 'none' };
const hidden = (units: number): Layer => ({ type: 'dense', name: `hidden${units}`, units, activation: 'relu' });
const dense = (name: string, layers: readonly Layer[], seed: number) =>
  networkModel({ name, input: [1, 8, 8], layers: [flatten, ...layers, logits] }, seed);

/** The networks of XAI-TRIS for 8x8 images: softmax regression; dense 64-32-16-8-2; four convolutions. */
const described: Readonly<Record<TetrominoNetwork, Described>> = {
  linear: {
    build: (seed) => dense('linear', [], seed),
    recipe: { learningRate: 0.05, epochs: 30, batchSize: 200, patience: 10 },
  },
  dense: {
    build: threeHidden,
    recipe: { learningRate: 0.005, epochs: 40, batchSize: 100, patience: 10 },
  },
  convolutional: {
    build: convolutional,
    recipe: { learningRate: 0.01, epochs: 30, batchSize: 100, patience: 10 },
  },
};

/**
 * With so few units many a start ends where none of them learns any more; then another one is tried. Every other one has the
 * usual weights: in white backgrounds, where a pixel's neighbours tell nothing of it, contrasts are no help.
 */
const starts = 4;
/** A start that gets so many validation images right is good enough. */
const goodEnough = 0.82;

/**
 * Trains one of the networks; of up to four starts the first that solves the task, else the one that does best. Softmax
 * regression has one minimum and needs one.
 * @throws what `trainOnInput` throws
 */
export async function trainedOn(
  runtime: Runtime,
  network: TetrominoNetwork,
  options: Omit<InputTraining, keyof Recipe>,
): Promise<Model> {
  const { build, recipe } = described[network];
  let best: TrainedOnInput | undefined;
  for (let start = 0; start < (network === 'linear' ? 1 : starts); start++) {
    const seed = options.seed + start;
    const trained = await trainOnInput(runtime, build(seed, start % 2 === 0), { ...recipe, ...options, seed });
    if (!best || trained.accuracy > best.accuracy) best = trained;
    if (best.accuracy >= goodEnough) break;
  }
  return best?.model ?? build(options.seed, true);
}

/**
 * A first layer's weights, of each unit less their mean, and larger: it starts by reading differences between pixels. In the
 * smooth backgrounds nearly all of an image is its brightness, which says nothing; from weights that read that, descent
 * takes hundreds of epochs to what is a hundredth of it.
 */
function readingContrasts({ dims, data }: Tensor<'float32'>, gain: number): Tensor<'float32'> {
  const width = sizeOf(dims.slice(1));
  const means = Array.from({ length: dims[0] ?? 0 }, (_, unit) => {
    const own = data.subarray(unit * width, (unit + 1) * width);
    return own.reduce((sum, value) => sum + value, 0) / width;
  });
  return float32(
    dims,
    data.map((value, i) => gain * (value - (means[Math.floor(i / width)] ?? 0))),
  );
}

function threeHidden(seed: number, contrasts: boolean): Model {
  const model = dense('dense', [hidden(32), hidden(16), hidden(8)], seed);
  if (!contrasts) return model;
  const first = readingContrasts(initialWeights([32, 64], 'he', random(seed)), 5);
  const initializers = new Map([...model.graph.initializers, ['hidden32.weight', first]]);
  return { ...model, graph: { ...model.graph, initializers } };
}

/** Four times: four filters of 2x2, a border of one pixel, ReLU, 2x2 max pooling; then the scores of what is left, 4x1x1. */
function convolutional(seed: number, contrasts: boolean): Model {
  const source = random(seed);
  return builtModel('convolutional', [1, 8, 8], 2, (builder, input) => {
    let value = input;
    for (const channels of [1, filters, filters, filters]) {
      const initial = initialWeights([filters, channels, 2, 2], 'he', source);
      const weight = builder.constant(contrasts && channels === 1 ? readingContrasts(initial, 10) : initial, 'weight');
      const bias = builder.constant(zeros('float32', [filters]), 'bias');
      const convolved = builder.add('Conv', [value, weight, bias], { kernel_shape: [2, 2], pads: [1, 1, 1, 1] });
      const window = { kernel_shape: [2, 2], strides: [2, 2] };
      value = builder.add('MaxPool', [builder.add('Relu', [convolved])], window);
    }
    const weight = builder.constant(initialWeights([2, filters], 'glorot', source), 'weight');
    const bias = builder.constant(zeros('float32', [2]), 'bias');
    return builder.add('Gemm', [builder.add('Flatten', [value]), weight, bias], { transB: 1 });
  });
}
