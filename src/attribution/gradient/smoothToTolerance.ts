import type { Classifier } from '../../model/classifier.ts';
import type { Target } from '../../model/target.ts';
import { concatRows, float32, rows, type Tensor } from '../../onnx/tensor.ts';
import { noiseKeys } from '../../random/countedNormals.ts';
import { random } from '../../random/random.ts';
import { explainedScores } from '../explainedScores.ts';
import type { Attribution, Explainer } from '../explainer.ts';
import { checkedWeights } from '../explanationGraph.ts';
import { noiseAmplitude, noiseImagesOf } from './pixelNoise.ts';
import { saliency } from './saliency.ts';

interface Settings {
  /** The largest standard error of the map, a share of its size. */
  readonly tolerance: number;
  /** Standard deviation of the noise, as a fraction of the pixel range. */
  readonly noise: number;
  readonly seed: number;
}

/** Noisy versions of an image at most. */
const most = 1000;
/** Noisy versions between two looks at the error. */
const atOnce = 8;

/** An image's gradients so far, summed up by element. */
interface Sums {
  readonly image: Tensor<'float32'>;
  readonly target: Target;
  readonly sum: Float64Array;
  readonly squares: Float64Array;
  /** How many. */
  readonly samples: number;
}

/**
 * SmoothGrad with as many noisy versions as it takes for the mean's own standard error to be within a tolerance: the root of the
 * sum over elements of variance / samples, as a share of the root of the sum of their squared means. All images get the same noise.
 */
export async function smoothToTolerance(classifier: Classifier, settings: Settings): Promise<Explainer> {
  const gradients = await saliency().compile(classifier);
  const amplitude = noiseAmplitude(settings.noise, classifier.input);
  const size = amplitude.data.length;
  const keys = noiseKeys(random(settings.seed), most);

  return {
    async attribute(images, targets): Promise<Attribution> {
      const weights = checkedWeights(classifier, images, targets);
      const done: Sums[] = [];
      for (const [i, target] of targets.entries()) done.push(await averaged(rows(images, i, i + 1), target));
      return {
        values: concatRows(done.map(({ sum, samples }) => meanOf(images, sum, samples))),
        scores: await explainedScores(classifier, images, weights),
        notesByImage: done.map((one) => [noteOf(one, settings.tolerance)]),
      };
    },
    release: () => gradients.release(),
  };

  async function averaged(image: Tensor<'float32'>, target: Target): Promise<Sums> {
    let sums: Sums = { image, target, sum: new Float64Array(size), squares: new Float64Array(size), samples: 0 };
    while (sums.samples < most && !(standardError(sums) <= settings.tolerance)) sums = await more(sums);
    return sums;
  }

  async function more({ image, target, sum, squares, samples }: Sums): Promise<Sums> {
    const noise = noiseImagesOf(keys.subarray(samples, samples + atOnce), classifier.input);
    const noisy = noise.data.map((value, i) => (image.data[i % size] ?? 0) + value * (amplitude.data[i % size] ?? 0));
    const targets = Array.from({ length: atOnce }, () => target);
    const { values } = await gradients.attribute(float32(noise.dims, noisy), targets);
    for (let i = 0; i < values.data.length; i++) {
      const [at, value] = [i % size, values.data[i] ?? 0];
      sum[at] = (sum[at] ?? 0) + value;
      squares[at] = (squares[at] ?? 0) + value * value;
    }
    return { image, target, sum, squares, samples: samples + atOnce };
  }
}

/** Of the mean, as a share of its size; infinite before there are samples, 0 for maps that are 0. */
function standardError({ sum, squares, samples }: Pick<Sums, 'sum' | 'squares' | 'samples'>): number {
  if (samples < 2) return Number.POSITIVE_INFINITY;
  let [variance, means] = [0, 0];
  for (let i = 0; i < sum.length; i++) {
    const mean = (sum[i] ?? 0) / samples;
    variance += Math.max(0, (squares[i] ?? 0) - samples * mean * mean) / (samples - 1);
    means += mean * mean;
  }
  return variance === 0 ? 0 : Math.sqrt(variance / samples / means);
}

function meanOf({ dims }: Tensor, sum: Float64Array, samples: number): Tensor<'float32'> {
  return float32(
    [1, ...dims.slice(1)],
    Float32Array.from(sum, (value) => value / samples),
  );
}

function noteOf(sums: Sums, tolerance: number): string {
  const error = standardError(sums);
  const percent = (share: number) => `${Number((100 * share).toPrecision(2))}%`;
  const reached = error <= tolerance ? '' : `; the tolerance of ${percent(tolerance)} was not reached with so many`;
  return `Mean of ${sums.samples} noisy versions: standard error ${percent(error)} of the map's size${reached}.`;
}
