import { explainedScores } from '../../attribution/explainedScores.ts';
import type { Attribution, Explainer } from '../../attribution/explainer.ts';
import { checkedWeights } from '../../attribution/explanationGraph.ts';
import { withMapNotes } from '../../attribution/mapNotes.ts';
import { method } from '../../attribution/method.ts';
import { type Resolved, seedOption } from '../../attribution/options.ts';
import type { Classifier } from '../../model/classifier.ts';
import { imageDims } from '../../model/inputDescription.ts';
import { concatRows, float32, rows, sizeOf, type Tensor } from '../../onnx/tensor.ts';
import { type FreedomFinding, freedomFinding } from './freedom.ts';
import { compileNoncontributing, type NoncontributingPixels } from './noncontributing.ts';
import { defaultSchedule, fastDefaults, fastSchedule, type SearchSchedule } from './schedules.ts';

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
  seed: seedOption,
} as const;

type Settings = Resolved<typeof options>;

/**
 * Non-contributing pixels (Ikeno, Hara & Washio 2018) without masks, as a map of the image: see `compileNoncontributing`. The
 * map is of the decision, whatever the target; what its noise was measured to do is beside it, see `freedomOf`.
 */
export const noncontributing = method({
  id: 'noncontributing',
  title: 'Non-contributing pixels',
  about:
    'How much noise every pixel could have, all of them at once, each its own, without changing the decision: 1 is the whole pixel range. Other changes of that size may change it.',
  unit: 'pixel ranges',
  explains: 'decision',
  options,
  create: (settings) => ({
    settingsFor: (classifier) => {
      const { iterations, images } = scheduleFor(classifier, settings);
      return { ...settings, iterations, noiseImages: images };
    },
    compile: (classifier) => compile(classifier, settings),
  }),
});

function scheduleFor(classifier: Classifier, { iterations }: Settings): SearchSchedule {
  const automatic = defaultSchedule(classifier);
  return iterations === 0 ? automatic : fastSchedule({ ...automatic, iterations });
}

async function compile(classifier: Classifier, settings: Settings): Promise<Explainer> {
  const { tolerance, draws, seed } = settings;
  const pixels = await compileNoncontributing(classifier, {
    schedule: scheduleFor(classifier, settings),
    tolerance: { ofMargin: tolerance },
    draws,
    seed,
  });
  const explainer: Explainer = {
    async attribute(images, targets): Promise<Attribution> {
      const weights = checkedWeights(classifier, images, targets);
      const found = await eachImage(pixels, images);
      return {
        values: concatRows(found.map(({ amplitude }) => overChannels(amplitude, classifier))),
        scores: await explainedScores(classifier, images, weights),
        findings: found.map(({ finding }) => finding),
      };
    },
    release: () => pixels.release(),
  };
  return withMapNotes(explainer, classifier, 'changes');
}

/** One after the other: each image's own search fills the batches. */
async function eachImage(
  pixels: NoncontributingPixels,
  images: Tensor<'float32'>,
): Promise<{ readonly amplitude: Tensor<'float32'>; readonly finding: FreedomFinding }[]> {
  const found: { amplitude: Tensor<'float32'>; finding: FreedomFinding }[] = [];
  for (let i = 0; i < (images.dims[0] ?? 0); i++) {
    const { amplitude, meanAmplitude, free, measured, structured, attacked } = await pixels.of(rows(images, i, i + 1));
    found.push({ amplitude, finding: freedomFinding({ meanAmplitude, free, measured, structured, attacked }) });
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
