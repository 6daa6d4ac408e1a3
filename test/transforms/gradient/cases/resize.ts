import { type AttributeLike, float } from '../../../../src/onnx/attributes.ts';
import type { Tensor } from '../../../../src/onnx/tensor.ts';
import { distinct, ints, numbers } from '../inputs.ts';
import type { OperatorCase } from '../operatorCase.ts';

type Attributes = Readonly<Record<string, AttributeLike>>;

const image = distinct([3, 2, 5, 4]);

const byScales = (scales: Tensor, attributes: Attributes, x: Tensor = image): OperatorCase => ({
  op: 'Resize',
  inputs: [x, undefined, scales],
  attributes,
  constants: [1, 2],
  wrt: [0],
  batched: [0],
});

const bySizes = (height: number, width: number, attributes: Attributes): OperatorCase => ({
  op: 'Resize',
  inputs: [image, undefined, undefined, ints(height, width)],
  attributes: { axes: [2, 3], ...attributes },
  wrt: [0],
  batched: [0],
});

const coordinates = ['half_pixel', 'half_pixel_symmetric', 'pytorch_half_pixel', 'align_corners', 'asymmetric'];

export const resizeCases: readonly OperatorCase[] = [
  ...coordinates.flatMap((coordinate_transformation_mode) => [
    byScales(numbers(1, 1, 2, 3), { mode: 'nearest', coordinate_transformation_mode }),
    byScales(numbers(1, 1, 1.7, 0.6), { mode: 'linear', coordinate_transformation_mode }),
    byScales(numbers(1, 1, 0.5, 2), { mode: 'cubic', coordinate_transformation_mode, cubic_coeff_a: float(-0.5) }),
    bySizes(9, 3, { mode: 'linear', coordinate_transformation_mode }),
    bySizes(7, 4, { mode: 'cubic', coordinate_transformation_mode }),
    ...['round_prefer_ceil', 'floor', 'ceil'].map((nearest_mode) =>
      bySizes(8, 7, { mode: 'nearest', coordinate_transformation_mode, nearest_mode }),
    ),
  ]),
  bySizes(3, 9, { mode: 'cubic', exclude_outside: 1 }),
  bySizes(3, 2, { mode: 'linear', antialias: 1 }),
  bySizes(3, 6, { mode: 'cubic', antialias: 1 }),
  { ...bySizes(9, 3, { mode: 'linear' }), fed: [3] },
  { ...byScales(numbers(1, 1, 2, 1.5), { mode: 'linear' }), constants: [1] },
  byScales(numbers(1, 1, 2), { mode: 'linear' }, distinct([3, 2, 5])),
  byScales(numbers(1, 1, 2, 1.5, 1), { mode: 'linear' }, distinct([3, 2, 3, 4, 2])),
  byScales(numbers(1, 1, 2, 1.5, 2), { mode: 'nearest' }, distinct([3, 2, 3, 4, 2])),
  byScales(numbers(1, 2, 1, 2), { mode: 'nearest' }),
  { ...byScales(numbers(2, 1.5), { mode: 'linear' }, distinct([5, 4])), batched: [] },
  {
    op: 'Resize',
    inputs: [image, numbers(0, 0, 0.2, -0.3, 1, 1, 0.9, 1.4), undefined, ints(3, 2, 6, 9)],
    attributes: { mode: 'linear', coordinate_transformation_mode: 'tf_crop_and_resize', extrapolation_value: float(9) },
    constants: [1],
    wrt: [0],
  },
];
