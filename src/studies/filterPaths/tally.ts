import type { Tensor } from '../../onnx/tensor.ts';

/** How some units (paths, or the filters of a layer) did over the images of one class. In the order of the units. */
export interface Tally {
  readonly images: number;
  /** How many images each unit won: its part of their score was the largest. Nobody wins one to which no unit brings anything. */
  readonly wins: readonly number[];
  /** Mean of each unit's part, score units. */
  readonly parts: readonly number[];
  /** Mean of each unit's share: its part over the sum of all parts' sizes, -1 to 1. */
  readonly shares: readonly number[];
}

/**
 * How often each unit brings the largest part of an image’s score.
 * @param parts [n, units] of one class's images; of equal parts the first wins.
 */
export function tallyOf(parts: Tensor<'float32'>): Tally {
  const [images = 0, units = 0] = parts.dims;
  const wins = new Array<number>(units).fill(0);
  const sums = new Array<number>(units).fill(0);
  const shares = new Array<number>(units).fill(0);
  for (let image = 0; image < images; image++) {
    const row = parts.data.subarray(image * units, (image + 1) * units);
    const size = row.reduce((sum, part) => sum + Math.abs(part), 0);
    const best = row.reduce((winner, part, unit) => (part > (row[winner] ?? part) ? unit : winner), 0);
    if (size > 0) wins[best] = (wins[best] ?? 0) + 1;
    for (const [unit, part] of row.entries()) {
      sums[unit] = (sums[unit] ?? 0) + part;
      shares[unit] = (shares[unit] ?? 0) + (size === 0 ? 0 : part / size);
    }
  }
  const mean = (sum: number) => (images === 0 ? 0 : sum / images);
  return { images, wins, parts: sums.map(mean), shares: shares.map(mean) };
}

/** Units by how many images they won, most first; of equal ones the larger mean share. */
export function ranked({ wins, shares }: Tally): number[] {
  const order = wins.map((_, unit) => unit);
  return order.sort((a, b) => (wins[b] ?? 0) - (wins[a] ?? 0) || (shares[b] ?? 0) - (shares[a] ?? 0) || a - b);
}

/**
 * Gini's coefficient of numbers that are not negative: 0 where all are equal, (n - 1) / n where one has everything.
 * sum_i sum_j |x_i - x_j| / (2 n sum x)
 */
export function gini(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const total = sorted.reduce((sum, value) => sum + value, 0);
  if (total === 0) return 0;
  const n = sorted.length;
  const weighted = sorted.reduce((sum, value, i) => sum + (2 * (i + 1) - n - 1) * value, 0);
  return weighted / (n * total);
}

/** The classes that share their set of units with another one: [[3, 4], ...]; empty where every class has a set of its own. */
export function sameSets(sets: readonly (readonly number[])[]): number[][] {
  const groups = new Map<string, number[]>();
  for (const [i, units] of sets.entries()) {
    const key = units.toSorted((a, b) => a - b).join(' ');
    groups.set(key, [...(groups.get(key) ?? []), i]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}
