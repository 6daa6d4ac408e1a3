import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AttributeLike } from '../../../src/onnx/attributes.ts';
import { runtimes } from '../../runtimes.ts';
import { mismatch } from './directions.ts';
import { distinct, ints, numbers, scaled } from './inputs.ts';
import {
  gradientModelOf,
  type OperatorCase,
  productByDifferences,
  productOnRuntimes,
  titleOf,
} from './operatorCase.ts';

type Attributes = Readonly<Record<string, AttributeLike>>;

async function expectGradients(operatorCase: OperatorCase): Promise<void> {
  const wanted = productByDifferences(operatorCase, 5);
  const products = await productOnRuntimes(
    await gradientModelOf(operatorCase),
    operatorCase,
    runtimes.map(({ runtime }) => runtime),
  );
  const wrong = products.flatMap((gradients, r) =>
    gradients.flatMap((gradient, i) => {
      const problem = mismatch(gradient, wanted[i]!);
      return problem === undefined
        ? []
        : [`${titleOf(operatorCase)} on ${runtimes[r]!.name}, gradient ${i}: ${problem}`];
    }),
  );
  expect(wrong).toEqual([]);
}

const check = <T>(samples: fc.Arbitrary<T>, caseOf: (sample: T) => OperatorCase): Promise<void> =>
  fc.assert(
    fc.asyncProperty(samples, (sample) => expectGradients(caseOf(sample))),
    { seed: 11, numRuns: 20 },
  );

const list = (length: number, min: number, max: number): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min, max }), { minLength: length, maxLength: length });

/** How a kernel slides over one to three axes. */
const slidings = fc.integer({ min: 1, max: 3 }).chain((rank) =>
  fc.record({
    spatial: list(rank, rank === 3 ? 4 : 5, rank === 3 ? 5 : 8),
    kernel: list(rank, 1, rank === 3 ? 2 : 3),
    strides: list(rank, 1, 3),
    dilations: list(rank, 1, 2),
    begins: list(rank, 0, 2),
    ends: list(rank, 0, 2),
    paddings: list(rank, 0, 2),
    auto: fc.constantFrom('NOTSET', 'NOTSET', 'NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID'),
    flag: fc.integer({ min: 0, max: 1 }),
    group: fc.constantFrom(1, 2),
    constant: fc.boolean(),
  }),
);
type Sliding = typeof slidings extends fc.Arbitrary<infer T> ? T : never;

/** ONNX Runtime does not convolve with dilations and SAME padding. */
const steps = ({ strides, dilations, auto }: Sliding): Attributes => ({
  strides,
  dilations: auto.startsWith('SAME') ? dilations.map(() => 1) : dilations,
});

const padding = ({ begins, ends, auto }: Sliding): Attributes =>
  auto === 'NOTSET' ? { pads: [...begins, ...ends] } : { auto_pad: auto };

/** A pooling window must hold a cell of the input: padding stays below the kernel. */
const pooling = (s: Sliding): Attributes => ({
  strides: s.strides,
  dilations: s.dilations,
  kernel_shape: s.kernel,
  ...(s.auto === 'NOTSET'
    ? {
        ceil_mode: s.flag,
        pads: [...s.begins, ...s.ends].map((pad, i) => Math.min(pad, s.kernel[i % s.kernel.length]! - 1)),
      }
    : { auto_pad: s.auto }),
});

/** ONNX Runtime's MaxPool fails where SAME padding is negative. */
const largeKernel = (s: Sliding): Sliding =>
  s.auto.startsWith('SAME') ? { ...s, kernel: s.kernel.map((size, axis) => Math.max(size, s.strides[axis]!)) } : s;

