import type { AttributeLike } from '../../../../src/onnx/attributes.ts';
import { distinct } from '../inputs.ts';
import type { OperatorCase } from '../operatorCase.ts';

type Attributes = Readonly<Record<string, AttributeLike>>;

const conv = (x: readonly number[], w: readonly number[], attributes: Attributes = {}): OperatorCase => ({
  op: 'Conv',
  inputs: [distinct([3, ...x]), distinct(w, 2), distinct([w[0] ?? 1], 3)],
  attributes,
  batched: [0],
});

const transpose = (x: readonly number[], w: readonly number[], attributes: Attributes = {}): OperatorCase => ({
  op: 'ConvTranspose',
  inputs: [distinct([3, ...x]), distinct(w, 2), distinct([(w[1] ?? 1) * Number(attributes.group ?? 1)], 3)],
  attributes,
  batched: [0],
});

/** With weights that are known beforehand the rule may compute from them. */
const known = (operatorCase: OperatorCase): OperatorCase => ({ ...operatorCase, constants: [1, 2], wrt: [0] });

export const convolutionCases: readonly OperatorCase[] = [
  conv([2, 5, 6], [4, 2, 3, 3]),
  conv([2, 5, 6], [4, 2, 3, 3], { pads: [1, 1, 1, 1] }),
  conv([2, 7, 6], [4, 2, 3, 2], { strides: [2, 1], pads: [1, 0, 0, 1] }),
  conv([2, 7, 8], [4, 2, 3, 2], { dilations: [2, 3], pads: [2, 1, 0, 1] }),
  conv([2, 8, 8], [4, 2, 3, 3], { strides: [3, 2] }),
  conv([4, 7, 6], [6, 2, 3, 2], { group: 2, strides: [2, 2] }),
  conv([4, 5, 6], [4, 1, 3, 3], { group: 4, pads: [1, 1, 1, 1] }),
  conv([2, 5, 6], [4, 2, 1, 1], { strides: [2, 2] }),
  conv([2, 5, 6], [4, 2, 1, 1]),
  conv([2, 5, 6], [4, 2, 3, 3], { pads: [3, 4, 3, 3] }),
  conv([2, 7], [3, 2, 3], { strides: [2], pads: [1, 1] }),
  conv([2, 9], [4, 1, 3], { group: 2, dilations: [2] }),
  conv([2, 4, 5, 4], [3, 2, 2, 3, 2], { strides: [1, 2, 1], pads: [1, 0, 0, 0, 1, 1] }),
  ...['SAME_UPPER', 'SAME_LOWER', 'VALID'].flatMap((auto_pad) => [
    conv([2, 7, 6], [4, 2, 3, 4], { auto_pad }),
    conv([2, 7, 6], [4, 2, 3, 4], { auto_pad, strides: [2, 3] }),
  ]),
  { ...conv([2, 5, 6], [4, 2, 3, 3]), inputs: [distinct([3, 2, 5, 6]), distinct([4, 2, 3, 3], 2)] },
  known(conv([8, 5, 6], [4, 8, 3, 3], { pads: [1, 1, 1, 1] })),
  known(conv([8, 7, 8], [4, 4, 3, 2], { group: 2, dilations: [2, 1], pads: [1, 0, 2, 1] })),
  known(conv([8, 7, 8], [4, 8, 3, 3], { strides: [2, 2], pads: [1, 1, 1, 1] })),
  known(conv([8, 7], [4, 8, 3])),
  known(conv([8, 4, 4, 3], [4, 8, 2, 3, 1], { auto_pad: 'SAME_UPPER' })),
  transpose([2, 4, 5], [2, 3, 3, 3]),
  transpose([2, 4, 5], [2, 3, 3, 3], { strides: [2, 2], pads: [1, 1, 1, 1], output_padding: [1, 1] }),
  transpose([2, 4, 5], [2, 3, 3, 2], { strides: [3, 2], pads: [1, 0, 0, 1], output_padding: [2, 0] }),
  transpose([4, 4, 5], [4, 3, 3, 2], { group: 2, strides: [2, 1], dilations: [1, 2] }),
  transpose([2, 4, 5], [2, 3, 2, 2], { strides: [2, 2], output_shape: [9, 10] }),
  transpose([2, 4, 5], [2, 3, 3, 3], { strides: [2, 2], output_shape: [8, 9] }),
  transpose([2, 4, 5], [2, 3, 3, 3], { strides: [2, 2], output_shape: [8, 9], auto_pad: 'SAME_UPPER' }),
  ...['SAME_UPPER', 'SAME_LOWER', 'VALID'].flatMap((auto_pad) => [
    transpose([2, 4, 5], [2, 3, 3, 4], { auto_pad, strides: [2, 2] }),
    transpose([2, 4, 5], [2, 3, 3, 2], { auto_pad }),
  ]),
  transpose([2, 5], [2, 3, 4], { strides: [3], pads: [1, 2], output_padding: [1] }),
  transpose([2, 3, 2, 4], [2, 3, 2, 3, 2], { strides: [1, 2, 1], pads: [0, 1, 0, 1, 0, 0] }),
  known(transpose([2, 4, 5], [2, 3, 3, 3], { strides: [2, 2] })),
  { ...transpose([2, 4, 5], [2, 3, 3, 3]), inputs: [distinct([3, 2, 4, 5]), distinct([2, 3, 3, 3], 2)] },
];
