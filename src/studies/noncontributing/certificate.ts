import { ArgumentError } from '../../argumentError.ts';
import { type Classifier, checkImages } from '../../model/classifier.ts';
import { decisionsOf } from '../../model/decision.ts';
import { concatRows, float32, rows, sizeOf, type Tensor } from '../../onnx/tensor.ts';
import { scoped, together } from '../../runtime/release.ts';
import {
  better,
  type CheckedBound,
  type ChosenNumbers,
  chosenFor,
  compileCheck,
  largestScaled,
  largestUniform,
  type Proved,
} from './certificateCheck.ts';
import { type Candidate, compileSearch, type KeptMargins, startOf } from './certificateSearch.ts';
import { inImageShape, sharedByChannels } from './certificateShapes.ts';
import type { BoundKind, Box } from './certifiedMargins.ts';
import { NoClassError } from './errors.ts';
import { checkPixelRange } from './pixelRange.ts';

export type { CheckedBound, CheckedMargin } from './certificateCheck.ts';
export type { BoundKind, Box } from './certifiedMargins.ts';

export interface CertifierOptions {
  /** How margins are bounded; both are proofs, and the linear one proves more. Default 'linear'. */
  readonly bound?: BoundKind;
  /**
   * Which images the statement is about: 'as-drawn', all x + u w with |u| <= 1 (default); 'clipped', of those only what a
   * picture can show, each pixel within its valid range.
   */
  readonly box?: Box;
  /**
   * How the values between layers are bounded: by intervals ('interval', the default), or by linear functions of the pixels too
   * ('linear'): a larger certificate, some thirty times slower.
   */
  readonly inner?: BoundKind;
  /** One amplitude for all channels of a pixel ('pixel', the default) or one for each channel. */
  readonly amplitudes?: 'pixel' | 'channel';
  /**
   * What each pixel's amplitude counts for, in the shape of one image's amplitudes: the mean by these weights is maximised, such as
   * by each pixel's standard deviation over the training data (`pixelDeviations`), so that what never varies counts for nothing.
   * By default all count the same.
   */
  readonly weights?: Float32Array;
  /** Iterations of the search; each is one batched run. */
  readonly steps?: number;
  readonly progress?: (done: number, total: number) => void;
}

/** What is proved of one image. */
export interface Certificate {
  /** Noise amplitude of every input element, in units of the pixel range, 0 to 1: the model input's shape [1, ...]. */
  readonly amplitude: Tensor<'float32'>;
  readonly meanAmplitude: number;
  /** The mean by the weights; without weights the same. */
  readonly weightedAmplitude: number;
  /** The class that is kept. */
  readonly decided: number;
  /** The clean image's smallest score difference, the decided class against any other. */
  readonly margin: number;
  /** The largest amplitude, the same for all pixels, that the same bound certifies. */
  readonly uniform: number;
  readonly bound: BoundKind;
  readonly box: Box;
  /** Proved: the smallest score difference over the whole box is at least this, which is above 0. Rounding is taken off. */
  readonly lowestMargin: number;
  /** What rounding could account for at most: taken off already. */
  readonly roundingMargin: number;
  /** What the bound chose freely, from the scores back to the pixels: with it, the proof can be done again. */
  readonly chosen: readonly ChosenNumbers[];
  /** Its share of the time that its batch took. */
  readonly seconds: number;
}

export interface Certifier {
  /**
   * One certificate for each image of [n, ...]; null where nothing can be proved: two classes share the largest score, or the
   * margin is within what rounding may account for.
   */
  certify(images: Tensor<'float32'>): Promise<readonly (Certificate | null)[]>;
  /**
   * The proved smallest score difference over the box of each image, of the decided class against any other. Above 0: no
   * noise within the amplitudes changes the class.
   * @param amplitude [n, ...] in the images' shape, in units of the pixel range.
   * @param refinement how often a linear bound's free choices are made better; 0 is quick and proves less. By default as in a search.
   */
  check(images: Tensor<'float32'>, amplitude: Tensor<'float32'>, refinement?: number): Promise<readonly CheckedBound[]>;
  release(): Promise<void>;
}