describe('random shapes and attributes: the gradient graph on CPU and WASM, against finite differences', () => {
  it('Conv', () =>
    check(slidings, (s) => ({
      op: 'Conv',
      inputs: [distinct([3, 4, ...s.spatial]), distinct([6, 4 / s.group, ...s.kernel], 2), distinct([6], 3)],
      attributes: { ...steps(s), ...padding(s), group: s.group },
      batched: [0],
      ...(s.constant ? { constants: [1, 2], wrt: [0] } : {}),
    })));

  it('Conv without strides or padding, in whole tiles', () =>
    check(
      fc.record({
        channels: fc.integer({ min: 1, max: 2 }),
        kernel: fc.constantFrom(3, 5),
        output: fc.constantFrom(2, 4),
      }),
      (s) => ({
        op: 'Conv',
        inputs: [
          distinct([3, s.channels, s.output + s.kernel - 1, s.output + s.kernel - 1]),
          distinct([3, s.channels, s.kernel, s.kernel], 2),
        ],
        batched: [0],
      }),
    ));

  it('ConvTranspose', () =>
    check(slidings, (s) => {
      const { kernel } = s;
      return {
        op: 'ConvTranspose',
        inputs: [
          distinct([3, 4, ...s.spatial.map((size) => size - 2)]),
          distinct([4, 3, ...kernel], 2),
          distinct([3 * s.group], 3),
        ],
        attributes: {
          ...steps(s),
          ...padding(s),
          group: s.group,
          output_padding: s.paddings.map((extra, axis) => Math.min(extra, s.strides[axis]! - 1)),
        },
        batched: [0],
        ...(s.constant ? { constants: [1, 2], wrt: [0] } : {}),
      };
    }));

  it('MaxPool', () =>
    check(slidings, (s) => ({
      op: 'MaxPool',
      inputs: [distinct([3, 2, ...s.spatial])],
      attributes: { ...pooling(largeKernel(s)), storage_order: s.flag },
      batched: [0],
    })));

  it('AveragePool', () =>
    check(slidings, (s) => ({
      op: 'AveragePool',
      inputs: [distinct([3, 2, ...s.spatial])],
      attributes: { ...pooling(s), count_include_pad: s.flag },
      batched: [0],
    })));

  it('LpPool', () =>
    check(slidings, (s) => ({
      op: 'LpPool',
      inputs: [distinct([3, 2, ...s.spatial])],
      attributes: { ...pooling(s), p: 2 + s.flag },
      batched: [0],
    })));

  it('Resize', () =>
    check(
      fc.record({
        sizes: list(2, 1, 9),
        scales: fc.tuple(fc.constantFrom(0.5, 0.7, 1, 1.3, 2), fc.constantFrom(0.4, 1, 2, 2.6)),
        bySizes: fc.boolean(),
        mode: fc.constantFrom('nearest', 'linear', 'cubic'),
        coordinates: fc.constantFrom(
          'half_pixel',
          'half_pixel_symmetric',
          'pytorch_half_pixel',
          'align_corners',
          'asymmetric',
        ),
      }),
      ({ sizes, scales, bySizes, mode, coordinates }) => ({
        op: 'Resize',
        inputs: [distinct([3, 2, 5, 6]), undefined, ...(bySizes ? [undefined, ints(...sizes)] : [numbers(...scales)])],
        attributes: { mode, coordinate_transformation_mode: coordinates, axes: [2, 3] },
        constants: [2],
        wrt: [0],
        batched: [0],
      }),
    ));

  it('Slice', () =>
    check(
      fc.record({
        starts: list(2, -9, 9),
        ends: list(2, -9, 9),
        steps: fc.tuple(fc.constantFrom(-3, -1, 1, 1, 2), fc.constantFrom(-2, 1, 1, 3)),
        axes: fc.constantFrom([-1, 1], [1, 2], [2, 1]),
        constant: fc.boolean(),
      }),
      ({ starts, ends, steps: by, axes, constant }) => ({
        op: 'Slice',
        inputs: [distinct([3, 5, 6]), ints(...starts), ints(...ends), ints(...axes), ints(...by)],
        fed: constant ? [] : [1, 2],
        batched: [0],
      }),
    ));

  it('Pad', () =>
    check(
      fc.record({
        begins: list(2, -2, 3),
        ends: list(2, -2, 3),
        mode: fc.constantFrom('constant', 'reflect', 'edge', 'wrap'),
      }),
      ({ begins, ends, mode }) => {
        // Only zeros are cut off again by every runtime.
        const pads = [...begins, ...ends].map((pad) => (mode === 'constant' ? pad : Math.max(0, pad)));
        return {
          op: 'Pad',
          inputs: [distinct([3, 5, 4]), ints(...pads), undefined, ints(2, 1)],
          attributes: { mode },
          batched: [0],
        };
      },
    ));

  it('broadcasting', () =>
    check(
      fc.record({
        op: fc.constantFrom('Add', 'Sub', 'Mul', 'Div', 'Pow', 'Max', 'Min', 'Mean'),
        rank: fc.integer({ min: 0, max: 4 }),
        ones: fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
        swapped: fc.boolean(),
      }),
      ({ op, rank, ones, swapped }) => {
        const dims = [3, 2, 4, 2];
        const some = (from: number): number[] => dims.map((dim, axis) => (axis > 0 && ones[from + axis] ? 1 : dim));
        const small = scaled(distinct(some(4).slice(4 - rank), 2), 0.3, 1);
        const full = scaled(distinct(some(0)), 0.4, 1.1);
        return {
          op,
          inputs: swapped ? [small, full] : [full, small],
          batched: rank === 4 ? [0, 1] : [swapped ? 1 : 0],
        };
      },
    ));
});
