import { type Explanation, explain } from '../../../attribution/explain.ts';
import type { Dataset } from '../../../datasets/dataset.ts';
import { imageAt, type LabelledImages } from '../../../datasets/labelledImages.ts';
import type { Classifier } from '../../../model/classifier.ts';
import { toInput } from '../../../model/pixels.ts';
import { concatRows, type Tensor } from '../../../onnx/tensor.ts';
import type { NamedImage } from '../../../report/explanation/explainedView.ts';
import type { PaperProgress } from '../../paper.ts';
import type { Certificate } from '../certificate.ts';
import { pixelDeviations } from '../certifiedWeights.ts';
import { comparedMethods } from '../comparedMethods.ts';
import type { Energy } from '../energy.ts';
import type { MeasuredFreedom } from '../freedom.ts';
import { compileNoncontributing, type NoncontributingMap, type NoncontributingSettings } from '../noncontributing.ts';
import { paperSchedule, type SearchSchedule } from '../schedules.ts';
import { type ChallengedProof, challengedProofs, proofsOf } from './challengedProofs.ts';
import { type MapControls, mapControls } from './controls.ts';
import { type NetworkProofs, networkProofs } from './networkProofs.ts';
import { type PaperFigures, paperFigures } from './paperFigures.ts';

/** How much of the experiment is run. */
interface Extent {
  readonly classes: number;
  /** Iterations of the paper's schedule. */
  readonly paperIterations: number;
  /** Noise images that the paper's maps and ours are compared on. */
  readonly energyDraws: number;
  readonly testImages: number;
  /** Images whose maps are compared with those of other networks and of each other. */
  readonly controlImages: number;
  /** Networks with random weights among these. */
  readonly randomNetworks: number;
  /** How hard a counter-example to each proof is looked for. */
  readonly challenge: {
    readonly draws: number;
    readonly structured: number;
    readonly starts: number;
    readonly steps: number;
  };
  /** Images of which it is proved what valid pixels may do. */
  readonly provedImages: number;
}

export const wholeExtent: Extent = {
  classes: 10,
  paperIterations: paperSchedule.iterations,
  energyDraws: 10_000,
  testImages: 100,
  controlImages: 20,
  randomNetworks: 3,
  challenge: { draws: 10_000, structured: 1_000, starts: 10, steps: 100 },
  provedImages: 10,
};

export const quickExtent: Extent = {
  classes: 2,
  paperIterations: 300,
  energyDraws: 1_000,
  testImages: 3,
  controlImages: 2,
  randomNetworks: 1,
  challenge: { draws: 200, structured: 100, starts: 1, steps: 10 },
  provedImages: 2,
};

/** One digit with the paper's search and ours, both with the paper's masks, on the same fresh noise. */
export interface ComparedDigit {
  readonly named: NamedImage;
  readonly explanation: Explanation;
  readonly paper: ComparedMap;
  readonly ours: ComparedMap;
  /** Ours without masks. */
  readonly real: NoncontributingMap;
  /** Ours without masks, with a tolerance under which all scores keep their order: the paper's wording. */
  readonly order: NoncontributingMap;
  /** Of the first digit. */
  readonly figures?: PaperFigures;
  readonly proof: Certificate | null;
}

/** With E on noise that is the same for all maps compared. */
interface ComparedMap extends Energy {
  readonly map: NoncontributingMap;
}

/** One of the test images, with masks and without. */
export interface TestedImage {
  readonly masked: NoncontributingMap & { readonly masked: MeasuredFreedom };
  readonly unmasked: NoncontributingMap;
  readonly proof: ChallengedProof | null;
}

export interface Findings {
  readonly digits: readonly ComparedDigit[];
  readonly tested: readonly TestedImage[];
  readonly controls: MapControls;
  /** What is proved about valid pixels: of the network, and of the same trained without weight decay, where that was. */
  readonly proofs: { readonly decayed: NetworkProofs; readonly undecayed?: NetworkProofs };
}

/** The network, and what it is compared with. */
interface Networks {
  readonly classifier: Classifier;
  /** Trained from other first weights. */
  readonly retrained: Classifier;
  /** Trained without weight decay, where there is time for that. */
  readonly undecayed?: Classifier;
}

/** Everything that is measured of one network. */
export async function experiment(
  { classifier, retrained, undecayed }: Networks,
  { train, test }: Dataset,
  { extent, seed, progress }: { readonly extent: Extent; readonly seed: number; readonly progress: PaperProgress },
): Promise<Findings> {
  const step = { ...extent, seed, progress };
  const digits = await compareDigits(classifier, test, step);
  const images = Array.from({ length: extent.testImages }, (_, i) => namedImage(classifier, test, i).image);
  const others = pastedImages(classifier, test, extent.testImages);
  const unmasked = await maps(classifier, images, { seed, others }, progress, 'Without masks');
  const masked = await maps(classifier, images, { seed, others, masks: 'paper' }, progress, 'With the paper’s masks');
  const proofs = await challengedProofs(classifier, images, {
    challenge: { ...extent.challenge, seed, others },
    progress,
  });
  const tested = images.flatMap((_, i): TestedImage[] => {
    const [without, withMasks] = [unmasked[i], masked[i]];
    return without && withMasks?.masked
      ? [{ unmasked: without, masked: { ...withMasks, masked: withMasks.masked }, proof: proofs[i] ?? null }]
      : [];
  });
  const controls = await mapControls(
    classifier,
    retrained,
    images.slice(0, extent.controlImages),
    unmasked.map(({ amplitude }) => amplitude.data),
    step,
  );
  const firstOnes = Array.from({ length: extent.provedImages }, (_, i) => namedImage(classifier, test, i));
  const proofExtent = { weights: pixelDeviations(train), challenge: { ...extent.challenge, seed, others }, progress };
  const clipped = {
    decayed: await networkProofs(classifier, firstOnes, proofExtent),
    undecayed: undecayed && (await networkProofs(undecayed, firstOnes, proofExtent)),
  };
  return { digits, tested, controls, proofs: clipped };
}