/** Steps of each search by default: more gave no larger amplitudes. */
const defaultSteps = 60;
/** A search's amplitudes are checked this often, and the largest that hold are kept. */
const checks = 3;

/**
 * Builds the graphs once for a classifier.
 * @throws UnboundedOperatorsError naming every operator on the way from the pixels to the scores that has no bound.
 * @throws ProofTooLargeError where one image's bounds do not fit in memory.
 * @throws NoClassError for a model of values, whose decision is no class.
 */
export async function compileCertifier(classifier: Classifier, options: CertifierOptions = {}): Promise<Certifier> {
  const {
    bound = 'linear',
    box = 'as-drawn',
    inner = 'interval',
    amplitudes = 'pixel',
    steps = defaultSteps,
    progress,
  } = options;
  checkHasClasses(classifier);
  return together(async (keep) => {
    const weights = weightsOf(classifier, amplitudes, options.weights);
    const checker = await keep(compileCheck(classifier, { bound, box, inner, amplitudes, weights }));
    // Each begins where the one before it ended, which costs a fraction of its own steps.
    const byIntervals = await keep(compileSearch(classifier, { bound: 'interval', box, amplitudes, weights }));
    const byLines =
      bound === 'linear' ? await keep(compileSearch(classifier, { bound, box, amplitudes, weights })) : undefined;
    const byInner =
      inner === 'linear'
        ? await keep(compileSearch(classifier, { bound, box, inner, amplitudes, weights }))
        : undefined;
    const searches = [byIntervals, byLines, byInner].filter((search) => search !== undefined);
    const choosing = byInner ?? byLines;
    // A bound has a row for each rival class and several values for one of the forward pass.
    const rivals = bound === 'linear' ? classifier.classCount - 1 : 1;
    const atOnce = Math.max(1, Math.floor(classifier.batchSize / Math.max(4, rivals)));
    // Bounds of inner layers have millions of coefficients an image.
    const batchSize = inner === 'linear' ? 1 : atOnce;

    /** The best amplitudes that hold of those that the searches go through. */
    async function follow(kept: KeptMargins, onStep: () => void): Promise<Proved[] | undefined> {
      let best: Proved[] | undefined;
      let last = startOf(checker, kept.decided.length);
      for (const [k, search] of searches.entries()) {
        if (k === 1) last = await checker.initial(kept, last);
        const isLast = k === searches.length - 1;
        let step = 0;
        for await (const candidate of search.run(kept, last, steps, 'all')) {
          step += 1;
          last = candidate;
          onStep();
          const due = isLast && step % Math.ceil(steps / checks) === 0;
          // What a linear check needs chosen, a search by intervals has not.
          if (due || (step === steps && (isLast || k > 0)))
            best = better(best, await largestScaled(checker, kept, candidate));
        }
      }
      return best;
    }

    async function certifyBatch(kept: KeptMargins, onStep: () => void): Promise<(Certificate | undefined)[]> {
      const begun = performance.now();
      const count = kept.decided.length;
      const uniform = await largestUniform(checker, kept);
      const best = better(uniform, (await follow(kept, onStep)) ?? uniform);
      const seconds = (performance.now() - begun) / 1000 / count;
      return best.map((found, i) =>
        found.lowestMargin > 0
          ? {
              ...found,
              amplitude: inImageShape(found.amplitude, kept.images.dims),
              decided: kept.decided[i] ?? 0,
              margin: kept.margins[i] ?? 0,
              uniform: uniform[i]?.meanAmplitude ?? 0,
              bound,
              box,
              seconds,
            }
          : undefined,
      );
    }

    return {
      async certify(images: Tensor<'float32'>) {
        const kept = await decisions(classifier, images, box);
        const clear = kept.margins.flatMap((margin, i) => (margin > 0 ? [i] : []));
        const certificates = new Map<number, Certificate>();
        const all = Math.ceil(clear.length / batchSize) * steps * searches.length;
        let done = 0;
        const onStep = () => {
          done += 1;
          progress?.(done, all);
        };
        for (let from = 0; from < clear.length; from += batchSize) {
          const chosen = clear.slice(from, from + batchSize);
          const batch = await certifyBatch(only(kept, chosen), onStep);
          batch.forEach((certificate, i) => {
            if (certificate) certificates.set(chosen[i] ?? 0, certificate);
          });
        }
        return kept.margins.map((_, i) => certificates.get(i) ?? null);
      },
      async check(images: Tensor<'float32'>, amplitude: Tensor<'float32'>, refinement = steps) {
        const kept = await decisions(classifier, images, box);
        const indices = kept.margins.map((_, i) => i);
        const checked: CheckedBound[] = [];
        for (let from = 0; from < indices.length; from += batchSize) {
          const batch = only(kept, indices.slice(from, from + batchSize));
          const own = sharedByChannels(rows(amplitude, from, from + batch.decided.length), checker.amplitudeDims);
          let candidate = await checker.initial(batch, { amplitude: own, choices: {} });
          const margins = async (tried: Candidate) =>
            (await checker.run(batch, tried)).map((found, i) => ({
              ...found,
              chosen: chosenFor(checker, tried.choices, i),
            }));
          let found = await margins(candidate);
          if (choosing && refinement > 0) {
            for await (const next of choosing.run(batch, candidate, refinement, 'choices')) candidate = next;
            const chosen = await margins(candidate);
            found = found.map((plain, i) => {
              const better = chosen[i];
              return better && better.lowestMargin > plain.lowestMargin ? better : plain;
            });
          }
          checked.push(...found);
        }
        return checked;
      },
    };
  });
}

