import { float32, int64, type Tensor, tensor } from '../../../src/onnx/tensor.ts';
import { values } from '../../slow/agreement.ts';

/** Reproducible numbers in [-1, 1), all distinct: no ties, and nothing at a kink of 0. */
export function distinct(dims: readonly number[], seed = 1): Tensor<'float32'> {
  return float32(dims, Float32Array.from(values(dims, seed * 7919 + 13).data));
}

/** Numbers in [0.5, 1.5): for what is divided by, or has its logarithm taken. */
export function positive(dims: readonly number[], seed = 1): Tensor<'float32'> {
  return scaled(distinct(dims, seed), 0.5, 1);
}

/** factor x + shift */
export function scaled({ dims, data }: Tensor<'float32'>, factor: number, shift = 0): Tensor<'float32'> {
  return float32(
    dims,
    data.map((value) => factor * value + shift),
  );
}

export const ints = (...entries: number[]): Tensor => int64(entries);
export const int = (entry: number): Tensor => int64([entry], []);
export const number = (entry: number): Tensor => float32([], [entry]);
export const numbers = (...entries: number[]): Tensor => float32([entries.length], entries);
export const int32s = (...entries: number[]): Tensor => tensor('int32', [entries.length], Int32Array.from(entries));
export const shaped = (dims: readonly number[], entries: Tensor): Tensor => ({ ...entries, dims });
export const truths = (dims: readonly number[], ...entries: number[]): Tensor =>
  tensor('bool', dims, Uint8Array.from(entries));
