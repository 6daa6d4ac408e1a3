import type { Classifier } from '../classifier/classifier.ts';
import { baselineImage } from '../classifier/pixels.ts';
import type { Target } from '../classifier/target.ts';
import type { Graph } from '../onnx/graph.ts';
import { GraphBuilder } from '../onnx/graphBuilder.ts';
import { prune } from '../onnx/prune.ts';
import { concatRows, float32, rows, type Tensor } from '../onnx/tensor.ts';
import { floatOutputOf, type Session } from '../runtime/runtime.ts';
import { gaussLegendre, type QuadraturePoint } from './gaussLegendre.ts';
import {
  type Attribution,
  type Completeness,
  completeness,
  type Explainer,
  type Method,
  type MethodKind,
} from './method.ts';
import { type MethodOptions, resolveOptions } from './options.ts';
import { addTargetGradient, checkedWeights, weightsInput } from './targetGradient.ts';

const description = {
  id: 'integrated-gradients',
  title: 'Integrated gradients',
  about:
    'How much each pixel adds to the score on the way from an empty image to this one; the parts sum to the score difference.',
  unit: 'score units',
};

const options = {
  steps: { about: 'points on the way from the baseline to the image', default: 50, whole: true, min: 1, max: 10_000 },
  baseline: { about: 'pixel value (0 to 255) of the empty image', default: 0, whole: false, min: 0, max: 255 },
} as const;

/**
 * Integrated gradients, Sundararajan, Taly & Yan 2017: (x - x') times the mean gradient on the straight line from the
 * baseline x' to x, the mean taken by Gauss-Legendre quadrature. Reports the completeness gap.
 */
export function integratedGradients(settings: MethodOptions<typeof options> = {}): Method {
  const resolved = resolveOptions('integrated-gradients', options, settings);
  return { ...description, settings: resolved, compile: (classifier) => compile(classifier, resolved) };
}

export const integratedGradientsKind: MethodKind = { ...description, options, create: integratedGradients };

const baselineInput = 'konkyo/baseline';
const pointsInput = 'konkyo/points';
const pointWeightsInput = 'konkyo/point-weights';

/**
 * One graph for the whole method: images [n, ...], baseline [1, ...], s points on the path and their weights in; the sum
 * over the points of weight times gradient, times (x - x'), out: [n, ...]. The n * s rows go through the model together.
 */
function pathGraph(classifier: Classifier): { graph: Graph; map: string; images: string } {
  const { model, inputName, facts, scores } = classifier;
  const imageShape = facts.get(inputName)?.dims.slice(1) ?? [];
  const ones = imageShape.map(() => 1);
  const builder = new GraphBuilder(model.graph, 'integrated-gradients');
  const { ops } = builder;
  const inputs = {
    images: builder.input('konkyo/images', 'float32', ['images', ...imageShape]),
    baseline: builder.input(baselineInput, 'float32', [1, ...imageShape]),
    points: builder.input(pointsInput, 'float32', ['points']),
    pointWeights: builder.input(pointWeightsInput, 'float32', ['points']),
    weights: builder.input(weightsInput, 'float32', ['images', scores.width]),
  };
  let difference = '';
  let path = '';
  builder.computeInput(inputName, () => {
    const perPoint = ops.Reshape(inputs.points, builder.ints([1, -1, ...ones]));
    difference = ops.Sub(inputs.images, inputs.baseline);
    const step = ops.Mul(ops.Unsqueeze(difference, builder.ints([1])), perPoint);
    path = ops.Add(step, ops.Unsqueeze(inputs.baseline, builder.ints([1])));
    return ops.Reshape(path, builder.ints([-1, ...imageShape]));
  });
  // [n, K] -> [n, s, K]: every point of an image's path has the image's target.
  const perImage = ops.Unsqueeze(inputs.weights, builder.ints([1]));
  const perRow = ops.Expand(
    perImage,
    builder.add(
      'Concat',
      [builder.ints([1]), ops.Reshape(builder.add('Shape', [inputs.points]), builder.ints([1])), builder.ints([1])],
      { axis: 0 },
    ),
  );
  const { gradient } = addTargetGradient(builder, classifier, perRow);
  const byPoint = ops.Reshape(gradient, builder.add('Shape', [path]));
  const weighted = ops.Mul(byPoint, ops.Reshape(inputs.pointWeights, builder.ints([1, -1, ...ones])));
  const mean = builder.add('ReduceSum', [weighted, builder.ints([1])], { keepdims: 0 });
  const map = ops.Mul(mean, difference);
  const outputs = [{ name: map, type: 'float32' as const, dims: undefined }];
  return { graph: prune(builder.build(outputs), outputs, Object.values(inputs)), map, images: inputs.images };
}