/** Images whose content is pasted: as many as are tested, the last ones of the test data. */
function pastedImages(classifier: Classifier, test: LabelledImages, count: number): Tensor<'float32'> {
  return concatRows(Array.from({ length: count }, (_, i) => namedImage(classifier, test, test.count - 1 - i).image));
}

type Step = Extent & { readonly seed: number; readonly progress: PaperProgress };

async function compareDigits(classifier: Classifier, test: LabelledImages, step: Step): Promise<ComparedDigit[]> {
  const { seed, progress, energyDraws } = step;
  const named = await oneOfEachClass(classifier, test, step.classes);
  const images = named.map(({ image }) => image);
  const masks = 'paper';
  const others = pastedImages(classifier, test, step.testImages);
  const settings = { seed, masks, others } as const;
  const schedule = paperScheduleIn(step.paperIterations);
  const paper = await maps(classifier, images, { ...settings, schedule }, progress, 'The paper’s setting');
  const ours = await maps(classifier, images, settings, progress, 'Ours');
  const real = await maps(classifier, images, { seed, others }, progress, 'Ours, without masks');
  const order = await maps(
    classifier,
    images,
    { seed, others, tolerance: 'order' },
    progress,
    'The order of all scores kept',
  );
  const proofs = await proofsOf(classifier, images, progress);
  const explanations = await explain(classifier, concatRows(images), comparedMethods());
  const pixels = await compileNoncontributing(classifier, settings);
  const compared: ComparedDigit[] = [];
  try {
    for (const [i, digit] of named.entries()) {
      const [explanation, slow, fast, without, ordered] = [explanations[i], paper[i], ours[i], real[i], order[i]];
      if (!explanation || !slow || !fast || !without || !ordered) continue;
      const withEnergy = async (map: NoncontributingMap): Promise<ComparedMap> => {
        const { energy, energyError } = await pixels.measure(digit.image, map.amplitude, energyDraws, energySeed);
        return { map, energy, energyError };
      };
      compared.push({
        named: digit,
        explanation,
        paper: await withEnergy(slow),
        ours: await withEnergy(fast),
        real: without,
        order: ordered,
        figures: compared.length === 0 ? await paperFigures(classifier, digit.image, slow.amplitude, seed) : undefined,
        proof: proofs[i] ?? null,
      });
    }
  } finally {
    await pixels.release();
  }
  return compared;
}

/** The paper's schedule; in fewer iterations, with steps as much larger. */
function paperScheduleIn(iterations: number): SearchSchedule {
  const factor = paperSchedule.iterations / iterations;
  return { ...paperSchedule, iterations, learningRate: (i) => factor * paperSchedule.learningRate(i) };
}

/** The same noise for all maps that are compared. */
const energySeed = 20_180_606;

/** The first test image of each class that the network gets right, as in the paper. */
async function oneOfEachClass(classifier: Classifier, test: LabelledImages, classes: number): Promise<NamedImage[]> {
  const found: NamedImage[] = [];
  for (let label = 0; label < classes; label++) {
    for (let i = 0; i < test.count; i++) {
      if (test.labels[i] !== label) continue;
      const named = namedImage(classifier, test, i);
      const [prediction] = await classifier.predict(named.image);
      if (prediction?.chosen !== label) continue;
      found.push(named);
      break;
    }
  }
  return found;
}

function namedImage({ input }: Classifier, test: LabelledImages, index: number): NamedImage {
  const { data, height, width, label } = imageAt(test, index);
  const image = toInput({ data, height, width, channels: 1 }, input);
  return { name: `test ${index}`, image, truth: label };
}

async function maps(
  classifier: Classifier,
  images: readonly Tensor<'float32'>[],
  settings: NoncontributingSettings,
  progress: PaperProgress,
  what: string,
): Promise<NoncontributingMap[]> {
  const pixels = await compileNoncontributing(classifier, settings);
  const found: NoncontributingMap[] = [];
  try {
    for (const [i, image] of images.entries()) {
      if (i % Math.ceil(images.length / 10) === 0) progress.update(i, images.length, what);
      found.push(await pixels.of(image));
    }
    progress.update(images.length, images.length, what);
  } finally {
    await pixels.release();
  }
  return found;
}
