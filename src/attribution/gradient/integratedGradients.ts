import type { Classifier } from '../../model/classifier.ts';
import { baselineImage } from '../../model/pixels.ts';
import { float32 } from '../../onnx/tensor.ts';
import type { ExplanationGraph, TargetSource } from '../explanationGraph.ts';
import { type MethodParts, method } from '../method.ts';
import { baselineOption } from '../options.ts';
import { gaussLegendre } from './gaussLegendre.ts';
import { integrateToTolerance } from './integrateToTolerance.ts';
import { imageShapeOf, type SamplingPlan, sampledGraph } from './sampledGradient.ts';
import { runningSum, weightedSum } from './sampleSums.ts';
import { changeTimes } from './targetGradient.ts';

/**
 * Integrated gradients, Sundararajan, Taly & Yan 2017: (x - x') times the mean gradient on the straight line from the
 * baseline x' to x, the mean taken by Gauss-Legendre quadrature. Reports the completeness gap.
 */
export const integratedGradients = method({
  id: 'integrated-gradients',
  title: 'Integrated gradients',
  about:
    'How much each pixel adds to the score on the way from an empty image to this one; the parts sum to the score difference.',
  unit: 'score units',
  options: {
    steps: { about: 'points on the way from the baseline to the image', default: 50, whole: true, min: 1, max: 10_000 },
    baseline: baselineOption('the empty image'),
    tolerance: {
      about:
        'the largest completeness gap: points are added where they are needed until it is met, in place of steps (0: steps)',
      default: 0,
      whole: false,
      min: 0,
      max: 1,
    },
  },
  create: ({ steps, baseline, tolerance }): MethodParts =>
    tolerance > 0
      ? {
          settings: { tolerance, baseline },
          compile: (classifier) => integrateToTolerance(classifier, { tolerance, baseline }),
        }
      : {
          settings: { steps, baseline },
          graph: async (classifier, target) => integratedGraph(classifier, target, { steps, baseline }),
        },
});

/** Samples are the points on the path; the result is the sum over them of weight times gradient, times (x - x'). */
function integratedGraph(
  classifier: Classifier,
  target: TargetSource,
  settings: { readonly steps: number; readonly baseline: number },
): ExplanationGraph {
  const baselines = baselineImage(settings.baseline, classifier.input);
  const points = gaussLegendre(settings.steps);
  const column = (values: readonly number[]) => float32([points.length], values);
  const mapDims = imageShapeOf(classifier);
  const sum = runningSum(mapDims);
  const plan: SamplingPlan = (builder, { images, rowsOf }) => {
    const { ops } = builder;
    const baseline = builder.constant(baselines, 'baseline');
    const at = rowsOf(column(points.map((point) => point.at)), 'points');
    const weights = rowsOf(column(points.map(({ weight }) => weight)), 'weights');
    const difference = ops.Sub(images, baseline);
    const step = ops.Mul(
      ops.Unsqueeze(difference, builder.ints([1])),
      ops.Reshape(at, builder.ints([1, -1, ...mapDims.map(() => 1)])),
    );
    return {
      samples: ops.Add(step, ops.Unsqueeze(baseline, builder.ints([1]))),
      state: sum.state,
      next: (gradient, _samples, [before = '']) => [
        sum.add(builder, before, changeTimes(builder, weightedSum(builder, gradient, weights, mapDims), difference)),
      ],
      join: sum.join,
      finish: (outer, [total = '']) => sum.finish(outer, total),
    };
  };
  return sampledGraph(classifier, 'integrated-gradients', target, { count: points.length, plan, mapDims, baselines });
}