async function compile(classifier: Classifier, settings: { steps: number; baseline: number }): Promise<Explainer> {
  const { graph, map, images: imagesInput } = pathGraph(classifier);
  const session = await classifier.runtime.createSession({ ...classifier.model, graph });
  const baseline = baselineImage(settings.baseline, classifier.input);
  const points = gaussLegendre(settings.steps);
  const run: Run = async (images, weights, part) => {
    const feeds = {
      [imagesInput]: images,
      [weightsInput]: weights,
      [baselineInput]: baseline,
      [pointsInput]: float32(
        [part.length],
        part.map(({ at }) => at),
      ),
      [pointWeightsInput]: float32(
        [part.length],
        part.map(({ weight }) => weight),
      ),
    };
    return floatOutputOf(await session.run(feeds, [map]), map);
  };
  return {
    async attribute(images, targets): Promise<Attribution> {
      const weights = checkedWeights(classifier, images, targets);
      const values = await overPath(run, images, weights, points, classifier.batchSize);
      const { scores, expected } = await scoreDifferences(classifier, images, baseline, weights);
      return { values, scores, completeness: completenessOf(values, expected, targets) };
    },
    release: () => (session as Session).release(),
  };
}

type Run = (
  images: Tensor<'float32'>,
  weights: Tensor<'float32'>,
  points: readonly QuadraturePoint[],
) => Promise<Tensor<'float32'>>;

/** Splits images and points so that no run has more than `batchSize` rows; the parts of a path are summed. */
async function overPath(
  run: Run,
  images: Tensor<'float32'>,
  weights: Tensor<'float32'>,
  points: readonly QuadraturePoint[],
  batchSize: number,
): Promise<Tensor<'float32'>> {
  const count = images.dims[0] ?? 0;
  const imagesPerRun = Math.max(1, Math.floor(batchSize / points.length));
  const results: Tensor<'float32'>[] = [];
  for (let from = 0; from < count; from += imagesPerRun) {
    const to = Math.min(count, from + imagesPerRun);
    let sum: Tensor<'float32'> | undefined;
    for (let start = 0; start < points.length; start += batchSize) {
      const part = await run(rows(images, from, to), rows(weights, from, to), points.slice(start, start + batchSize));
      sum = sum ? plus(sum, part) : part;
    }
    if (sum) results.push(sum);
  }
  return concatRows(results);
}

function plus(a: Tensor<'float32'>, b: Tensor<'float32'>): Tensor<'float32'> {
  return float32(
    a.dims,
    a.data.map((value, i) => value + (b.data[i] ?? 0)),
  );
}

/** The explained score of each image, and by how much it differs from the baseline's. */
async function scoreDifferences(
  classifier: Classifier,
  images: Tensor<'float32'>,
  baseline: Tensor<'float32'>,
  weights: Tensor<'float32'>,
): Promise<{ scores: Float32Array; expected: number[] }> {
  const predictions = await classifier.scoresOf(concatRows([images, baseline]));
  const count = images.dims[0] ?? 0;
  const { width } = classifier.scores;
  const explained = (row: number, image: number) => {
    let sum = 0;
    for (let k = 0; k < width; k++)
      sum += (weights.data[image * width + k] ?? 0) * (predictions.data[row * width + k] ?? 0);
    return sum;
  };
  const scores = Float32Array.from({ length: count }, (_, i) => explained(i, i));
  return { scores, expected: Array.from(scores, (score, i) => score - explained(count, i)) };
}

function completenessOf(
  values: Tensor<'float32'>,
  expected: readonly number[],
  targets: readonly Target[],
): Completeness[] {
  const size = values.data.length / targets.length;
  return expected.map((difference, i) => {
    let sum = 0;
    for (const value of values.data.subarray(i * size, (i + 1) * size)) sum += value;
    return completeness(sum, difference);
  });
}
