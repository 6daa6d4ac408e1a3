import type { Node } from '../onnx/graph.ts';
import { openSizes } from '../onnx/openSizes.ts';
import { is } from '../onnx/operators.ts';
import { float32, isTensorOf, type Tensor } from '../onnx/tensor.ts';
import { fillWithNormals } from '../random/normal.ts';
import { random } from '../random/random.ts';
import type { Classifier } from './classifier.ts';
import { nodesOnTheWay } from './layer.ts';
import { derive } from './makeClassifier.ts';
import { factsOver } from './modernise.ts';
import { noiseImages } from './pixels.ts';
import { probeImages } from './probeImages.ts';
import { windows } from './reference.ts';

/** A layer whose weights training chose: the value that holds them, and the node that multiplies with it. */
interface WeightedLayer {
  readonly weights: string;
  readonly node: Node;
}

/** The layers with weights, from the pixels to the scores. Weights that the graph computes (from integers, say) do not count. */
export function weightedLayers(classifier: Classifier): WeightedLayer[] {
  const { initializers } = classifier.model.graph;
  return nodesOnTheWay(classifier).flatMap((node) => {
    if (!is(node, 'convolution', 'dense')) return [];
    const weights = node.inputs.slice(0, 2).find((name) => {
      const constant = initializers.get(name);
      return constant !== undefined && isTensorOf(constant, 'float32') && constant.dims.length > 1;
    });
    return weights === undefined ? [] : [{ weights, node }];
  });
}

export interface RandomWeights {
  readonly seed: number;
  /** How many layers, counted from the scores back to the pixels. By default all. */
  readonly layers?: number;
}

/**
 * The same network with normal random numbers in place of its weights, of each layer's own standard deviation about 0;
 * biases and normalisation stay. Its facts are from a run of its own, for they hold constants. Release it after use.
 */
export async function withRandomWeights(
  classifier: Classifier,
  { seed, layers = Number.POSITIVE_INFINITY }: RandomWeights,
): Promise<Classifier> {
  const { model, runtime, input, inputName, facts } = classifier;
  const all = weightedLayers(classifier);
  const chosen = all.slice(Math.max(0, all.length - layers));
  const source = random(seed);
  const initializers = new Map(model.graph.initializers);
  for (const { weights } of chosen) {
    const trained = model.graph.initializers.get(weights);
    if (!trained || !isTensorOf(trained, 'float32')) continue;
    const numbers = new Float32Array(trained.data.length);
    fillWithNormals(numbers, source);
    const deviation = standardDeviation(trained);
    initializers.set(
      weights,
      float32(
        trained.dims,
        numbers.map((value) => value * deviation),
      ),
    );
  }
  const randomised = { ...model, graph: { ...model.graph, initializers } };
  const rowCount = facts.get(inputName)?.dims[0] ?? 1;
  // Sizes that depend on the image are found from several images.
  const images = openSizes(facts).length > 0 ? probeImages(input, rowCount + 1) : noiseImages(input, rowCount);
  const found = await factsOver(runtime, randomised, inputName, windows(images, rowCount));
  return derive(classifier, { model: randomised, facts: found });
}

function standardDeviation({ data }: Tensor<'float32'>): number {
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
  return Math.sqrt(data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length);
}
