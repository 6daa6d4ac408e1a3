import type { Classifier } from '../../model/classifier.ts';
import { float32, rows, type Tensor, tensor } from '../../onnx/tensor.ts';
import { noiseKeys } from '../../random/countedNormals.ts';
import { random } from '../../random/random.ts';
import { ranges } from '../../runtime/portions.ts';
import { explainedScores } from '../explainedScores.ts';
import type { Attribution, Explainer } from '../explainer.ts';
import { checkedWeights, type ExplanationGraph, type TargetSource } from '../explanationGraph.ts';
import { withMapNotes } from '../mapNotes.ts';
import { configured, type Method, type MethodParts } from '../method.ts';
import { type MethodOptions, type Resolved, resolveOptions, seedOption } from '../options.ts';
import { type NoiseStatistic, statisticPlans } from './noiseStatistics.ts';
import { addPixelNoise, noiseAmplitude, noiseImagesOf } from './pixelNoise.ts';
import { imageShapeOf, type SamplingPlan, sampledGraph } from './sampledGradient.ts';
import type { InputMap } from './targetGradient.ts';

export const noiseOptions = {
  samples: { about: 'noisy versions of each image', default: 100, whole: true, min: 1, max: 100_000 },
  noise: {
    about: 'standard deviation of the noise, as a fraction of the pixel range',
    default: 0.1,
    whole: false,
    min: 0,
    max: 10,
  },
  seed: seedOption,
} as const;

/** How many noisy copies of an image are explained, with how much noise, and which statistic of their maps is wanted. */
export interface NoiseSettings extends MethodOptions<typeof noiseOptions> {
  /** What is made of the maps of the noisy images: their mean (default), mean square or variance. */
  readonly statistic?: NoiseStatistic;
}

interface Noise extends Resolved<typeof noiseOptions> {
  readonly statistic: NoiseStatistic;
}

/**
 * A method's maps of an image under Gaussian noise, averaged (or their mean squares, or variances): SmoothGrad and its kin
 * for any method. All images get the same noise, fresh for every sample: so the map of an image does not depend on which
 * others it is explained with, and maps can be compared.
 * @throws MethodOptionError
 */
export function noiseAverage(method: Method, settings: NoiseSettings = {}): Method {
  const id = `noise-average-${method.id}`;
  const { statistic = 'mean', ...numbers } = settings;
  const resolved = { ...resolveOptions(id, noiseOptions, numbers), statistic };
  const description = {
    id,
    title: `${method.title}, ${titles[statistic]} under noise`,
    about: method.about,
    unit: statistic === 'mean' ? method.unit : `squares of ${method.unit}`,
  };
  return configured(description, { settings: { ...method.settings, ...resolved }, ...noiseParts(method, resolved) });
}

/** A method's maps under noise: in one graph where the map depends on input and gradient alone. */
export function noiseParts(method: Method, noise: Noise): MethodParts {
  const { map } = method;
  return map
    ? { graph: async (classifier, target) => noiseGraph(classifier, target, map, noise) }
    : { compile: (classifier) => compileAround(classifier, method, noise) };
}

const titles: Readonly<Record<NoiseStatistic, string>> = {
  mean: 'mean',
  squared: 'mean square',
  variance: 'variance',
};

/** Noise is added, and maps are summed up, inside the graph. */
function noiseGraph(
  classifier: Classifier,
  target: TargetSource,
  map: InputMap,
  { samples, noise, seed, statistic }: Noise,
): ExplanationGraph {
  const mapDims = imageShapeOf(classifier);
  const { state, next, join, finish } = statisticPlans[statistic].inGraph(mapDims, samples);
  const keys = tensor('uint32', [samples], noiseKeys(random(seed), samples));
  const plan: SamplingPlan = (builder, { images, rowsOf }) => {
    const added = addPixelNoise(builder, rowsOf(keys, 'keys'), noise, classifier.input);
    const axis = builder.ints([1]);
    return {
      samples: builder.ops.Add(builder.ops.Unsqueeze(images, axis), added),
      state,
      next: (gradient, noisy, before) => next(builder, map(builder, gradient, noisy), before),
      join,
      finish,
    };
  };
  return sampledGraph(classifier, 'noise', target, { count: samples, plan, mapDims });
}

/** For methods that are more than one gradient a row: their own explainer is given noisy images. */
async function compileAround(classifier: Classifier, method: Method, settings: Noise): Promise<Explainer> {
  const explainer = await method.compile(classifier);
  const amplitude = noiseAmplitude(settings.noise, classifier.input);
  const plan = statisticPlans[settings.statistic];
  const averaging: Explainer = {
    async attribute(images, targets): Promise<Attribution> {
      const weights = checkedWeights(classifier, images, targets);
      const accumulator = plan.start(images.data.length);
      const keys = noiseKeys(random(settings.seed), settings.samples);
      const size = images.data.length / targets.length;
      for (const { from, to } of ranges(settings.samples, classifier.batchSize)) {
        const noise = noiseImagesOf(keys.subarray(from, to), classifier.input);
        for (const [i, target] of targets.entries()) {
          const noisy = noisyImages(rows(images, i, i + 1), noise, amplitude);
          const { values } = await explainer.attribute(
            noisy,
            Array.from({ length: to - from }, () => target),
          );
          for (let s = 0; s < to - from; s++) {
            accumulator.add(plan.ofOne(rows(values, s, s + 1).data), i * size, 1);
          }
        }
      }
      const values = float32(images.dims, accumulator.finish(settings.samples));
      return { values, scores: await explainedScores(classifier, images, weights) };
    },
    release: () => explainer.release(),
  };
  return withMapNotes(averaging, classifier, 'slopes');
}

/** One image [1, ...] under each sample of noise [s, ...]. */
function noisyImages(
  image: Tensor<'float32'>,
  noise: Tensor<'float32'>,
  amplitude: Tensor<'float32'>,
): Tensor<'float32'> {
  const size = image.data.length;
  return float32(
    noise.dims,
    noise.data.map((value, i) => (image.data[i % size] ?? 0) + value * (amplitude.data[i % size] ?? 0)),
  );
}
