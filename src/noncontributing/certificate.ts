import type { Classifier } from '../classifier/classifier.ts';
import { checkImages } from '../classifier/classifier.ts';
import { InvalidInputError } from '../classifier/errors.ts';
import { prune } from '../onnx/prune.ts';
import { concatRows, float32, rows, sizeOf, type Tensor } from '../onnx/tensor.ts';
import { floatOutputOf } from '../runtime/runtime.ts';
import { type AmplitudeSearch, type Candidate, compileSearch, type KeptMargins, startOf } from './certificateSearch.ts';
import { addMargins, type BoundKind, type Box, floatOutputs, type Kept, type MarginGraph, type MarginOptions } from './certifiedMargins.ts';

export type { BoundKind, Box } from './certifiedMargins.ts';

export interface CertifierOptions {
  /** How margins are bounded; both are proofs, and the linear one proves more. Default 'linear'. */
  readonly bound?: BoundKind;
  /**
   * Which images the statement is about: 'as-drawn', all x + u w with |u| <= 1 (default); 'clipped', of those only what a
   * picture can show, each pixel within its valid range.
   */
  readonly box?: Box;
  /** One amplitude for all channels of a pixel ('pixel', the default) or one for each channel. */
  readonly amplitudes?: 'pixel' | 'channel';
  /** Iterations of the search; each is one batched run. */
  readonly steps?: number;
  readonly progress?: (done: number, total: number) => void;
}

/** What is proved of one image. */
export interface Certificate {
  /** Noise amplitude of every input element, in units of the pixel range, 0 to 1: the model input's shape [1, ...]. */
  readonly amplitude: Tensor<'float32'>;
  readonly meanAmplitude: number;
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
  /** Its share of the time that its batch took. */
  readonly seconds: number;
}

/** What a check says of one image. */
export interface CheckedMargin {
  readonly lowestMargin: number;
  readonly roundingMargin: number;
}

export interface Certifier {
  /** One certificate for each image of [n, ...]; null where two classes share the largest score: there is nothing to keep. */
  certify(images: Tensor<'float32'>): Promise<readonly (Certificate | null)[]>;
  /**
   * The proved smallest score difference over the box of each image, of the decided class against any other. Above 0: no
   * noise within the amplitudes changes the class.
   * @param amplitude [n, ...] in the images' shape, in units of the pixel range.
   */
  check(images: Tensor<'float32'>, amplitude: Tensor<'float32'>): Promise<readonly CheckedMargin[]>;
  release(): Promise<void>;
}

/** Steps of each search by default: more gave no larger amplitudes. */
const defaultSteps = 60;
/** A search's amplitudes are checked this often, and the largest that hold are kept. */
const checks = 3;

/**
 * Builds the graphs once for a classifier.
 * @throws UnboundedOperatorsError naming every operator on the way from the pixels to the scores that has no bound.
 */
export async function compileCertifier(classifier: Classifier, options: CertifierOptions = {}): Promise<Certifier> {
  const { bound = 'linear', box = 'as-drawn', amplitudes = 'pixel', steps = defaultSteps, progress } = options;
  const checker = await compileCheck(classifier, { bound, box, amplitudes });
  const byIntervals = await compileSearch(classifier, { bound: 'interval', box, amplitudes });
  const byLines = bound === 'linear' ? await compileSearch(classifier, { bound, box, amplitudes }) : undefined;
  // A bound has a row for each rival class and several values for one of the forward pass.
  const rivals = bound === 'linear' ? classifier.classCount - 1 : 1;
  const batchSize = Math.max(1, Math.floor(classifier.batchSize / Math.max(4, rivals)));

  /** Keeps the best amplitudes that hold of those that a search goes through. */
  async function follow(kept: KeptMargins, search: AmplitudeSearch, from: Candidate, done: number, all: number) {
    let best: Proved[] | undefined;
    let last = from;
    let step = 0;
    for await (const candidate of search.run(kept, from, steps, 'all')) {
      step += 1;
      last = candidate;
      progress?.(done + step, all);
      const due = step % Math.ceil(steps / checks) === 0 || step === steps;
      if (due && search === (byLines ?? byIntervals)) best = better(best, await largestScaled(checker, kept, candidate));
    }
    return { best, last };
  }

  async function certifyBatch(kept: KeptMargins): Promise<(Certificate | undefined)[]> {
    const begun = performance.now();
    const count = kept.decided.length;
    const uniform = await largestUniform(checker, kept);
    const all = byLines ? 2 * steps : steps;
    const first = await follow(kept, byIntervals, startOf(checker, count), 0, all);
    const second = byLines && (await follow(kept, byLines, await checker.initial(kept, first.last), steps, all));
    const best = better(uniform, second?.best ?? first.best ?? uniform);
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
    async certify(images) {
      const kept = await decisions(classifier, images);
      const clear = kept.margins.flatMap((margin, i) => (margin > 0 ? [i] : []));
      const certificates = new Map<number, Certificate>();
      for (let from = 0; from < clear.length; from += batchSize) {
        const chosen = clear.slice(from, from + batchSize);
        const batch = await certifyBatch(only(kept, chosen));
        batch.forEach((certificate, i) => {
          if (certificate) certificates.set(chosen[i] ?? 0, certificate);
        });
      }
      return kept.margins.map((_, i) => certificates.get(i) ?? null);
    },
    async check(images, amplitude) {
      const kept = await decisions(classifier, images);
      const indices = kept.margins.map((_, i) => i);
      const checked: CheckedMargin[] = [];
      for (let from = 0; from < indices.length; from += batchSize) {
        const batch = only(kept, indices.slice(from, from + batchSize));
        const own = sharedByChannels(rows(amplitude, from, from + batch.decided.length), checker.amplitudeDims);
        let candidate = await checker.initial(batch, { amplitude: own, choices: {} });
        let found = await checker.run(batch, candidate);
        if (byLines) {
          for await (const next of byLines.run(batch, candidate, steps, 'choices')) candidate = next;
          const chosen = await checker.run(batch, candidate);
          found = found.map((plain, i) => ((chosen[i]?.lowestMargin ?? 0) > plain.lowestMargin ? (chosen[i] ?? plain) : plain));
        }
        checked.push(...found);
      }
      return checked;
    },
    async release() {
      await checker.release();
      await byIntervals.release();
      await byLines?.release();
    },
  };
}

