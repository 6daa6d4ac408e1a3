import { expect } from 'vitest';
import { type Array64, sizeOf } from './array64.ts';
import { slowOperators } from './index.ts';
import { INT64 } from './integerTypes.ts';
import { type RuntimeNode, runInRuntime } from './nodeInRuntime.ts';

/** Reproducible numbers in [-1, 1), representable in float32, with all values distinct: no ties, no kinks. */
export function values(dims: readonly number[], seed = 1): Array64 {
  let state = seed;
  const next = (): number => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.fround(state / 1073741824 - 1);
  };
  return { dims, data: Float64Array.from({ length: sizeOf(dims) }, next) };
}

export const integers = (...entries: number[]): Array64 => ({
  dims: [entries.length],
  data: Float64Array.from(entries),
  integerType: INT64,
});

export const floats = (...entries: number[]): Array64 => ({ dims: [entries.length], data: Float64Array.from(entries) });

export const shaped = (dims: readonly number[], array: Array64): Array64 => ({ ...array, dims });

/** Runs the node by its slow version and by ONNX Runtime, and expects the same shapes and numbers. */
export async function expectAgreement(node: RuntimeNode): Promise<void> {
  const wanted = await runInRuntime(node);
  const actual = slowOperators[node.op]!(node.inputs, node.attributes, node.outputCount);
  wanted.forEach((output, position) => {
    expect(actual[position]!.dims).toEqual(output.dims);
    output.data.forEach((value, k) => {
      const got = actual[position]!.data[k]!;
      // Float32 kernels round every term of a sum of values up to 1: a few hundred roundings of 6e-8.
      const near = Object.is(got, value) || Math.abs(got - value) <= 2e-5 * Math.max(1, Math.abs(value));
      if (!near) expect(got, `${node.op} ${JSON.stringify(node.attributes)} output ${position}[${k}]`).toBe(value);
    });
  });
}
