import fc from 'fast-check';
import type { GraphBuilder } from '../../src/onnx/graphBuilder.ts';
import { float32, int64 } from '../../src/onnx/tensor.ts';

/* Random ways in which a file begins with pixels, and what has been made of each. */

export const [channels, side] = [3, 4];

/** What has been made of the pixels so far: channel c of the value is a_c (channel src_c of the image) + b_c. */
export interface Channel {
  readonly a: number;
  readonly b: number;
  readonly src: number;
}

export interface Preprocessed {
  readonly value: string;
  readonly of: readonly Channel[];
  /** What a border has, by channel; undefined where there is none. */
  readonly border?: readonly number[];
  readonly padding: number;
}

export type Step = (builder: GraphBuilder, before: Preprocessed, layout: Layout) => Preprocessed;
export type Layout = 'NCHW' | 'NHWC';

export const perChannel = (values: readonly number[], layout: Layout) =>
  float32(layout === 'NCHW' ? [1, values.length, 1, 1] : [values.length], values);
const axisOf = (layout: Layout) => (layout === 'NCHW' ? 1 : 3);

/** Every channel c, and its border, becomes scale_c value + offset_c. */
function affine(
  before: Preprocessed,
  value: string,
  scale: readonly number[],
  offset: readonly number[],
): Preprocessed {
  const at = (x: number, c: number) => scale[c]! * x + offset[c]!;
  return {
    ...before,
    value,
    of: before.of.map(({ a, b, src }, c) => ({ a: scale[c]! * a, b: at(b, c), src })),
    ...(before.border ? { border: before.border.map(at) } : {}),
  };
}

const zeros = [0, 0, 0];
const ones = [1, 1, 1];
const each = (value: number) => [value, value, value];

const arithmetic: Readonly<Record<string, (k: readonly number[]) => readonly [scale: number[], offset: number[]]>> = {
  Add: (k) => [[...ones], [...k]],
  Sub: (k) => [[...ones], k.map((value) => -value)],
  Mul: (k) => [[...k], [...zeros]],
  Div: (k) => [k.map((value) => 1 / value), [...zeros]],
};

const withConstant =
  (op: string, k: readonly number[], scalar: boolean, reversed = false): Step =>
  (builder, before, layout) => {
    const values = scalar ? each(k[0]!) : k;
    const constant = builder.constant(scalar ? float32([], [k[0]!]) : perChannel(k, layout));
    const value = builder.add(op, reversed ? [constant, before.value] : [before.value, constant]);
    if (reversed && op === 'Sub') return affine(before, value, each(-1), values);
    return affine(before, value, ...arithmetic[op]!(values));
  };

const normalised =
  (k: readonly number[]): Step =>
  (builder, before, layout) => {
    if (layout === 'NHWC') return before;
    const [scale, shift, mean, variance] = [k, [0.3, -0.2, 0.1], [0.4, 0.5, 0.6], [0.05, 0.08, 0.1]];
    const names = [scale, shift, mean, variance].map((values) => builder.constant(float32([3], values)));
    const value = builder.add('BatchNormalization', [before.value, ...names]);
    const factors = k.map((s, c) => s / Math.sqrt(variance[c]! + 1e-5));
    return affine(
      before,
      value,
      factors,
      factors.map((f, c) => shift[c]! - f * mean[c]!),
    );
  };

const depthwise =
  (k: readonly number[]): Step =>
  (builder, before, layout) => {
    if (layout === 'NHWC') return before;
    const parameters = [float32([3, 1, 1, 1], k), float32([3], [0.5, -1, 0.2])].map((one) => builder.constant(one));
    return affine(before, builder.add('Conv', [before.value, ...parameters], { group: 3 }), k, [0.5, -1, 0.2]);
  };

const turned = (value: string, before: Preprocessed): Preprocessed => ({
  ...before,
  value,
  of: before.of.toReversed(),
  ...(before.border ? { border: before.border.toReversed() } : {}),
});

