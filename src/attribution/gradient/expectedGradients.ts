import { type Classifier, checkImages } from '../../model/classifier.ts';
import { float32, int64, type Tensor } from '../../onnx/tensor.ts';
import { type Random, random } from '../../random/random.ts';
import { type ExplanationGraph, fromGraph, type TargetSource } from '../explanationGraph.ts';
import type { Method, MethodKind } from '../method.ts';
import { type MethodOptions, resolveOptions } from '../options.ts';
import { blankImages, givenImages, type ImageDistribution } from './backgroundData.ts';
import { changeTimes } from './changeTimes.ts';
import { imageShapeOf, runningSum, type SamplingPlan, sampledGraph, sumOverSamples } from './sampledGradient.ts';

const description = {
  id: 'expected-gradients',
  title: 'Expected gradients',
  about:
    'How much each pixel adds to the score compared with many other images instead of one empty one; the parts sum to the score above their mean.',
  unit: 'score units',
};

const options = {
  samples: { about: 'random points between baselines and the image', default: 100, whole: true, min: 1, max: 100_000 },
  seed: { about: 'where the random numbers start', default: 0, whole: true, min: 0, max: 0xffffffff },
} as const;

export interface ExpectedGradientsSettings extends MethodOptions<typeof options> {
  /** The images to compare with: model input [b, ...], or a distribution. By default blank images from black to white. */
  readonly baselines?: Tensor<'float32'> | ImageDistribution | undefined;
}

/**
 * Expected gradients, Erion et al. 2021: the mean of (x - x') times the gradient at x' + a (x - x'), the baseline x' drawn
 * from a distribution of images and a from U(0, 1). Reports the completeness gap against the baselines' mean score.
 * All images get the same draws, so that the map of an image does not depend on which others it is explained with.
 * @throws MethodOptionError; when compiled, InvalidInputError for baselines that do not fit the model
 */
export function expectedGradients(settings: ExpectedGradientsSettings = {}): Method {
  const { baselines = blankImages, ...numbers } = settings;
  const resolved = resolveOptions(description.id, options, numbers);
  const distribution = 'dims' in baselines ? givenImages(baselines) : baselines;
  return {
    ...description,
    settings: { ...resolved, baselines: distribution.name },
    ...fromGraph(async (classifier, target) => {
      const images = await distribution.images(classifier);
      checkImages(classifier, images);
      return expectedGraph(classifier, target, resolved, images);
    }),
  };
}

export const expectedGradientsKind: MethodKind = {
  ...description,
  options,
  resources: ['baselines'],
  create: (settings, resources) => expectedGradients({ ...settings, baselines: resources?.baselines }),
};

/** Samples are drawn points between baselines and the image; the result is the mean of gradient times (x - x'). */
function expectedGraph(
  classifier: Classifier,
  target: TargetSource,
  settings: { readonly samples: number; readonly seed: number },
  baselines: Tensor<'float32'>,
): ExplanationGraph {
  const draws = drawSamples(random(settings.seed), settings.samples, baselines.dims[0] ?? 0);
  const mapDims = imageShapeOf(classifier);
  const sum = runningSum(mapDims, 1 / settings.samples);
  const at = float32(
    [draws.length, ...mapDims.map(() => 1)],
    draws.map(({ point }) => point),
  );
  const plan: SamplingPlan = (builder, { images, rowsOf }) => {
    const { ops } = builder;
    const chosen = rowsOf(int64(draws.map(({ baseline }) => baseline)), 'chosen');
    const drawn = builder.add('Gather', [builder.constant(baselines, 'baselines'), chosen], { axis: 0 });
    const difference = ops.Sub(ops.Unsqueeze(images, builder.ints([1])), drawn);
    return {
      samples: ops.Add(drawn, ops.Mul(difference, rowsOf(at, 'points'))),
      state: sum.state,
      next: (gradient, _samples, [before = '']) => [
        sum.add(builder, before, sumOverSamples(builder, changeTimes(builder, gradient, difference), mapDims)),
      ],
      finish: (outer, [total = '']) => sum.finish(outer, total),
    };
  };
  return sampledGraph(classifier, description.id, target, { count: settings.samples, plan, mapDims, baselines });
}

interface Draw {
  readonly baseline: number;
  /** Where between the baseline (0) and the image (1). */
  readonly point: number;
}

function drawSamples(source: Random, samples: number, baselines: number): Draw[] {
  return Array.from({ length: samples }, () => ({ baseline: source.index(baselines), point: source.uniform() }));
}
