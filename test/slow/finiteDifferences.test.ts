import { describe, expect, it } from 'vitest';
import { type Array64, mapValues, sizeOf, zipWith } from './array64.ts';
import { vectorJacobianProduct } from './finiteDifferences.ts';
import { slowOperators } from './index.ts';

const ramp = (dims: readonly number[], phase: number): Array64 => ({
  dims,
  data: Float64Array.from({ length: sizeOf(dims) }, (_, k) => Math.sin(phase + 1.7 * k)),
});

const largestDifference = (a: Array64, b: Array64): number =>
  Math.max(...zipWith([a, b], (x, y) => Math.abs(x - y)).data);

describe('finite differences', () => {
  it('find ConvTranspose to be the adjoint of Conv', () => {
    const [x, w] = [ramp([2, 4, 5, 6], 0), ramp([6, 2, 3, 2], 1)];
    const attributes = { strides: [2, 1], pads: [1, 0, 1, 1], dilations: [1, 2], group: 2 };
    const convolve = ([input]: readonly Array64[]): Array64 => slowOperators.Conv!([input, w], attributes, 1)[0]!;
    const cotangent = ramp(convolve([x]).dims, 2);
    const adjoint = slowOperators.ConvTranspose!([cotangent, w], attributes, 1)[0]!;
    expect(adjoint.dims).toEqual(x.dims);
    // Linear in x, so only rounding is left: 1e-16 / 1e-6 times a few terms.
    expect(largestDifference(vectorJacobianProduct(convolve, [x], 0, cotangent), adjoint)).toBeLessThan(1e-8);
  });

  it('find the derivative of each input of a product, of the sigmoid and of softmax', () => {
    const [a, b, cotangent] = [ramp([2, 3], 0), ramp([2, 3], 1), ramp([2, 3], 2)];
    const multiply = (inputs: readonly Array64[]): Array64 => slowOperators.Mul!(inputs, {}, 1)[0]!;
    const product = zipWith([cotangent, a], (g, x) => g * x);
    expect(largestDifference(vectorJacobianProduct(multiply, [a, b], 1, cotangent), product)).toBeLessThan(1e-8);

    const sigmoid = (inputs: readonly Array64[]): Array64 => slowOperators.Sigmoid!(inputs, {}, 1)[0]!;
    const slope = zipWith([cotangent, sigmoid([a])], (g, y) => g * y * (1 - y));
    expect(largestDifference(vectorJacobianProduct(sigmoid, [a], 0, cotangent), slope)).toBeLessThan(1e-8);

    const softmax = (inputs: readonly Array64[]): Array64 => slowOperators.Softmax!(inputs, { axis: 1 }, 1)[0]!;
    // A probability distribution moves within its simplex: the all-ones direction has no gradient.
    const ones = mapValues(a, () => 1);
    expect(
      largestDifference(
        vectorJacobianProduct(softmax, [a], 0, ones),
        mapValues(a, () => 0),
      ),
    ).toBeLessThan(1e-8);
  });

  it('refuse a cotangent of another size than the output', () => {
    const identity = ([x]: readonly Array64[]): Array64 => x!;
    expect(() => vectorJacobianProduct(identity, [ramp([3], 0)], 0, ramp([2], 0))).toThrow('the cotangent has 2');
  });
});