const flips: Readonly<Record<string, Step>> = {
  gather: (builder, before, layout) =>
    turned(builder.add('Gather', [before.value, builder.ints([2, 1, 0])], { axis: axisOf(layout) }), before),
  slices: (builder, before, layout) => {
    const axis = axisOf(layout);
    const slice = (c: number) =>
      builder.add('Slice', [before.value, ...[[c], [c + 1], [axis]].map((values) => builder.ints(values))]);
    return turned(builder.add('Concat', [slice(2), slice(1), slice(0)], { axis }), before);
  },
  backwards: (builder, before, layout) =>
    turned(
      builder.add('Slice', [before.value, ...[[-1], [-99], [axisOf(layout)], [-1]].map((v) => builder.ints(v))]),
      before,
    ),
  convolution: (builder, before, layout) => {
    if (layout === 'NHWC') return before;
    const weights = builder.constant(float32([3, 3, 1, 1], [0, 0, 1, 0, 1, 0, 1, 0, 0]));
    return turned(builder.add('Conv', [before.value, weights]), before);
  },
};

/** Each channel taken out, scaled and shifted alone, and joined again: torchvision's inception. */
const channelByChannel =
  (k: readonly number[]): Step =>
  (builder, before, layout) => {
    const axis = axisOf(layout);
    const parts = k.map((scale, c) => {
      const one = builder.add('Gather', [before.value, builder.constant(int64([c], []))], { axis });
      const scaled = builder.ops.Add(builder.ops.Mul(one, builder.scalar(scale)), builder.scalar(0.1 * c - 0.3));
      return builder.ops.Unsqueeze(scaled, builder.ints([axis]));
    });
    const offset = k.map((_, c) => 0.1 * c - 0.3);
    return affine(before, builder.add('Concat', parts, { axis }), k, offset);
  };

const padded =
  (value: number): Step =>
  (builder, before, layout) => {
    if (before.padding > 0) return before;
    const pads = layout === 'NCHW' ? [0, 0, 1, 1, 0, 0, 1, 1] : [0, 1, 1, 0, 0, 1, 1, 0];
    const added = builder.add('Pad', [before.value, builder.ints(pads), builder.scalar(value)]);
    return { ...before, value: added, padding: 1, border: each(value) };
  };

const doubled: Step = (builder, before) => affine(before, builder.ops.Add(before.value, before.value), each(2), zeros);
const plusItsNegative: Step = (builder, before) => {
  const { ops } = builder;
  // (1 - 3x) + x
  const other = ops.Sub(builder.scalar(1), ops.Mul(before.value, builder.scalar(3)));
  return affine(before, ops.Add(other, before.value), each(-2), ones);
};
const renamed: Step = (builder, before) => ({ ...before, value: builder.add('Identity', [before.value]) });
const flattened: Step = (builder, before) => {
  const shape = builder.add('Shape', [before.value]);
  const flat = builder.add('Flatten', [before.value]);
  return { ...before, value: builder.ops.Reshape(flat, shape) };
};
const clipped: Step = (builder, before) => ({
  ...before,
  value: builder.add('Clip', [before.value, builder.scalar(-1e3), builder.scalar(1e3)]),
});

