import type { Model } from '../onnx/graph.ts';
import { float32, sizeOf, type Tensor } from '../onnx/tensor.ts';
import { type OptimizationLevel, optimizationLevels, type Runtime, type Session } from '../runtime/runtime.ts';
import { largestDifference, pickRows, type RowValues, rowValues, stacked } from './equivalence.ts';
import type { Reference } from './reference.ts';

/** A session that was seen to give what the original gives, and how it is optimised. */
export interface Proof {
  readonly session: Session;
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
  readonly levels: readonly OptimizationLevel[];
}

/**
 * Runs a form of the model as it will be used, at the highest level of optimisation that leaves its values what they are.
 * @returns the proof, whose session is to be released; or the difference that is left without optimisation.
 */
export async function prove(
  runtime: Runtime,
  { model, inputName, runs, levels }: Candidate,
  { images, expected, scales }: Reference,
  tolerance: number,
): Promise<Proof | number> {
  const outputs = [...expected.keys()].map((name) => ({ name, type: undefined, dims: undefined }));
  const used = { ...model, graph: { ...model.graph, outputs } };
  const at = async (level: OptimizationLevel): Promise<Proof | number> => {
    const session = await runtime.createSession(used, { optimization: level });
    try {
      const difference = await differenceOver(session);
      if (difference <= tolerance) return { session, level, difference };
      await session.release();
      return difference;
    } catch (error) {
      await session.release();
      throw error;
    }
  };
  const differenceOver = async (session: Session) => {
    const parts: RowValues[] = [];
    for (const run of runs) {
      const values = await session.run({ [inputName]: imagesAt(images, run) });
      parts.push(rowValues(values, [...expected.keys()], run.length));
    }
    return largestDifference(pickRows(expected, runs.flat()), stacked(parts), scales);
  };

  const [highest = 'none', ...lower] = levels.toSorted((a, b) => rankOf(b) - rankOf(a));
  const best = await at(highest);
  if (typeof best !== 'number' || lower.length === 0) return best;
  // Where nothing but the optimisation is at fault, the lowest level agrees.
  const lowest = await at(lower.at(-1) ?? 'none');
  if (typeof lowest === 'number') return lowest;
  for (const level of lower.slice(0, -1)) {
    const found = await at(level);
    if (typeof found === 'number') continue;
    await lowest.session.release();
    return { ...found, refused: best };
  }
  return { ...lowest, refused: best };
}

function rankOf(level: OptimizationLevel): number {
  return optimizationLevels.indexOf(level);
}

/** Images by their numbers, some perhaps twice. */
export function imagesAt({ dims, data }: Tensor<'float32'>, numbers: readonly number[]): Tensor<'float32'> {
  const [, ...rest] = dims;
  const size = sizeOf(rest);
  const picked = new Float32Array(numbers.length * size);
  for (const [row, number] of numbers.entries())
    picked.set(data.subarray(number * size, (number + 1) * size), row * size);
  return float32([numbers.length, ...rest], picked);
}
