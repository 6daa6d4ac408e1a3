import { isKonkyoError } from '../konkyoError.ts';
import { concatRows, rows, type Tensor } from '../onnx/tensor.ts';
import type { Values } from '../runtime/runtime.ts';
import {
  largestDifference,
  pickRows,
  type RowValues,
  rowValues,
  type Scales,
  scalesOf,
  stacked,
} from './equivalence.ts';

/** What a model gives for images, in batches of its own size: what every later form of it is held against. */
export interface Reference {
  /** The images that it ran on. */
  readonly images: Tensor<'float32'>;
  readonly expected: RowValues;
  readonly scales: Scales;
  /** Largest difference between runs over the same images. */
  readonly unsteadiness: number;
  /** The runtime's messages for images on which the model failed. */
  readonly failures: readonly string[];
}

export interface ReferencePlan {
  /** Images at a time. */
  readonly size: number;
  /** Which batches are run again: the first once, or each several times, as a draw may come out alike. */
  readonly again: 'none' | 'first' | 'each';
}

const repeats = 4;

/**
 * Runs a model over every batch of `size` images that follow each other, and none, the first or each of them again. Where it
 * takes one image at a time, images that it fails on are left out, but for the first.
 * @param run one batch. @param names the values that count.
 */
export async function referenceOf(
  run: (images: Tensor<'float32'>) => Promise<Values>,
  names: readonly string[],
  images: Tensor<'float32'>,
  { size, again }: ReferencePlan,
): Promise<Reference> {
  const done: { readonly window: Tensor<'float32'>; readonly once: RowValues; readonly more: RowValues[] }[] = [];
  const failures: string[] = [];
  for (const window of windows(images, size)) {
    try {
      const once = rowValues(await run(window), names, size);
      const times = again === 'each' ? repeats : again === 'first' && done.length === 0 ? 1 : 0;
      const more: RowValues[] = [];
      while (more.length < times) more.push(rowValues(await run(window), names, size));
      done.push({ window, once, more });
    } catch (error) {
      if (size > 1 || done.length === 0 || !isKonkyoError(error)) throw error;
      failures.push(error.message);
    }
  }
  const all = stacked(done.map(({ once }) => once));
  const scales = scalesOf(all);
  return {
    images: size > 1 ? images : concatRows(done.map(({ window }) => window)),
    expected: eachOnce(all, done.length, size),
    scales,
    unsteadiness: Math.max(
      ...Array.from({ length: repeats }, (_, turn) =>
        largestDifference(all, stacked(done.map(({ once, more }) => more[turn] ?? once)), scales),
      ),
    ),
    failures,
  };
}

/** Every batch of `size` images that follow each other. */
export function windows(images: Tensor<'float32'>, size: number): readonly Tensor<'float32'>[] {
  const count = (images.dims[0] ?? 0) - size + 1;
  return Array.from({ length: count }, (_, from) => rows(images, from, from + size));
}

/** Of the rows of all windows: each image's from the first window that begins with it, the last window's all. */
function eachOnce(values: RowValues, count: number, size: number): RowValues {
  const first = Array.from({ length: count - 1 }, (_, window) => window * size);
  const last = Array.from({ length: size }, (_, row) => (count - 1) * size + row);
  return pickRows(values, [...first, ...last]);
}
