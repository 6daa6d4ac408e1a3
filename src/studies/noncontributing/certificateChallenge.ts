import type { Classifier } from '../../model/classifier.ts';
import { float32, rows, sizeOf, type Tensor } from '../../onnx/tensor.ts';
import { random } from '../../random/random.ts';
import { ranges } from '../../runtime/portions.ts';
import { scoped } from '../../runtime/release.ts';
import { radiusOf } from './amplitude.ts';
import type { Box } from './certifiedMargins.ts';
import { type Challenged, compileChallenge } from './challengeGraph.ts';
import { changedImage, type StructuredKind, structuredKinds } from './changes/change.ts';
import { changeNoise } from './changes/changeNoise.ts';
import type { NoiseSource } from './uniformNoise.ts';

export interface ChallengeOptions {
  /** The box in which is looked, see `CertifierOptions`. Default 'as-drawn'. */
  readonly box?: Box;
  /** Random noise images, uniform in the box; the same for every image. Default 10,000. */
  readonly draws?: number;
  /** Changes of each structured kind: noise in blocks, blurring, pasted content, mixed. Default: a tenth of the draws. */
  readonly structured?: number;
  /** Images whose content is pasted, [m, ...]; by default the image itself mirrored and shifted. */
  readonly others?: Tensor<'float32'>;
  /** Where descents and walks from corner to corner start: the image itself, the others random corners of the box. Default 10. */
  readonly starts?: number;
  /** Steps of each descent. Default 100. */
  readonly steps?: number;
  readonly seed?: number;
}

/** The smallest score differences found for an image: below 0 is a counter-example. */
export interface Challenge {
  readonly byDraws: number;
  readonly byDescent: number;
  /** By walks along corners of the box: in each step to the one that the gradient's signs point to. */
  readonly byCorners: number;
  readonly byChange: Readonly<Record<StructuredKind, number>>;
  /** The smallest of all of them. */
  readonly lowest: number;
}

/** Steps of a walk from corner to corner: it soon comes back to where it was. */
const cornerSteps = 12;

/**
 * Looks for a change within the amplitudes that alters the decision: by independent noise x + u w, |u| <= 1; by structured changes; by projected
 * gradient descent (Madry et al. 2018) with the sign of the gradient; and along the corners of the box. What it finds is an upper end of what a proof can say.
 * @param images [n, ...]; @param amplitude in their shape, in units of the pixel range.
 */
export async function challenge(
  classifier: Classifier,
  images: Tensor<'float32'>,
  amplitude: Tensor<'float32'>,
  options: ChallengeOptions = {},
): Promise<Challenge[]> {
  const { box = 'as-drawn', draws = 10_000, starts = 10, steps = 100, seed = 1, others } = options;
  const { structured = Math.ceil(draws / 10) } = options;
  const { input, batchSize } = classifier;
  const decided = (await classifier.predict(images)).map(({ chosen }) => chosen);
  return scoped(async (keep) => {
    const compiled = await keep(compileChallenge(classifier, box));
    const challenged = decided.map((own, i) => ({
      image: rows(images, i, i + 1),
      amplitude: rows(amplitude, i, i + 1),
      decided: own,
    }));
    const source = random(seed);
    const byDraws = challenged.map(() => Number.POSITIVE_INFINITY);
    for (const { from, to } of ranges(draws, batchSize)) {
      const noise = noiseOf(to - from, images.dims, () => 2 * source.uniform() - 1);
      for (const [i, one] of challenged.entries()) {
        byDraws[i] = Math.min(byDraws[i] ?? 0, ...(await compiled.margins(one, noise)));
      }
    }

    async function lowestOf(one: Challenged, noise: NoiseSource<'float32'>): Promise<number> {
      let lowest = Number.POSITIVE_INFINITY;
      for (const { from, to } of ranges(structured, batchSize)) {
        lowest = Math.min(lowest, ...(await compiled.margins(one, noise(to - from))));
      }
      return lowest;
    }

    async function byStructure(one: Challenged) {
      const changed = changedImage(input, one.image, others);
      const radius = radiusOf(one.amplitude, input);
      const found = { blocks: 0, blur: 0, pasted: 0, mixed: 0 };
      for (const kind of structuredKinds) found[kind] = await lowestOf(one, changeNoise(kind, changed, radius, seed));
      return found;
    }

    const begins = noiseOf(starts, images.dims, () => (source.uniform() < 0.5 ? -1 : 1));
    begins.data.fill(0, 0, sizeOf(images.dims.slice(1)));
    /** @param rate of a step, in amplitudes: 2 is from any corner to any other. */
    async function descend(one: Challenged, count: number, rate: (step: number) => number): Promise<number> {
      let lowest = Number.POSITIVE_INFINITY;
      for (const { from, to } of ranges(starts, batchSize)) {
        let noise = rows(begins, from, to);
        for (let step = 0; step < count; step++) {
          const descended = await compiled.descend(one, noise, rate(step));
          lowest = Math.min(lowest, ...descended.margins);
          noise = descended.noise;
        }
        lowest = Math.min(lowest, ...(await compiled.margins(one, noise)));
      }
      return lowest;
    }

    const found: Challenge[] = [];
    for (const [i, one] of challenged.entries()) {
      const each = {
        byDraws: byDraws[i] ?? Number.POSITIVE_INFINITY,
        // Long steps first, short ones last: from 0.2 to 0.01 of the amplitude.
        byDescent: await descend(one, steps, (step) => 0.2 * 0.05 ** (step / Math.max(1, steps - 1))),
        byCorners: await descend(one, cornerSteps, () => 2),
      };
      const byChange = await byStructure(one);
      found.push({ ...each, byChange, lowest: Math.min(...Object.values(each), ...Object.values(byChange)) });
    }
    return found;
  });
}

function noiseOf(count: number, dims: readonly number[], next: () => number): Tensor<'float32'> {
  const shape = [count, ...dims.slice(1)];
  return float32(shape, Float32Array.from({ length: sizeOf(shape) }, next));
}
