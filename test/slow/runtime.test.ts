import { describe, it } from 'vitest';
import { expectAgreement, floats, integers, shaped, values } from './agreement.ts';
import type { Array64, SlowAttributes } from './array64.ts';
import type { RuntimeNode } from './nodeInRuntime.ts';

interface Case {
  readonly title: string;
  readonly node: RuntimeNode;
}

const single = (
  op: string,
  opset: number,
  inputs: readonly (Array64 | undefined)[],
  attributes: SlowAttributes = {},
  more: Partial<RuntimeNode> = {},
): Case => ({
  title: `${op} ${JSON.stringify(attributes)} of inputs ${inputs.map((input) => `[${input?.dims ?? ''}]`).join(' ')}`,
  node: { op, opset, inputs, attributes, outputCount: 1, ...more },
});

const image = values([2, 4, 5, 6]);
const [q, k, v] = [values([2, 4, 3, 8]), values([2, 2, 5, 8], 2), values([2, 2, 5, 6], 3)];
const resized = (attributes: SlowAttributes, sizes: Array64 | undefined, scales?: Array64): Case =>
  single('Resize', 19, [values([1, 2, 7, 6]), undefined, scales, ...(sizes === undefined ? [] : [sizes])], attributes, {
    floats: ['cubic_coeff_a'],
  });

