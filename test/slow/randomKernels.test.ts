import fc from 'fast-check';
import { describe, it } from 'vitest';
import { expectAgreement, values } from './agreement.ts';
import type { SlowAttributes } from './array64.ts';
import type { RuntimeNode } from './nodeInRuntime.ts';

/** Sizes and attributes of a sliding kernel over 1 to 3 axes, small enough to be slow on. */
const slidings = fc.integer({ min: 1, max: 3 }).chain((rank) => {
  const each = (min: number, max: number): fc.Arbitrary<number[]> =>
    fc.array(fc.integer({ min, max }), { minLength: rank, maxLength: rank });
  return fc.record({
    spatial: each(7, 9),
    kernel: each(1, 3),
    strides: each(1, 3),
    dilations: each(1, 2),
    begins: each(0, 2),
    ends: each(0, 2),
    paddings: each(0, 2),
    auto: fc.constantFrom('NOTSET', 'NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID'),
    flag: fc.integer({ min: 0, max: 1 }),
    ceil: fc.integer({ min: 0, max: 1 }),
    group: fc.constantFrom(1, 2),
    bias: fc.boolean(),
  });
});

type Sample = typeof slidings extends fc.Arbitrary<infer T> ? T : never;

/** ONNX Runtime does not combine dilations with SAME padding. */
const runnable = (sample: Sample): Sample =>
  sample.auto.startsWith('SAME') ? { ...sample, dilations: sample.dilations.map(() => 1) } : sample;

const check = (nodeOf: (sample: Sample) => RuntimeNode): Promise<void> =>
  fc.assert(
    fc.asyncProperty(slidings, (sample) => expectAgreement(nodeOf(runnable(sample)))),
    { seed: 7, numRuns: 60 },
  );

/** A pooling window must hold a cell of the input: padding stays below the kernel. */
const poolAttributes = ({ kernel, strides, dilations, begins, ends, auto, ceil }: Sample): SlowAttributes => ({
  kernel_shape: kernel,
  strides,
  dilations,
  ...(auto === 'NOTSET'
    ? { ceil_mode: ceil, pads: [...begins, ...ends].map((pad, i) => Math.min(pad, kernel[i % kernel.length]! - 1)) }
    : { auto_pad: auto }),
});

const convAttributes = ({ strides, dilations, begins, ends, auto, group }: Sample): SlowAttributes => ({
  strides,
  dilations,
  group,
  ...(auto === 'NOTSET' ? { pads: [...begins, ...ends] } : { auto_pad: auto }),
});

describe('random kernels, 1-D to 3-D, agree with ONNX Runtime', () => {
  it('Conv', () =>
    check((s) => ({
      op: 'Conv',
      opset: 21,
      inputs: [
        values([2, 4, ...s.spatial]),
        values([6, 4 / s.group, ...s.kernel], 2),
        s.bias ? values([6], 3) : undefined,
      ],
      attributes: convAttributes(s),
      outputCount: 1,
    })));

  // SAME promises input * stride. With a kernel below the stride ONNX Runtime gives less; we keep the definition's size.
  it('ConvTranspose', () =>
    check((s) => {
      const same = s.auto.startsWith('SAME');
      const kernel = same ? s.kernel.map((size, axis) => Math.max(size, s.strides[axis]!)) : s.kernel;
      return {
        op: 'ConvTranspose',
        opset: 21,
        inputs: [
          values([2, 4, ...s.spatial]),
          values([4, 3, ...kernel], 2),
          s.bias ? values([3 * s.group], 3) : undefined,
        ],
        attributes: {
          ...convAttributes(s),
          output_padding: s.paddings.map((padding, axis) => Math.min(padding, s.strides[axis]! - 1)),
        },
        outputCount: 1,
      };
    }));

  it('MaxPool with Indices', () =>
    check((s) => ({
      op: 'MaxPool',
      opset: 21,
      inputs: [values([2, 2, ...s.spatial])],
      attributes: { ...poolAttributes(s), storage_order: s.flag },
      outputCount: 2,
    })));

  it('AveragePool', () =>
    check((s) => ({
      op: 'AveragePool',
      opset: 21,
      inputs: [values([2, 2, ...s.spatial])],
      attributes: { ...poolAttributes(s), count_include_pad: s.flag },
      outputCount: 1,
    })));
});