/** Certificates for some images of one classifier, with a certifier of its own. */
export async function certify(
  classifier: Classifier,
  images: Tensor<'float32'>,
  options: CertifierOptions = {},
): Promise<readonly (Certificate | null)[]> {
  const certifier = await compileCertifier(classifier, options);
  try {
    return await certifier.certify(images);
  } finally {
    await certifier.release();
  }
}

async function decisions(classifier: Classifier, images: Tensor<'float32'>): Promise<KeptMargins> {
  checkImages(classifier, images);
  const predictions = await classifier.predict(images);
  const decided = predictions.map(({ chosen }) => chosen);
  const margins = predictions.map(({ scores, chosen }) => {
    const others = scores.filter((_, i) => i !== chosen);
    return (scores[chosen] ?? 0) - Math.max(...others);
  });
  return { images, decided, margins };
}

function only({ images, decided, margins }: KeptMargins, indices: readonly number[]): KeptMargins {
  return {
    images: concatRows(indices.map((i) => rows(images, i, i + 1))),
    decided: indices.map((i) => decided[i] ?? 0),
    margins: indices.map((i) => margins[i] ?? 0),
  };
}

interface Checker extends Pick<MarginGraph, 'amplitudeDims'> {
  run(kept: Kept, candidate: Candidate): Promise<CheckedMargin[]>;
  /** The same amplitudes with what the bound chooses by default for them. */
  initial(kept: Kept, candidate: Candidate): Promise<Candidate>;
  release(): Promise<void>;
}

/** The bound with all rounding taken off. */
async function compileCheck(classifier: Classifier, options: Omit<MarginOptions, 'rounding'>): Promise<Checker> {
  const margins = addMargins(classifier, { ...options, rounding: true });
  const { builder, inputs, lower, rounding, choices, feeds, amplitudeDims } = margins;
  const compiled = (names: readonly string[], needed: readonly string[]) => {
    const outputs = floatOutputs(names);
    return classifier.runtime.createSession({ ...classifier.model, graph: prune(builder.build(outputs), outputs, needed) });
  };
  const names = [lower, rounding ?? lower];
  const session = await compiled(names, inputs);
  const beginnings = choices.map(({ initial }) => initial);
  const beginning = choices.length > 0 ? await compiled(beginnings, [classifier.inputName, margins.amplitude]) : undefined;
  return {
    amplitudeDims,
    async run(kept, { amplitude, choices }) {
      const values = await session.run(feeds(kept, amplitude, choices));
      const [lowers, taken] = names.map((name) => floatOutputOf(values, name));
      return kept.decided.map((_, i) => {
        const margins = lowers ? [...rows(lowers, i, i + 1).data] : [];
        // NaN, from numbers beyond float32, proves nothing.
        const lowestMargin = margins.some(Number.isNaN) ? Number.NEGATIVE_INFINITY : Math.min(...margins);
        const roundingMargin = taken ? (rows(taken, i, i + 1).data[margins.indexOf(lowestMargin)] ?? 0) : 0;
        return { lowestMargin, roundingMargin };
      });
    },
    async initial({ images }, { amplitude }) {
      if (!beginning) return { amplitude, choices: {} };
      const values = await beginning.run({ [classifier.inputName]: images, [margins.amplitude]: amplitude });
      const chosen = choices.map(({ input, initial }) => [input, floatOutputOf(values, initial)] as const);
      return { amplitude, choices: Object.fromEntries(chosen) };
    },
    async release() {
      await session.release();
      await beginning?.release();
    },
  };
}

