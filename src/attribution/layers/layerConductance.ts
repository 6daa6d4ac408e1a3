import type { Classifier } from '../../model/classifier.ts';
import { baselineImage } from '../../model/pixels.ts';
import { float32 } from '../../onnx/tensor.ts';
import type { ExplanationGraph, TargetSource } from '../explanationGraph.ts';
import { gaussLegendre } from '../gradient/gaussLegendre.ts';
import { imageShapeOf, type SamplingPlan, sampledGraph } from '../gradient/sampledGradient.ts';
import { runningSum } from '../gradient/sampleSums.ts';
import { changeTimes } from '../gradient/targetGradient.ts';
import { type LayerChoice, method } from '../method.ts';
import { baselineOption } from '../options.ts';
import { type ChosenLayer, chosenLayer } from './defaultLayer.ts';

/**
 * Conductance of a layer's units, Dhamdhere, Sundararajan & Yan 2018, summed as in Captum: over the points p_0 ... p_s of a
 * Gauss-Legendre rule on the line from the baseline to the image, the gradient at p_i times the unit's change from p_i to
 * p_{i+1}. Values in the layer's shape, [n, ...]; reports the completeness gap.
 */
export const layerConductance = method({
  id: 'layer-conductance',
  title: 'Layer conductance',
  about:
    'How much of the score flows through each unit of a layer on the way from an empty image to this one; the parts sum to the score difference.',
  unit: 'score units',
  options: {
    steps: { about: 'steps on the way from the baseline to the image', default: 50, whole: true, min: 1, max: 10_000 },
    baseline: baselineOption('the empty image'),
  },
  resources: ['layer'],
  create: (options, choice: LayerChoice) => ({
    settings: { ...options, ...choice },
    settingsFor: (classifier) => ({ ...options, layer: chosenLayer(classifier, choice.layer).value }),
    graph: async (classifier, target) =>
      conductanceGraph(classifier, chosenLayer(classifier, choice.layer), target, options),
  }),
});

/**
 * Samples are the points on the path. A part of the path begins where the last one ended: the state is the sum so far and
 * the last gradient and units, [n, 1, ...].
 */
function conductanceGraph(
  classifier: Classifier,
  layer: ChosenLayer,
  target: TargetSource,
  settings: { readonly steps: number; readonly baseline: number },
): ExplanationGraph {
  const baselines = baselineImage(settings.baseline, classifier.input);
  const points = gaussLegendre(settings.steps + 1);
  const at = float32(
    [points.length, ...imageShapeOf(classifier).map(() => 1)],
    points.map((point) => point.at),
  );
  const sum = runningSum(layer.dims);
  const last = { type: 'float32', dims: [1, ...layer.dims] } as const;
  const plan: SamplingPlan = (builder, { images, rowsOf }) => {
    const { ops } = builder;
    const axis = builder.ints([1]);
    const baseline = builder.constant(baselines, 'baseline');
    const part = (value: string, from: number, to: number) =>
      builder.add('Slice', [value, builder.ints([from]), builder.ints([to]), axis]);
    const after = (before: string, all: string) => builder.add('Concat', [before, part(all, 0, -1)], { axis: 1 });
    const way = ops.Unsqueeze(ops.Sub(images, baseline), axis);
    return {
      wrt: layer,
      samples: ops.Add(ops.Mul(way, rowsOf(at, 'points')), ops.Unsqueeze(baseline, axis)),
      // A gradient of 0 before the first point: the way to it from the baseline does not count.
      state: [...sum.state, last, last],
      next(gradient, units, [before = '', lastGradient = '', lastUnits = '']) {
        const parts = changeTimes(builder, after(lastGradient, gradient), ops.Sub(units, after(lastUnits, units)));
        const end = Number.MAX_SAFE_INTEGER;
        return [
          sum.add(builder, before, builder.add('ReduceSum', [parts, axis], { keepdims: 0 })),
          part(gradient, -1, end),
          part(units, -1, end),
        ];
      },
      finish: (outer, [total = '']) => sum.finish(outer, total),
    };
  };
  return sampledGraph(classifier, 'layer-conductance', target, {
    count: points.length,
    plan,
    mapDims: layer.dims,
    layer: layer.value,
    notes: layer.notes,
    baselines,
  });
}
