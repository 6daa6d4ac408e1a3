import { explainedScores } from '../../attribution/explainedScores.ts';
import { checkedWeights } from '../../attribution/explanationGraph.ts';
import type { Freedom } from '../../attribution/freedom.ts';
import { withMapNotes } from '../../attribution/mapNotes.ts';
import type { Attribution, Explainer, Method, MethodKind } from '../../attribution/method.ts';
import { type MethodOptions, resolveOptions } from '../../attribution/options.ts';
import type { Classifier } from '../../model/classifier.ts';
import { imageDims } from '../../model/inputDescription.ts';
import { concatRows, float32, rows, sizeOf, type Tensor } from '../../onnx/tensor.ts';
import { compileNoncontributing, type NoncontributingPixels } from './noncontributing.ts';
import { defaultSchedule, fastDefaults, fastSchedule, type SearchSchedule } from './schedules.ts';

const description = {
  id: 'noncontributing',
  title: 'Non-contributing pixels',
  about:
    'How far every pixel could change, all of them at once, without changing the decision: 1 is by the whole pixel range.',
  unit: 'pixel ranges',
};

const options = {
  iterations: {
    about: `steps of the search for the largest noise that leaves the decision as it is; 0: ${fastDefaults.iterations}, or half as many for large models`,
    default: 0,
    whole: true,
    min: 0,
    max: 1_000_000,
  },
  tolerance: {
    about: 'by how much scores may change, as a share of the margin between the two best',
    default: 0.5,
    whole: false,
    min: 1e-6,
    max: 1,
  },
  draws: {
    about: 'fresh noise images that the result is measured on',
    default: 2_000,
    whole: true,
    min: 1,
    max: 1_000_000,
  },
  seed: { about: 'where the random numbers start', default: 0, whole: true, min: 0, max: 0xffffffff },
} as const;

/**
 * Non-contributing pixels (Ikeno, Hara & Washio 2018) without masks, as a map of the image: see `compileNoncontributing`. The
 * map is of the decision, whatever the target.
 * @throws MethodOptionError
 */
export function noncontributing(settings: MethodOptions<typeof options> = {}): Method {
  const resolved = resolveOptions(description.id, options, settings);
  const scheduleFor = (classifier: Classifier): SearchSchedule => {
    const automatic = defaultSchedule(classifier);
    return resolved.iterations === 0 ? automatic : fastSchedule({ ...automatic, iterations: resolved.iterations });
  };
  return {
    ...description,
    shows: 'freedom',
    settings: resolved,
    settingsFor: (classifier) => {
      const { iterations, images } = scheduleFor(classifier);
      return { ...resolved, iterations, noiseImages: images };
    },
    async compile(classifier) {
      const { tolerance, draws, seed } = resolved;
      const pixels = await compileNoncontributing(classifier, {
        schedule: scheduleFor(classifier),
        tolerance: { ofMargin: tolerance },
        draws,
        seed,
      });
      const explainer: Explainer = {
        async attribute(images, targets): Promise<Attribution> {
          const weights = checkedWeights(classifier, images, targets);
          const found = await eachImage(pixels, images);
          const values = found.map(({ amplitude }) => overChannels(amplitude, classifier));
          return {
            values: concatRows(values),
            scores: await explainedScores(classifier, images, weights),
            freedom: found.map(({ freedom }) => freedom),
          };
        },
        release: () => pixels.release(),
      };
      return withMapNotes(explainer, classifier, 'scores');
    },
  };
}

export const noncontributingKind: MethodKind = { ...description, options, create: noncontributing };

/** One after the other: each image's own search fills the batches. */
async function eachImage(
  pixels: NoncontributingPixels,
  images: Tensor<'float32'>,
): Promise<{ readonly amplitude: Tensor<'float32'>; readonly freedom: Freedom }[]> {
  const found: { amplitude: Tensor<'float32'>; freedom: Freedom }[] = [];
  for (let i = 0; i < (images.dims[0] ?? 0); i++) {
    const { amplitude, meanAmplitude, free, measured } = await pixels.of(rows(images, i, i + 1));
    found.push({ amplitude, freedom: { meanAmplitude, free, measured } });
  }
  return found;
}

/** An amplitude that a pixel's channels share, for each of them: in the image's shape. */
function overChannels({ data }: Tensor<'float32'>, { input }: Classifier): Tensor<'float32'> {
  const dims = imageDims(input);
  const size = sizeOf(dims);
  const { layout, channels } = input;
  const pixels = size / channels;
  return float32(
    [1, ...dims],
    Float32Array.from({ length: size }, (_, i) => data[layout === 'NCHW' ? i % pixels : Math.floor(i / channels)] ?? 0),
  );
}
