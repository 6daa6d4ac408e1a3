import type { Coalition } from './coalitions.ts';

/** Finds the Shapley values of many games over the same coalitions. */
interface ShapleyRegression {
  /**
   * The values that sum to `total` and explain best, by the coalitions' weights, what each coalition gains.
   * @param gains one for each coalition: its worth less that of the empty one.
   * @param total what the full one gains.
   */
  values(gains: ArrayLike<number>, total: number): Float64Array;
}

/**
 * Weighted least squares with the sum held fixed (Lundberg & Lee 2017, theorem 2). With A = sum w z z' and b = sum w z gain,
 * the values are A^-1 (b - c 1), c such that they sum to the total. Undefined where the coalitions do not determine them.
 */
export function shapleyRegression(coalitions: readonly Coalition[], players: number): ShapleyRegression | undefined {
  const matrix = Array.from({ length: players }, () => new Float64Array(players));
  for (const { seen, weight } of coalitions) {
    const members = membersOf(seen);
    for (const i of members) {
      const row = matrix[i] ?? new Float64Array();
      for (const j of members) if (j <= i) row[j] = (row[j] ?? 0) + weight;
    }
  }
  const factor = cholesky(matrix);
  if (!factor) return undefined;
  const ofOnes = solve(factor, new Float64Array(players).fill(1));
  const onesTotal = sumOf(ofOnes);
  const teams = coalitions.map(({ seen, weight }) => ({ members: membersOf(seen), weight }));
  return {
    values(gains, total) {
      const right = new Float64Array(players);
      for (const [i, { members, weight }] of teams.entries()) {
        for (const member of members) right[member] = (right[member] ?? 0) + weight * (gains[i] ?? 0);
      }
      const free = solve(factor, right);
      const shift = (sumOf(free) - total) / onesTotal;
      return free.map((value, i) => value - shift * (ofOnes[i] ?? 0));
    },
  };
}

function membersOf(seen: Uint8Array): number[] {
  return Array.from(seen.keys()).filter((player) => seen[player] === 1);
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** L with L L' = A, from A's lower half; undefined where A is not positive definite as far as float64 can tell. */
function cholesky(matrix: readonly Float64Array[]): readonly Float64Array[] | undefined {
  const factor = matrix.map((row) => Float64Array.from(row));
  for (const [i, row] of factor.entries()) {
    const diagonal = row[i] ?? 0;
    for (let j = 0; j <= i; j++) {
      const other = factor[j] ?? row;
      let left = row[j] ?? 0;
      for (let k = 0; k < j; k++) left -= (row[k] ?? 0) * (other[k] ?? 0);
      if (j < i) row[j] = left / (other[j] ?? 1);
      else if (!(left > 1e-12 * diagonal)) return undefined;
      else row[i] = Math.sqrt(left);
    }
  }
  return factor;
}

function solve(factor: readonly Float64Array[], right: Float64Array): Float64Array {
  const result = Float64Array.from(right);
  for (const [i, row] of factor.entries()) {
    let left = result[i] ?? 0;
    for (let k = 0; k < i; k++) left -= (row[k] ?? 0) * (result[k] ?? 0);
    result[i] = left / (row[i] ?? 1);
  }
  for (let i = result.length - 1; i >= 0; i--) {
    let left = result[i] ?? 0;
    for (let k = i + 1; k < result.length; k++) left -= (factor[k]?.[i] ?? 0) * (result[k] ?? 0);
    result[i] = left / (factor[i]?.[i] ?? 1);
  }
  return result;
}