/** What is newer than the operator tests of opset 17, or has no test there. */
const cases: readonly Case[] = [
  single('Gelu', 20, [image]),
  single('Gelu', 20, [image], { approximate: 'tanh' }),
  single('Mish', 18, [image]),
  single('GroupNormalization', 21, [image, values([4], 5), values([4], 6)], { num_groups: 2 }),
  single('RMSNormalization', 23, [image, values([6], 5)], { axis: -1 }),
  single('RMSNormalization', 23, [image, values([5, 6], 5)], { axis: 2, epsilon: 0.1 }),
  single('LpNormalization', 1, [image], { axis: 1, p: 1 }),
  single('LpNormalization', 1, [image], { axis: -1, p: 2 }),
  single('LpPool', 18, [image], { kernel_shape: [3, 2], strides: [2, 1], pads: [1, 0, 1, 1], p: 3 }),
  single('LpPool', 18, [image], { kernel_shape: [2, 2], dilations: [2, 2] }),
  single('GlobalLpPool', 2, [image], { p: 3 }),
  single('Pad', 19, [image, integers(1, 2, 2, 1), floats(7), integers(-1, 2)].with(2, shaped([], floats(7)))),
  single('Pad', 19, [image, integers(0, 0, 1, 2, 0, 0, 3, 1)], { mode: 'wrap' }),
  single('Pad', 19, [image, integers(0, 0, 1, 2, 0, 0, 3, 1)], { mode: 'reflect' }),
  single('Pad', 19, [image, integers(0, 0, -1, 2, 0, 0, 3, -2)]),
  single('Split', 18, [image], { axis: 2, num_outputs: 2 }, { outputCount: 2 }),
  single('ReduceSum', 13, [image, integers()], { noop_with_empty_axes: 1 }),
  single('ReduceMax', 18, [image, integers(-1, 1)], { keepdims: 0 }),
  single('ReduceLogSumExp', 18, [image, integers(2)]),
  single('ScatterElements', 18, [image, shaped([1, 1, 2, 2], integers(0, 4, 4, 2)), values([1, 1, 2, 2], 9)], {
    axis: 2,
    reduction: 'max',
  }),
  single('ScatterElements', 18, [image, shaped([1, 1, 3, 1], integers(1, 1, -1)), values([1, 1, 3, 1], 9)], {
    axis: 2,
    reduction: 'add',
  }),
  single('ScatterND', 18, [image, shaped([2, 2], integers(0, 1, 1, 3)), values([2, 5, 6], 9)], { reduction: 'min' }),
  single('GatherND', 13, [image, shaped([2, 1], integers(2, 0))], { batch_dims: 1 }),
  single('Einsum', 12, [values([3, 4, 5]), values([3, 5, 2], 4)], { equation: 'bij,bjk->bik' }),
  single('Einsum', 12, [values([2, 3, 4]), values([4, 5], 4)], { equation: '...j,jk' }),
  single('MaxUnpool', 11, [values([1, 1, 2, 2]), shaped([1, 1, 2, 2], integers(6, 8, 16, 24)), integers(1, 1, 5, 5)], {
    kernel_shape: [2, 2],
    strides: [2, 2],
  }),
  single('DepthToSpace', 13, [image], { blocksize: 2, mode: 'CRD' }),
  single('Trilu', 14, [image, shaped([], integers(-1))], { upper: 0 }),
  single('TopK', 11, [image, integers(3)], { axis: 2, largest: 0 }, { outputCount: 2 }),
  single('ArgMax', 13, [image], { axis: 1, keepdims: 0 }),
  single('CumSum', 14, [image, shaped([], integers(2))], { exclusive: 1, reverse: 1 }),
  single('LRN', 13, [image], { size: 3, alpha: 0.5, beta: 0.6, bias: 1.5 }),
  single('InstanceNormalization', 6, [image, values([4], 5), values([4], 6)]),
  single('LayerNormalization', 17, [image, values([5, 6], 5), values([5, 6], 6)], { axis: 2 }, { outputCount: 3 }),
  single('QuantizeLinear', 21, [image, shaped([4], floats(0.01, 0.02, 0.005, 0.5))], { axis: 1, output_dtype: 3 }),
  single('Attention', 23, [q, k, v]),
  single('Attention', 23, [q, k, v, values([3, 5], 7)], { scale: 0.3 }),
  single('Attention', 23, [q, k, v], { is_causal: 1 }),
  single('Attention', 23, [q, k, v], { softcap: 0.5 }),
  single(
    'Attention',
    23,
    [q, k, v, shaped([3, 5], floats(...[1, 0, 1, 1, 0], ...[1, 1, 1, 0, 0], ...[0, 0, 1, 1, 1]))],
    {},
    {
      booleans: [3],
    },
  ),
  single(
    'Attention',
    23,
    [q, k, v, undefined, values([2, 2, 2, 8], 5), values([2, 2, 2, 6], 6)],
    { is_causal: 1 },
    {
      outputCount: 3,
    },
  ),
  single('Attention', 23, [values([2, 3, 32]), values([2, 5, 16], 2), values([2, 5, 12], 3)], {
    q_num_heads: 4,
    kv_num_heads: 2,
  }),
  ...[0, 1, 2, 3].map((qk_matmul_output_mode) =>
    single(
      'Attention',
      23,
      [q, k, v, values([3, 5], 7)],
      { qk_matmul_output_mode, softcap: 0.7 },
      {
        outputCount: 4,
        floats: ['softcap'],
      },
    ),
  ),
  ...['half_pixel', 'half_pixel_symmetric', 'pytorch_half_pixel', 'align_corners', 'asymmetric'].flatMap((mode) => [
    resized({ mode: 'linear', coordinate_transformation_mode: mode }, undefined, floats(1, 1, 1.7, 0.6)),
    resized({ mode: 'linear', coordinate_transformation_mode: mode }, integers(1, 2, 9, 4)),
    resized({ mode: 'cubic', coordinate_transformation_mode: mode, cubic_coeff_a: -0.5 }, integers(1, 2, 5, 11)),
    ...['round_prefer_floor', 'round_prefer_ceil', 'floor', 'ceil'].map((nearest_mode) =>
      resized({ mode: 'nearest', coordinate_transformation_mode: mode, nearest_mode }, integers(1, 2, 11, 4)),
    ),
  ]),
  resized({ mode: 'cubic', exclude_outside: 1 }, integers(1, 2, 9, 4)),
  resized({ mode: 'linear', antialias: 1 }, integers(1, 2, 3, 4)),
  resized({ mode: 'cubic', antialias: 1 }, integers(1, 2, 3, 4)),
  resized({ mode: 'linear', axes: [2, 3], keep_aspect_ratio_policy: 'not_larger' }, integers(12, 9)),
  resized({ mode: 'linear', axes: [3, 2], keep_aspect_ratio_policy: 'not_smaller' }, integers(9, 12)),
];

describe('the slow operators against ONNX Runtime', () => {
  it.each(cases)('$title', ({ node }) => expectAgreement(node));
});
