import { type Classifier, predictionOf } from '../../model/classifier.ts';
import type { Tensor } from '../../onnx/tensor.ts';

/** What one row of scores says about a class. */
export interface Standing {
  readonly chosen: number;
  /** The class's score. */
  readonly score: number;
  /** By how much it is above the best other class; below 0 where another one is decided for. */
  readonly margin: number;
}

/** How a class stands in each row of scores [n, K]. @param classOf the class for a row. */
export function standings(
  { scores }: Pick<Classifier, 'scores'>,
  { dims, data }: Tensor<'float32'>,
  classOf: (row: number) => number,
): Standing[] {
  const { width } = scores;
  return Array.from({ length: dims[0] ?? 0 }, (_, row) => {
    const own = data.subarray(row * width, (row + 1) * width);
    return standing(width === 1 ? predictionOf(own, scores).probabilities : own, classOf(row));
  });
}

function standing(values: ArrayLike<number>, of: number): Standing {
  let chosen = 0;
  let best = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < values.length; k++) {
    const value = values[k] ?? Number.NaN;
    if (value > (values[chosen] ?? 0)) chosen = k;
    if (k !== of && value > best) best = value;
  }
  const score = values[of] ?? Number.NaN;
  return { chosen, score, margin: score - best };
}
