import { type Classifier, checkImages } from '../../model/classifier.ts';
import { float32, int64, type Tensor } from '../../onnx/tensor.ts';
import { type Random, random } from '../../random/random.ts';
import type { ExplanationGraph, TargetSource } from '../explanationGraph.ts';
import { method } from '../method.ts';
import { seedOption } from '../options.ts';
import { type BackgroundData, blankImages, givenImages } from './backgroundData.ts';
import { imageShapeOf, type SamplingPlan, sampledGraph } from './sampledGradient.ts';
import { runningSum, sumOverSamples } from './sampleSums.ts';
import { changeTimes } from './targetGradient.ts';

interface BaselineChoice {
  /** The images to compare with: model input [b, ...], or background data. By default blank images from black to white. */
  readonly baselines?: Tensor<'float32'> | BackgroundData | undefined;
}

/**
 * Expected gradients, Erion et al. 2021: the mean of (x - x') times the gradient at x' + a (x - x'), the baseline x' drawn
 * from background data and a from U(0, 1). Reports the completeness gap against the baselines' mean score.
 * All images get the same draws, so that the map of an image does not depend on which others it is explained with.
 * When compiled it throws InvalidInputError for baselines that do not fit the model.
 */
export const expectedGradients = method({
  id: 'expected-gradients',
  title: 'Expected gradients',
  about:
    'How much each pixel adds to the score compared with many other images instead of one empty one; the parts sum to the score above their mean.',
  unit: 'score units',
  options: {
    samples: {
      about: 'random points between baselines and the image',
      default: 100,
      whole: true,
      min: 1,
      max: 100_000,
    },
    seed: seedOption,
  },
  resources: ['baselines'],
  create: (options, { baselines = blankImages }: BaselineChoice) => {
    const background = 'dims' in baselines ? givenImages(baselines) : baselines;
    return {
      settings: { ...options, baselines: background.name },
      graph: async (classifier, target) => {
        const images = await background.images(classifier);
        checkImages(classifier, images);
        return expectedGraph(classifier, target, options, images);
      },
    };
  },
});

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
      join: sum.join,
      finish: (outer, [total = '']) => sum.finish(outer, total),
    };
  };
  return sampledGraph(classifier, 'expected-gradients', target, { count: settings.samples, plan, mapDims, baselines });
}

interface Draw {
  readonly baseline: number;
  /** Where between the baseline (0) and the image (1). */
  readonly point: number;
}

function drawSamples(source: Random, samples: number, baselines: number): Draw[] {
  return Array.from({ length: samples }, () => ({ baseline: source.index(baselines), point: source.uniform() }));
}