interface Proved extends CheckedMargin {
  readonly amplitude: Tensor<'float32'>;
  readonly meanAmplitude: number;
}

/** Halvings of the range in which a factor lies: to a ten-thousandth of it. */
const halvings = 14;

type At = (factors: readonly number[]) => Promise<Candidate>;

/** For each image the largest multiple of its amplitude (none above 1) whose check holds. */
function largestScaled(checker: Checker, kept: Kept, candidate: Candidate): Promise<Proved[]> {
  const at: At = async (factors) => ({ ...candidate, amplitude: scaled(candidate.amplitude, factors) });
  return largest(checker, kept, at, 2);
}

/** For each image the largest amplitude, the same for all pixels, whose check holds. */
function largestUniform(checker: Checker, kept: Kept): Promise<Proved[]> {
  const dims = [kept.decided.length, ...checker.amplitudeDims];
  const ones = float32(dims, new Float32Array(sizeOf(dims)).fill(1));
  return largest(checker, kept, (factors) => checker.initial(kept, { amplitude: scaled(ones, factors), choices: {} }), 1);
}

/** By bisection of a factor for each image; where not even 0 holds, the lowest margin there. */
async function largest(checker: Checker, kept: Kept, at: At, most: number): Promise<Proved[]> {
  const none = await checker.run(kept, await at(kept.decided.map(() => 0)));
  let holds = none.map((checked) => ({ factor: 0, ...checked }));
  let fails = none.map(() => most);
  for (let halving = 0; halving < halvings; halving++) {
    const factors = holds.map(({ factor }, i) => (factor + (fails[i] ?? 0)) / 2);
    const checked = await checker.run(kept, await at(factors));
    holds = holds.map((known, i) => {
      const found = checked[i];
      return found && found.lowestMargin > 0 ? { factor: factors[i] ?? 0, ...found } : known;
    });
    fails = fails.map((known, i) => ((checked[i]?.lowestMargin ?? 0) > 0 ? known : (factors[i] ?? 0)));
  }
  const { amplitude } = await at(holds.map(({ factor }) => factor));
  return holds.map(({ lowestMargin, roundingMargin }, i) => {
    const own = rows(amplitude, i, i + 1);
    const meanAmplitude = own.data.reduce((sum, value) => sum + value, 0) / own.data.length;
    return { lowestMargin, roundingMargin, amplitude: float32(own.dims, own.data.slice()), meanAmplitude };
  });
}

/** Each image's amplitudes times its factor, none above 1. */
function scaled(amplitude: Tensor<'float32'>, factors: readonly number[]): Tensor<'float32'> {
  const size = amplitude.data.length / factors.length;
  return float32(
    amplitude.dims,
    amplitude.data.map((value, at) => Math.min(1, value * (factors[Math.floor(at / size)] ?? 0))),
  );
}

function better(known: readonly Proved[] | undefined, found: readonly Proved[]): Proved[] {
  return found.map((own, i) => {
    const old = known?.[i];
    return old && old.meanAmplitude >= own.meanAmplitude ? old : own;
  });
}

/**
 * Amplitudes in the images' shape as [n, 1, h, w] or [n, h, w, 1], where one number is for all channels of a pixel.
 * @throws InvalidInputError where the channels differ.
 */
function sharedByChannels(amplitude: Tensor<'float32'>, dims: readonly number[]): Tensor<'float32'> {
  const given = amplitude.dims.slice(1);
  const axis = given.findIndex((dim, i) => dim !== dims[i]);
  if (axis < 0) return amplitude;
  const [channels, inner] = [given[axis] ?? 1, sizeOf(given.slice(axis + 1))];
  const at = (outer: number, channel: number, place: number) =>
    amplitude.data[(outer * channels + channel) * inner + place] ?? 0;
  const data = Float32Array.from({ length: amplitude.data.length / channels }, (_, i) => {
    const [outer, place] = [Math.floor(i / inner), i % inner];
    for (let channel = 1; channel < channels; channel++) {
      if (at(outer, channel, place) !== at(outer, 0, place)) {
        throw new InvalidInputError(
          'The amplitudes differ between the channels of a pixel. Make the certifier with amplitudes: "channel".',
        );
      }
    }
    return at(outer, 0, place);
  });
  return float32([amplitude.dims[0] ?? 1, ...dims], data);
}

/** Amplitudes [1, 1, h, w] or [1, h, w, 1] for every channel. */
function inImageShape(amplitude: Tensor<'float32'>, dims: readonly number[]): Tensor<'float32'> {
  const shape = [1, ...dims.slice(1)];
  const axis = amplitude.dims.findIndex((dim, i) => dim !== shape[i]);
  if (axis < 0) return amplitude;
  const inner = sizeOf(shape.slice(axis + 1));
  const channels = shape[axis] ?? 1;
  const data = Float32Array.from({ length: sizeOf(shape) }, (_, at) => {
    const outer = Math.floor(at / (inner * channels));
    return amplitude.data[outer * inner + (at % inner)] ?? 0;
  });
  return float32(shape, data);
}