/** Spellings of scale, offset and order that seldom come, each by itself. */
export const rareSpellings: Readonly<Record<string, Step>> = {
  Neg: (builder, before) => affine(before, builder.ops.Neg(before.value), each(-1), zeros),
  'Sum of several': (builder, before, layout) => {
    const offset = builder.constant(perChannel([0.3, -0.2, 0.1], layout));
    const value = builder.ops.Sum(before.value, offset, before.value, builder.scalar(-1));
    return affine(before, value, each(2), [-0.7, -1.2, -0.9]);
  },
  'Mean with a constant': (builder, before) =>
    affine(before, builder.add('Mean', [before.value, builder.scalar(-1.5)]), each(0.5), each(-0.75)),
  'Max and Min': (builder, before) => {
    const { ops } = builder;
    return { ...before, value: ops.Min(builder.scalar(1e3), ops.Max(before.value, builder.scalar(-1e3))) };
  },
  'a matrix of channels': (builder, before, layout) => {
    if (layout === 'NCHW') return before;
    const product = builder.ops.MatMul(before.value, builder.constant(float32([3, 3], [0, 0, 2, 0, -1, 0, 0.5, 0, 0])));
    const value = builder.ops.Add(product, builder.constant(float32([3], [-1, 0.5, 0.2])));
    return affine(turned(value, before), value, [0.5, -1, 2], [-1, 0.5, 0.2]);
  },
  'an Einsum': (builder, before, layout) => {
    const factors = builder.constant(float32([3], [0.5, -1, 2]));
    const equation = layout === 'NCHW' ? 'n c h w, c -> n c h w' : '...c,c->...c';
    return affine(before, builder.add('Einsum', [before.value, factors], { equation }), [0.5, -1, 2], zeros);
  },
  'a transposed convolution': (builder, before, layout) => {
    if (layout === 'NHWC') return before;
    const parameters = [float32([3, 1, 1, 1], [2, -1, 0.5]), float32([3], [-1, 0.5, 0.2])];
    const constants = parameters.map((one) => builder.constant(one));
    const value = builder.add('ConvTranspose', [before.value, ...constants], { group: 3 });
    return affine(before, value, [2, -1, 0.5], [-1, 0.5, 0.2]);
  },
  'a kernel of one weight': (builder, before, layout) => {
    if (layout === 'NHWC' || before.padding > 0) return before;
    const kernel = Array.from({ length: 27 }, (_, i) => (i % 9 === 4 ? 2 : 0));
    const parameters = [float32([3, 1, 3, 3], kernel), float32([3], each(-1))].map((one) => builder.constant(one));
    const value = builder.add('Conv', [before.value, ...parameters], { group: 3, pads: [1, 1, 1, 1] });
    return affine(before, value, each(2), each(-1));
  },
  'a channel written over': (builder, before, layout) => {
    const axis = axisOf(layout);
    const one = builder.add('Slice', [before.value, ...[[1], [2], [axis]].map((values) => builder.ints(values))]);
    const places = builder.ops.Expand(builder.constant(int64([1], [1, 1, 1, 1])), builder.add('Shape', [one]));
    const written = builder.ops.Sub(one, builder.scalar(0.7));
    const value = builder.add('ScatterElements', [before.value, places, written], { axis });
    return affine(before, value, ones, [0, -0.7, 0]);
  },
};

const factor = fc.constantFrom(-2, -1, -0.5, 0.5, 1.5, 2);
const factors = fc.tuple(factor, factor, factor);
const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(fc.constantFrom('Add', 'Sub', 'Mul', 'Div'), factors, fc.boolean()).map((one) => withConstant(...one)),
  fc.tuple(fc.constantFrom('Add', 'Sub', 'Mul'), factors, fc.boolean()).map((one) => withConstant(...one, true)),
  factors.map(normalised),
  factors.map(depthwise),
  factors.map(channelByChannel),
  fc.constantFrom(...Object.values(flips), ...Object.values(rareSpellings)),
  fc.constantFrom(-1, 0, 0.5).map(padded),
  fc.constantFrom(doubled, plusItsNegative, renamed, flattened, clipped),
);

export interface Sample {
  readonly steps: readonly Step[];
  readonly layout: Layout;
  /** After how many steps the channels go to the front, for NHWC. */
  readonly transposedAfter: number;
}

export const samples: fc.Arbitrary<Sample> = fc.record({
  steps: fc.array(steps, { minLength: 1, maxLength: 5 }),
  layout: fc.constantFrom<Layout>('NCHW', 'NHWC'),
  transposedAfter: fc.integer({ min: 0, max: 5 }),
});
