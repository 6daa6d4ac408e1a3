import type { Random } from './random.ts';

/*
 * Normal numbers that are counted, not drawn one after the other: the i-th number of a key is a function of key and i, by
 * operations on 32-bit words and one table, so that a graph of ONNX operators can give the very same numbers.
 * The word is mixed as a hash function's is: by multiplications and shifts, each bit of the result depending on all of
 * key and i. Each half of it says which of 65,536 equally likely values the number is: the quantiles of the normal
 * distribution at the middle of their intervals, scaled to a variance of 1.
 */

/** How a word is mixed: h ^= h >>> shift, then h *= factor, round by round; a last shift follows. */
export const mixing = {
  /** Sets neighbouring positions far apart: 2^32 divided by the golden ratio, odd. */
  spread: 0x9e3779b1,
  rounds: [
    { shift: 16, factor: 0x21f0aaad },
    { shift: 15, factor: 0x735a2d97 },
  ],
  lastShift: 15,
} as const;

/** How many different numbers there are: one for each half of a 32-bit word. */
const levels = 2 ** 16;

/** One key for each sample, from a seeded generator. */
export function noiseKeys(source: Random, count: number): Uint32Array {
  return Uint32Array.from({ length: count }, () => source.generator.next());
}

/** Fills an array with the numbers of a key: first those of the words' upper halves, then those of the lower ones. */
export function fillWithCountedNormals(out: Float32Array, key: number): void {
  const values = normalQuantiles();
  const half = Math.ceil(out.length / 2);
  for (let i = 0; i < half; i++) {
    let word = Math.imul(i, mixing.spread) ^ key;
    for (const { shift, factor } of mixing.rounds) word = Math.imul(word ^ (word >>> shift), factor);
    word ^= word >>> mixing.lastShift;
    out[i] = values[word >>> 16] ?? 0;
    if (half + i < out.length) out[half + i] = values[word & (levels - 1)] ?? 0;
  }
}

let table: Float32Array | undefined;

/** The values there are, ascending. */
export function normalQuantiles(): Float32Array {
  table ??= makeQuantiles();
  return table;
}

function makeQuantiles(): Float32Array {
  const upper = new Float64Array(levels / 2);
  let z = 0;
  let squares = 0;
  for (let i = 0; i < upper.length; i++) {
    const wanted = (i + 0.5) / levels;
    // Newton's method from the quantile before; its error is squared in each of four steps.
    for (let step = 0; step < 4; step++) z -= (aboveMedian(z) - wanted) / density(z);
    upper[i] = z;
    squares += z * z;
  }
  const scale = Math.sqrt(upper.length / squares);
  return Float32Array.from({ length: levels }, (_, i) => {
    const distance = i < upper.length ? upper.length - 1 - i : i - upper.length;
    return (i < upper.length ? -1 : 1) * scale * (upper[distance] ?? 0);
  });
}

const density = (z: number) => Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);

/** P(0 < Z < z) = density(z) (z + z^3/3 + z^5/(3 5) + ...). */
function aboveMedian(z: number): number {
  let [term, sum] = [z, z];
  for (let k = 3; term > 1e-17 * sum; k += 2) {
    term *= (z * z) / k;
    sum += term;
  }
  return density(z) * sum;
}
