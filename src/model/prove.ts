import type { Model } from '../onnx/graph.ts';
import { type Program, program } from '../runtime/program.ts';
import { together } from '../runtime/release.ts';
import { type OptimizationLevel, optimizationLevels, type Runtime } from '../runtime/runtime.ts';
import { imagesAt, largestDifference, pickRows, type RowValues, rowValues, stacked } from './equivalence.ts';
import type { Reference } from './reference.ts';

/** A program that was seen to give what the original gives, and how it is optimised. */
export interface Proof {
  readonly proved: Program;
  readonly level: OptimizationLevel;
  /** To the original, as `largestDifference` measures it. */
  readonly difference: number;
  /** The difference at the level that would be faster, where that is too much. */
  readonly refused?: number;
}

/** A form of the model, and how images are given to it. */
export interface Candidate {
  readonly model: Model;
  readonly inputName: string;
  /** Images at a time, in lists of their numbers: every list is one run. */
  readonly runs: readonly (readonly number[])[];
  /** Images at a time in later runs. */
  readonly batchSize: number;
  readonly levels: readonly OptimizationLevel[];
}

/**
 * Runs a form of the model as it will be used, at the highest level of optimisation that leaves its values what they are.
 * @returns the proof, whose program is to be released; or the difference that is left without optimisation.
 */
export async function prove(
  runtime: Runtime,
  { model, inputName, runs, batchSize, levels }: Candidate,
  { images, expected, scales }: Reference,
  tolerance: number,
): Promise<Proof | number> {
  const outputs = [...expected.keys()];
  const at = async (level: OptimizationLevel): Promise<Proof | number> => {
    const { proved, difference, release } = await together(async (keep) => {
      const proved = await keep(program(runtime, model, { outputs, batchSize, optimization: level }));
      return { proved, difference: await differenceOver(proved) };
    });
    if (difference <= tolerance) return { proved, level, difference };
    await release();
    return difference;
  };
  const differenceOver = async (candidate: Program) => {
    const parts: RowValues[] = [];
    for (const run of runs) {
      const values = await candidate.run({ [inputName]: imagesAt(images, run) });
      parts.push(rowValues(values, outputs, run.length));
    }
    return largestDifference(pickRows(expected, runs.flat()), stacked(parts), scales);
  };

  const [highest = 'none', ...lower] = levels.toSorted((a, b) => rankOf(b) - rankOf(a));
  const best = await at(highest);
  if (typeof best !== 'number' || lower.length === 0) return best;
  // Where nothing but the optimisation is at fault, the lowest level agrees.
  const lowest = await at(lower.at(-1) ?? 'none');
  if (typeof lowest === 'number') return lowest;
  const { proof } = await together(async (keep) => {
    await keep(lowest.proved);
    for (const level of lower.slice(0, -1)) {
      const found = await at(level);
      if (typeof found === 'number') continue;
      await lowest.proved.release();
      return { proof: found };
    }
    return { proof: lowest };
  });
  return { ...proof, refused: best };
}

function rankOf(level: OptimizationLevel): number {
  return optimizationLevels.indexOf(level);
}