/** The weights, mean 1, in the shape of one image's amplitudes. @throws ArgumentError */
function weightsOf(
  { facts, inputName, input }: Classifier,
  amplitudes: 'pixel' | 'channel',
  given: Float32Array | undefined,
): Tensor<'float32'> | undefined {
  if (!given) return undefined;
  const dims = (facts.get(inputName)?.dims.slice(1) ?? []).map((dim, i) =>
    amplitudes === 'pixel' && i === (input.layout === 'NCHW' ? 0 : 2) ? 1 : dim,
  );
  const mean = given.reduce((sum, value) => sum + value, 0) / given.length;
  if (given.length === sizeOf(dims) && mean > 0 && given.every((value) => value >= 0))
    return float32(
      [1, ...dims],
      given.map((value) => value / mean),
    );
  throw new ArgumentError(
    `The weights of amplitudes are ${sizeOf(dims)} numbers from 0, one at least above it, not ${given.length} with a mean of ${mean}.`,
  );
}

/** Certificates for some images of one classifier, with a certifier of its own. */
export async function certify(
  classifier: Classifier,
  images: Tensor<'float32'>,
  options: CertifierOptions = {},
): Promise<readonly (Certificate | null)[]> {
  return scoped(async (keep) => {
    const certifier = await keep(compileCertifier(classifier, options));
    return await certifier.certify(images);
  });
}

/** @throws NoClassError */
export function checkHasClasses({ scores }: Pick<Classifier, 'scores'>): void {
  if (scores.tolerance === undefined) return;
  throw new NoClassError(
    'Nothing can be certified of this model: a certificate says that a class stays, and the model gives a number. Leave --certify out.',
  );
}

/** @throws PixelRangeError for images that are not of valid pixels, where the box is of these. */
async function decisions(classifier: Classifier, images: Tensor<'float32'>, box: Box): Promise<KeptMargins> {
  checkImages(classifier, images);
  if (box === 'clipped') {
    for (let i = 0; i < (images.dims[0] ?? 0); i++) checkPixelRange(rows(images, i, i + 1).data, classifier.input);
  }
  const found = decisionsOf(await classifier.scoresOf(images), classifier.scores);
  return { images, decided: found.map(({ chosen }) => chosen), margins: found.map(({ margin }) => margin) };
}

function only({ images, decided, margins }: KeptMargins, indices: readonly number[]): KeptMargins {
  return {
    images: concatRows(indices.map((i) => rows(images, i, i + 1))),
    decided: indices.map((i) => decided[i] ?? 0),
    margins: indices.map((i) => margins[i] ?? 0),
  };
}
