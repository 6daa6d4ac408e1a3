import type { Classifier } from '../classifier/classifier.ts';
import { baselineImage } from '../classifier/pixels.ts';
import type { GraphBuilder } from '../onnx/graphBuilder.ts';
import { float32 } from '../onnx/tensor.ts';
import { completenessOf, scoresAboveBaselines } from './explainedScores.ts';
import { gaussLegendre } from './gaussLegendre.ts';
import type { Attribution, Explainer, Method, MethodKind } from './method.ts';
import { type MethodOptions, resolveOptions } from './options.ts';
import { portions } from './portions.ts';
import { compileSampling, imageShapeOf, type Sampling, sumOverPortions, weightedSum } from './sampledGradient.ts';
import { checkedWeights } from './targetGradient.ts';

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

/** Samples are the points on the path; the result is the sum over them of weight times gradient, times (x - x'). */
function path(classifier: Classifier, builder: GraphBuilder): Sampling {
  const imageShape = imageShapeOf(classifier);
  const { ops } = builder;
  const baseline = builder.input(baselineInput, 'float32', [1, ...imageShape]);
  const points = builder.input(pointsInput, 'float32', ['points']);
  const pointWeights = builder.input(pointWeightsInput, 'float32', ['points']);
  let difference = '';
  return {
    samples(images) {
      difference = ops.Sub(images, baseline);
      const step = ops.Mul(
        ops.Unsqueeze(difference, builder.ints([1])),
        ops.Reshape(points, builder.ints([1, -1, ...imageShape.map(() => 1)])),
      );
      return ops.Add(step, ops.Unsqueeze(baseline, builder.ints([1])));
    },
    results(gradient) {
      return [ops.Mul(weightedSum(builder, gradient, pointWeights, imageShape), difference)];
    },
  };
}

async function compile(classifier: Classifier, settings: { steps: number; baseline: number }): Promise<Explainer> {
  const sampled = await compileSampling(classifier, 'integrated-gradients', (builder) => path(classifier, builder));
  const baseline = baselineImage(settings.baseline, classifier.input);
  const points = gaussLegendre(settings.steps);
  const at = Float32Array.from(points, (point) => point.at);
  const weight = Float32Array.from(points, (point) => point.weight);
  return {
    async attribute(images, targets): Promise<Attribution> {
      const weights = checkedWeights(classifier, images, targets);
      const runs = portions(targets.length, points.length, classifier.batchSize);
      const sums = await sumOverPortions(sampled, images, weights, runs, ({ samples: { from, to } }) => ({
        [baselineInput]: baseline,
        [pointsInput]: float32([to - from], at.subarray(from, to)),
        [pointWeightsInput]: float32([to - from], weight.subarray(from, to)),
      }));
      const values = float32(images.dims, Float32Array.from(sums));
      const { scores, above } = await scoresAboveBaselines(classifier, images, baseline, weights);
      return { values, scores, completeness: completenessOf(values, above, targets) };
    },
    release: () => sampled.release(),
  };
}
