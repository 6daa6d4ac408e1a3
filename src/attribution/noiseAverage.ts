import type { Classifier } from '../classifier/classifier.ts';
import { float32, rows, type Tensor } from '../onnx/tensor.ts';
import { explainedScores } from './explainedScores.ts';
import type { Attribution, Explainer, Method } from './method.ts';
import { type NoiseStatistic, statisticPlans } from './noiseStatistics.ts';
import { type MethodOptions, resolveOptions } from './options.ts';
import { noiseAmplitude, sampleNoise } from './pixelNoise.ts';
import { lengthOf, portions, ranges } from './portions.ts';
import { compileSampling, imageShapeOf, overPortions } from './sampledGradient.ts';
import { checkedWeights, type GradientMethod, isGradientMethod } from './targetGradient.ts';

export const noiseOptions = {
  samples: { about: 'noisy versions of each image', default: 100, whole: true, min: 1, max: 100_000 },
  noise: {
    about: 'standard deviation of the noise, as a fraction of the pixel range',
    default: 0.1,
    whole: false,
    min: 0,
    max: 10,
  },
  seed: {
    about: 'where the random numbers start',
    default: 0,
    whole: true,
    min: 0,
    max: 0xffffffff,
  },
} as const;

export interface NoiseSettings extends MethodOptions<typeof noiseOptions> {
  /** What is made of the maps of the noisy images: their mean (default), mean square or variance. */
  readonly statistic?: NoiseStatistic;
}

type Resolved = ReturnType<typeof resolve>;

function resolve(id: string, { statistic = 'mean', ...numbers }: NoiseSettings) {
  return { ...resolveOptions(id, noiseOptions, numbers), statistic };
}

/**
 * A method's maps of an image under Gaussian noise, averaged (or their mean squares, or variances): SmoothGrad and its kin
 * for any method. All images get the same noise, fresh for every sample: so the map of an image does not depend on which
 * others it is explained with, and maps can be compared.
 * @throws MethodOptionError
 */
export function noiseAverage(method: Method, settings: NoiseSettings = {}): Method {
  const id = `noise-average-${method.id}`;
  const resolved = resolve(id, settings);
  return {
    id,
    title: `${method.title}, ${titles[resolved.statistic]} under noise`,
    about: method.about,
    unit: resolved.statistic === 'mean' ? method.unit : `squares of ${method.unit}`,
    settings: { ...method.settings, ...resolved },
    compile: (classifier) =>
      isGradientMethod(method)
        ? compileInGraph(classifier, method, resolved)
        : compileAround(classifier, method, resolved),
  };
}

const titles: Readonly<Record<NoiseStatistic, string>> = {
  mean: 'mean',
  squared: 'mean square',
  variance: 'variance',
};

const noiseInput = 'konkyo/noise';

/** Noise is added, and maps are summed up, inside the graph. */
async function compileInGraph(classifier: Classifier, method: GradientMethod, settings: Resolved): Promise<Explainer> {
  const plan = statisticPlans[settings.statistic];
  const sampled = await compileSampling(classifier, 'noise', (builder) => {
    const { ops } = builder;
    const noise = builder.input(noiseInput, 'float32', ['samples', ...imageShapeOf(classifier)]);
    const amplitude = builder.constant(noiseAmplitude(settings.noise, classifier.input), 'amplitude');
    return {
      samples: (images) => ops.Add(ops.Unsqueeze(images, builder.ints([1])), ops.Mul(noise, amplitude)),
      results: (gradient, samples) =>
        plan.results(builder, method.map(builder, gradient, samples), imageShapeOf(classifier)),
    };
  });
  return {
    async attribute(images, targets): Promise<Attribution> {
      const weights = checkedWeights(classifier, images, targets);
      const accumulator = plan.start(images.data.length);
      const noise = sampleNoise(settings.seed, classifier.input);
      await overPortions(
        sampled,
        images,
        weights,
        portions(targets.length, settings.samples, classifier.batchSize),
        ({ samples }) => ({ [noiseInput]: noise(samples) }),
        (results, { samples }, offset) =>
          accumulator.add(
            results.map(({ data }) => data),
            offset,
            lengthOf(samples),
          ),
      );
      const values = float32(images.dims, accumulator.finish(settings.samples));
      return { values, scores: await explainedScores(classifier, images, weights) };
    },
    release: () => sampled.release(),
  };
}

/** For methods that are more than one gradient a row: their own explainer is given noisy images. */
async function compileAround(classifier: Classifier, method: Method, settings: Resolved): Promise<Explainer> {
  const explainer = await method.compile(classifier);
  const amplitude = noiseAmplitude(settings.noise, classifier.input);
  const plan = statisticPlans[settings.statistic];
  return {
    async attribute(images, targets): Promise<Attribution> {
      const weights = checkedWeights(classifier, images, targets);
      const accumulator = plan.start(images.data.length);
      const noise = sampleNoise(settings.seed, classifier.input);
      const size = images.data.length / targets.length;
      for (const samples of ranges(settings.samples, classifier.batchSize)) {
        for (const [i, target] of targets.entries()) {
          const noisy = noisyImages(rows(images, i, i + 1), noise(samples), amplitude);
          const { values } = await explainer.attribute(
            noisy,
            Array.from({ length: lengthOf(samples) }, () => target),
          );
          for (let s = 0; s < lengthOf(samples); s++) {
            accumulator.add(plan.ofOne(rows(values, s, s + 1).data), i * size, 1);
          }
        }
      }
      const values = float32(images.dims, accumulator.finish(settings.samples));
      return { values, scores: await explainedScores(classifier, images, weights) };
    },
    release: () => explainer.release(),
  };
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
