import { fillWithNormals } from '../../random/normal.ts';
import { random } from '../../random/random.ts';
import { MetricSettingsError } from './errors.ts';
import { elementOf, type PixelLayout } from './perturbed.ts';
import type { Replacement } from './replacement.ts';

export interface ImputationSettings {
  /** Standard deviation of what is added to each imputed value, in units of model input. Default 0.01. */
  readonly noise?: number;
  readonly seed?: number;
}

/**
 * The weights of a pixel's eight neighbours: 1/6 for those that share a side, 1/12 for those that share a corner. At the
 * image's border the weights of those that are there, divided by their sum.
 */
const neighbours = [-1, 0, 1].flatMap((dy) =>
  [-1, 0, 1].flatMap((dx) => (dy === 0 && dx === 0 ? [] : [{ dy, dx, weight: dy === 0 || dx === 0 ? 1 / 6 : 1 / 12 }])),
);

/**
 * Noisy linear imputation, Rong, Leemann, Borisov, Kasneci & Kasneci 2022 (ROAD): every removed pixel becomes the
 * weighted mean of its neighbours, which may be removed themselves, and a little noise. In this way the place of what
 * was removed cannot be read from the image, as from a patch of black.
 *
 * For each removed pixel p, and w the weights:
 *
 *     x(p) sum_q w(p, q)  -  sum_{q removed} w(p, q) x(q)  =  sum_{q kept} w(p, q) x(q)
 *
 * @throws MetricSettingsError where all pixels are removed: nothing is left to impute from.
 */
export function noisyLinearImputation(
  input: PixelLayout,
  { noise = 0.01, seed = 0 }: ImputationSettings = {},
): Replacement {
  if (!(noise >= 0)) throw new MetricSettingsError(`The noise is ${noise}: give a standard deviation of 0 or more.`);
  return (row, pixels) => {
    if (pixels.length >= input.height * input.width) {
      throw new MetricSettingsError(
        'All pixels are removed, so that there is none to impute them from: keep at least one.',
      );
    }
    const system = equations(input, pixels);
    // Begun anew for each image, so that what becomes of one does not depend on which others are imputed.
    const source = random(seed);
    const added = new Float32Array(pixels.length);
    for (let c = 0; c < input.channels; c++) {
      const values = solve(system, rightSide(input, row, pixels, system, c));
      fillWithNormals(added, source);
      for (const [i, pixel] of pixels.entries()) {
        row[elementOf(input, pixel, c)] = (values[i] ?? 0) + noise * (added[i] ?? 0);
      }
    }
  };
}

/** The left side, the same for every channel. */
interface Equations {
  readonly diagonal: Float64Array;
  /**
   * For each removed pixel and neighbour: the neighbour's equation, or none (-1) where it is kept or outside of the
   * image.
   */
  readonly coupled: Int32Array;
  /** The same: the neighbour's pixel where it is kept, else -1. */
  readonly kept: Int32Array;
}

function equations({ height, width }: PixelLayout, pixels: Int32Array): Equations {
  const equationOf = new Int32Array(height * width).fill(-1);
  for (const [i, pixel] of pixels.entries()) equationOf[pixel] = i;
  const diagonal = new Float64Array(pixels.length);
  const coupled = new Int32Array(pixels.length * 8).fill(-1);
  const kept = new Int32Array(pixels.length * 8).fill(-1);
  for (const [i, pixel] of pixels.entries()) {
    const [y, x] = [Math.floor(pixel / width), pixel % width];
    for (const [k, { dy, dx, weight }] of neighbours.entries()) {
      if (y + dy < 0 || y + dy >= height || x + dx < 0 || x + dx >= width) continue;
      const other = pixel + dy * width + dx;
      const equation = equationOf[other] ?? -1;
      diagonal[i] = (diagonal[i] ?? 0) + weight;
      (equation < 0 ? kept : coupled)[i * 8 + k] = equation < 0 ? other : equation;
    }
  }
  return { diagonal, coupled, kept };
}

function rightSide(input: PixelLayout, row: Float32Array, pixels: Int32Array, { kept }: Equations, c: number) {
  return Float64Array.from(pixels, (_, i) => {
    let sum = 0;
    for (const [k, { weight }] of neighbours.entries()) {
      const pixel = kept[i * 8 + k] ?? -1;
      if (pixel >= 0) sum += weight * (row[elementOf(input, pixel, c)] ?? 0);
    }
    return sum;
  });
}

/**
 * Conjugate gradients (Hestenes & Stiefel 1952) with the diagonal as preconditioner: the matrix is symmetric, and
 * positive definite as long as one pixel is kept, for all removed ones are connected to it. It ends when the residual
 * is 1e-8 of the right side: what is left is far below single precision's rounding in small systems, and below the
 * noise in any.
 */
function solve({ diagonal, coupled }: Equations, right: Float64Array): Float64Array {
  const n = right.length;
  const values = new Float64Array(n);
  const residual = Float64Array.from(right);
  const direction = residual.map((value, i) => value / (diagonal[i] ?? 1));
  const applied = new Float64Array(n);
  let product = dot(residual, direction);
  const small = product * 1e-16;
  // In exact arithmetic n rounds are enough; rounding makes it some more in small systems, and far fewer are needed in
  // large.
  for (let round = 0; round < 2 * n + 10 && product > small; round++) {
    apply(diagonal, coupled, direction, applied);
    const step = product / dot(direction, applied);
    let next = 0;
    for (let i = 0; i < n; i++) {
      values[i] = (values[i] ?? 0) + step * (direction[i] ?? 0);
      const left = (residual[i] ?? 0) - step * (applied[i] ?? 0);
      residual[i] = left;
      next += (left * left) / (diagonal[i] ?? 1);
    }
    const kept = next / product;
    for (let i = 0; i < n; i++) direction[i] = (residual[i] ?? 0) / (diagonal[i] ?? 1) + kept * (direction[i] ?? 0);
    product = next;
  }
  return values;
}

const weights = Float64Array.from(neighbours, ({ weight }) => weight);

/** The matrix times x. */
function apply(diagonal: Float64Array, coupled: Int32Array, x: Float64Array, product: Float64Array): void {
  for (let i = 0; i < x.length; i++) {
    let sum = (diagonal[i] ?? 0) * (x[i] ?? 0);
    for (let k = 0; k < 8; k++) {
      const other = coupled[i * 8 + k] ?? -1;
      if (other >= 0) sum -= (weights[k] ?? 0) * (x[other] ?? 0);
    }
    product[i] = sum;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}
