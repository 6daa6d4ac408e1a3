import fc from 'fast-check';
import { describe, it } from 'vitest';
import { expectAgreement, floats, integers, values } from './agreement.ts';
import type { RuntimeNode } from './nodeInRuntime.ts';

const check = <T>(samples: fc.Arbitrary<T>, nodeOf: (sample: T) => RuntimeNode): Promise<void> =>
  fc.assert(
    fc.asyncProperty(samples, (sample) => expectAgreement(nodeOf(sample))),
    { seed: 7, numRuns: 60 },
  );

const pair = (min: number, max: number): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min, max }), { minLength: 2, maxLength: 2 });

describe('random shapes and attributes agree with ONNX Runtime', () => {
  it('Slice, ends far outside and steps backwards included', () =>
    check(
      fc.record({
        starts: pair(-9, 9),
        ends: pair(-9, 9),
        steps: fc.array(fc.constantFrom(-3, -1, 1, 2), { minLength: 2, maxLength: 2 }),
      }),
      ({ starts, ends, steps }) => ({
        op: 'Slice',
        opset: 13,
        inputs: [values([3, 5, 6]), integers(...starts), integers(...ends), integers(-1, 1), integers(...steps)],
        attributes: {},
        outputCount: 1,
      }),
    ));

  it('Pad in every mode', () =>
    check(
      fc.record({ begins: pair(0, 3), ends: pair(0, 3), mode: fc.constantFrom('constant', 'reflect', 'edge', 'wrap') }),
      ({ begins, ends, mode }) => ({
        op: 'Pad',
        opset: 19,
        inputs: [values([2, 5, 4]), integers(...begins, ...ends), undefined, integers(2, 1)],
        attributes: { mode },
        outputCount: 1,
      }),
    ));

  it('broadcasting', () =>
    check(
      fc.record({
        op: fc.constantFrom('Add', 'Sub', 'Mul', 'Div', 'Max', 'PRelu'),
        rank: fc.integer({ min: 0, max: 4 }),
        ones: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
      }),
      ({ op, rank, ones }) => {
        const dims = [2, 3, 4, 5];
        const small = dims.map((dim, axis) => (ones[axis] ? 1 : dim)).slice(4 - rank);
        return { op, opset: 21, inputs: [values(dims), values(small, 2)], attributes: {}, outputCount: 1 };
      },
    ));

  it('Resize of images by sizes and by scales', () =>
    check(
      fc.record({
        sizes: pair(2, 13),
        scales: fc.array(fc.constantFrom(0.5, 0.75, 1.25, 2, 3), { minLength: 2, maxLength: 2 }),
        byScales: fc.boolean(),
        mode: fc.constantFrom('nearest', 'linear', 'cubic'),
        coordinates: fc.constantFrom('half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric'),
        antialias: fc.integer({ min: 0, max: 1 }),
      }),
      ({ sizes, scales, byScales, mode, coordinates, antialias }) => ({
        op: 'Resize',
        opset: 19,
        inputs: byScales
          ? [values([1, 2, 8, 6]), undefined, floats(1, 1, ...scales)]
          : [values([1, 2, 8, 6]), undefined, undefined, integers(1, 2, ...sizes)],
        attributes: {
          mode,
          coordinate_transformation_mode: coordinates,
          ...(mode === 'nearest' ? { nearest_mode: 'floor' } : { antialias }),
        },
        outputCount: 1,
      }),
    ));
});
