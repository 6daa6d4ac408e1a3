import type { Classifier } from '../../model/classifier.ts';
import { float32, rows, sizeOf, type Tensor } from '../../onnx/tensor.ts';
import { program } from '../../runtime/program.ts';
import { together } from '../../runtime/release.ts';
import { floatOutputOf } from '../../runtime/runtime.ts';
import type { Candidate } from './certificateSearch.ts';
import { addMargins, type Kept, type MarginChoice, type MarginGraph, type MarginOptions } from './certifiedMargins.ts';

/** What a check says of one image. */
export interface CheckedMargin {
  readonly lowestMargin: number;
  readonly roundingMargin: number;
}

export interface Checker extends Pick<MarginGraph, 'amplitudeDims' | 'choices'> {
  /** What each amplitude counts for, mean 1: [1, ...]; undefined where all count the same. */
  readonly weights?: Tensor<'float32'>;
  run(kept: Kept, candidate: Candidate): Promise<CheckedMargin[]>;
  /** The same amplitudes with what the bound chooses by default for them. */
  initial(kept: Kept, candidate: Candidate): Promise<Candidate>;
  release(): Promise<void>;
}

/** The bound with all rounding taken off. */
export async function compileCheck(
  classifier: Classifier,
  options: Omit<MarginOptions, 'rounding'> & { readonly weights?: Tensor<'float32'> },
): Promise<Checker> {
  const margins = addMargins(classifier, { ...options, rounding: true });
  const { builder, lower, rounding, choices, feeds, amplitudeDims } = margins;
  const model = { ...classifier.model, graph: builder.build() };
  const names = [lower, rounding ?? lower];
  const beginnings = choices.map(({ initial }) => initial);
  return together(async (keep): Promise<Omit<Checker, 'release'>> => {
    const bounds = await keep(program(classifier.runtime, model, { outputs: [...new Set(names)] }));
    const beginning =
      choices.length > 0 ? await keep(program(classifier.runtime, model, { outputs: beginnings })) : undefined;
    return {
      amplitudeDims,
      choices,
      weights: options.weights,
      async run(kept, { amplitude, choices }) {
        const values = await bounds.run(feeds(kept, amplitude, choices));
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
    };
  });
}

/** A check, and with what it can be done again. */
export interface CheckedBound extends CheckedMargin {
  /** What the bound chose, in the order in which it goes back from the scores to the pixels. */
  readonly chosen: readonly ChosenNumbers[];
}

/** The largest amplitude found to hold. */
export interface Proved extends CheckedBound {
  readonly amplitude: Tensor<'float32'>;
  readonly meanAmplitude: number;
  /** The mean by the weights: what is maximised. */
  readonly weightedAmplitude: number;
}

/** Numbers from 0 to 1 that a bound chose freely for one image, one for each element of `dims`. */
export interface ChosenNumbers extends Pick<MarginChoice, 'hint' | 'dims'> {
  readonly data: Float32Array;
}

/** Halvings of the range in which a factor lies: about 1 where a search ends, anything for one amplitude for all pixels. */
const halvings = { scaled: 14, uniform: 20 };

type At = (factors: readonly number[]) => Promise<Candidate>;

/** For each image the largest multiple of its amplitude (none above 1) whose check holds. */
export function largestScaled(checker: Checker, kept: Kept, candidate: Candidate): Promise<Proved[]> {
  const at: At = async (factors) => ({ ...candidate, amplitude: scaled(candidate.amplitude, factors) });
  return largest(checker, kept, at, 2, halvings.scaled);
}

/** For each image the largest amplitude, the same for all pixels, whose check holds. */
export function largestUniform(checker: Checker, kept: Kept): Promise<Proved[]> {
  const dims = [kept.decided.length, ...checker.amplitudeDims];
  const ones = float32(dims, new Float32Array(sizeOf(dims)).fill(1));
  const at: At = (factors) => checker.initial(kept, { amplitude: scaled(ones, factors), choices: {} });
  return largest(checker, kept, at, 1, halvings.uniform);
}

/** By bisection of a factor for each image; where not even 0 holds, the lowest margin there. */
async function largest(checker: Checker, kept: Kept, at: At, most: number, halvings: number): Promise<Proved[]> {
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
  const { amplitude, choices } = await at(holds.map(({ factor }) => factor));
  return holds.map(({ lowestMargin, roundingMargin }, i) => {
    const own = rows(amplitude, i, i + 1);
    const { weights } = checker;
    const meanAmplitude = own.data.reduce((sum, value) => sum + value, 0) / own.data.length;
    const weighted = own.data.reduce((sum, value, k) => sum + value * (weights?.data[k] ?? 1), 0) / own.data.length;
    return {
      lowestMargin,
      roundingMargin,
      amplitude: float32(own.dims, own.data.slice()),
      meanAmplitude,
      weightedAmplitude: weighted,
      chosen: chosenFor(checker, choices, i),
    };
  });
}

/** What was chosen for one image of a batch. */
export function chosenFor(
  checker: Pick<Checker, 'choices'>,
  choices: Candidate['choices'],
  i: number,
): ChosenNumbers[] {
  return checker.choices.flatMap(({ hint, dims, input }) => {
    const values = choices[input];
    return values ? [{ hint, dims, data: rows(values, i, i + 1).data.slice() }] : [];
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

/** For each image the larger of two. */
export function better(known: readonly Proved[] | undefined, found: readonly Proved[]): Proved[] {
  return found.map((own, i) => {
    const old = known?.[i];
    return old && old.weightedAmplitude >= own.weightedAmplitude ? old : own;
  });
}
