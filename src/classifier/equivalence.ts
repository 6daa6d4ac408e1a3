import type { Model } from '../onnx/graph.ts';
import { concatRows, type Tensor } from '../onnx/tensor.ts';
import { floatOutputOf, type Runtime } from '../runtime/runtime.ts';

/** Two models agree when no output differs by more than this share of the largest: float32 sums in another order. */
const tolerance = 1e-4;

/** The named float32 values of a model for several batches, each as one tensor of all rows. */
export async function valuesOver(
  runtime: Runtime,
  model: Model,
  names: readonly string[],
  input: string,
  batches: readonly Tensor<'float32'>[],
): Promise<ReadonlyMap<string, Tensor<'float32'>>> {
  const outputs = names.map((name) => ({ name, type: undefined, dims: undefined }));
  const session = await runtime.createSession(
    { ...model, graph: { ...model.graph, outputs } },
    { optimization: 'none' },
  );
  try {
    const parts = new Map<string, Tensor<'float32'>[]>(names.map((name) => [name, []]));
    for (const batch of batches) {
      const values = await session.run({ [input]: batch });
      for (const [name, list] of parts) list.push(floatOutputOf(values, name));
    }
    return new Map([...parts].map(([name, list]) => [name, concatRows(list)]));
  } finally {
    await session.release();
  }
}

/** Largest difference of two sets of values, as a share of the largest value of each; Infinity where shapes differ. */
export function largestDifference(
  a: ReadonlyMap<string, Tensor<'float32'>>,
  b: ReadonlyMap<string, Tensor<'float32'>>,
): number {
  let worst = 0;
  for (const [name, left] of a) {
    const right = b.get(name);
    if (!right || right.data.length !== left.data.length) return Number.POSITIVE_INFINITY;
    let [difference, largest] = [0, Number.MIN_VALUE];
    for (const [i, value] of left.data.entries()) {
      difference = Math.max(difference, Math.abs(value - (right.data[i] ?? 0)));
      largest = Math.max(largest, Math.abs(value));
    }
    if (Number.isNaN(difference)) return Number.POSITIVE_INFINITY;
    worst = Math.max(worst, difference / largest);
  }
  return worst;
}

export function agree(difference: number): boolean {
  return difference <= tolerance;
}
