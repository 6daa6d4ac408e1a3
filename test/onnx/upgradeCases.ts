import { float, floats } from '../../src/onnx/attributes.ts';
import { float32, int64 } from '../../src/onnx/tensor.ts';
import { cases, constant, double, positive, type UpgradeCase, vector, wave } from './upgradeCase.ts';

const x = wave(2, 3, 4, 5);
const image = wave(1, 2, 4, 5);
const allAxes = [{}, { axis: 0 }, { axis: 1 }, { axis: 2 }, { axis: 3 }, { axis: -1 }, { axis: -2 }];
const reductions = ['L1', 'L2', 'LogSum', 'LogSumExp', 'Max', 'Mean', 'Min', 'Prod', 'SumSquare'];
const reducedAxes = [{}, { axes: [1] }, { axes: [-1, 0], keepdims: 0 }, { axes: [2, 3], keepdims: 1 }];
const statistics = (...dims: number[]) => [wave(...dims), wave(...dims), wave(...dims)].map(constant);
const resizeModes = [{}, { mode: 'nearest' }, { mode: 'linear' }];

const attributeCases: readonly UpgradeCase[] = [
  ...cases('Squeeze', [7, 11, 12], [wave(1, 3, 1, 5)], [{}, { axes: [0] }, { axes: [2, 0] }]),
  ...cases('Squeeze', [11], [wave(1, 3, 1, 5)], [{ axes: [-2] }]),
  ...cases('Unsqueeze', [7, 11], [wave(3, 5)], [{ axes: [0] }, { axes: [3, 1] }]),
  ...cases('Unsqueeze', [11], [wave(3, 5)], [{ axes: [-1] }]),
  ...cases('ReduceSum', [7, 11, 12], [x], reducedAxes),
  ...reductions.flatMap((name) => cases(`Reduce${name}`, [7, 11, 13, 17], [positive(2, 3, 4, 5)], reducedAxes)),
  ...cases('ReduceMean', [17], [x], reducedAxes),
  ...cases(
    'Slice',
    [7, 9],
    [x],
    [
      { starts: [1], ends: [2147483647] },
      { starts: [0, -3], ends: [-1, -1], axes: [2, 3] },
      { starts: [1, 0], ends: [3, 1000], axes: [-1, 1] },
    ],
  ),
  ...cases('Split', [7, 11], [wave(2, 6)], [{ axis: 1, split: [2, 4] }, { axis: 1 }, {}], { outputs: 2 }),
  ...cases('Split', [11], [wave(2, 6)], [{ axis: -1, split: [1, 5] }], { outputs: 2 }),
  ...cases('Split', [13, 17], [wave(2, 6)], [{ axis: 1 }, { axis: -2 }], { outputs: 2 }),
  ...cases('Split', [13], [wave(2, 6), constant(int64([5, 1]))], [{ axis: 1 }], { outputs: 2 }),
  ...cases('TopK', [7], [x], [{ k: 2 }, { k: 2, axis: 1 }, { k: 1, axis: -2 }], { outputs: 2 }),
  ...cases('Clip', [7, 10], [x], [{}, { min: float(-0.5) }, { max: float(1) }, { min: float(0), max: float(1.5) }]),
  ...cases(
    'Pad',
    [7, 10],
    [wave(2, 3)],
    [
      { pads: [0, 1, 2, 0] },
      { pads: [0, 1, 2, 0], value: float(1.5) },
      { pads: [0, -1, 1, 1], value: float(-2) },
      { pads: [1, 1, 0, 1], mode: 'reflect' },
      { pads: [1, 1, 0, 3], mode: 'edge' },
    ],
  ),
  ...cases('Pad', [10], [double(wave(2, 3))], [{ pads: [0, 1, 2, 0], value: float(0.5) }]),
  ...cases('DFT', [17, 19], [wave(2, 4, 5, 1)], [{}, { axis: 2 }, { onesided: 1 }]),
  ...cases('DFT', [17], [wave(2, 4, 5, 2), constant(int64([3], []))], [{ inverse: 1 }]),
];

const meaningCases: readonly UpgradeCase[] = [
  ...['Softmax', 'LogSoftmax', 'Hardmax'].flatMap((op) => [
    ...cases(op, [7, 8], [x], allAxes.slice(0, 5)),
    ...cases(op, [11, 12], [x], allAxes),
    ...cases(op, [7, 12], [wave(2, 10)], [{}, { axis: 0 }, { axis: 1 }]),
    // The form of SqueezeNet's end, and its mirror image.
    ...cases(op, [8], [wave(2, 10, 1, 1)], [{}, { axis: 1 }, { axis: 0 }, { axis: 2 }]),
    ...cases(op, [12], [wave(2, 1, 1, 10)], [{}, { axis: -2 }]),
    ...cases(op, [8], [wave(1, 10)], [{ axis: 0 }]),
    ...cases(op, [13], [x], allAxes),
  ]),
  ...cases(
    'RoiAlign',
    [10, 15],
    [image, constant(float32([2, 4], [0, 0, 2, 3, 1, 1, 3.5, 3])), constant(int64([0, 0]))],
    [
      { output_height: 2, output_width: 3 },
      { output_height: 2, output_width: 2, sampling_ratio: 2, mode: 'max' },
    ],
  ),
  ...cases(
    'RoiAlign',
    [16],
    [image, constant(float32([1, 4], [0, 0, 2, 3])), constant(int64([0]))],
    [{ output_height: 2 }],
  ),
  ...cases(
    'GridSample',
    [16, 19],
    [image, wave(1, 3, 3, 2)],
    [
      {},
      { mode: 'bilinear', padding_mode: 'border' },
      { mode: 'nearest', align_corners: 1 },
      { mode: 'bicubic', padding_mode: 'reflection' },
    ],
  ),
  ...cases(
    'Scatter',
    [9, 10],
    [x, constant(int64([1, 0, 1, 0], [1, 2, 1, 2])), constant(wave(1, 2, 1, 2))],
    [{}, { axis: 1 }],
  ),
];

const resizeCases: readonly UpgradeCase[] = [
  ...cases(
    'Upsample',
    [7, 8],
    [image],
    [
      { scales: floats([1, 1, 2, 3]) },
      { scales: floats([1, 1, 1.6, 2.2]), mode: 'nearest' },
      { scales: floats([1, 1, 1.6, 2]), mode: 'linear' },
    ],
  ),
  ...cases('Upsample', [9], [image, vector(1, 1, 2, 1.7)], resizeModes),
  ...cases('Resize', [10], [image, vector(1, 1, 2, 1.7)], resizeModes),
  ...cases('Resize', [10], [image, vector(1, 1, 0.6, 0.7)], resizeModes),
  ...cases('Resize', [10], [image, vector(1, 1, 0.6, 1.3)], resizeModes),
  ...cases('Resize', [10], [wave(1, 1, 7, 9), float32([4], [1, 1, 1.5, 0.4])], resizeModes),
  ...cases(
    'Resize',
    [11, 12],
    [image, constant(float32([0], [])), vector(1, 1, 2, 1.7)],
    [
      {},
      { mode: 'linear' },
      { mode: 'linear', coordinate_transformation_mode: 'align_corners' },
      { mode: 'cubic', cubic_coeff_a: float(-0.5), coordinate_transformation_mode: 'pytorch_half_pixel' },
      { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
      { mode: 'nearest', coordinate_transformation_mode: 'tf_half_pixel_for_nn', nearest_mode: 'floor' },
      { mode: 'nearest', coordinate_transformation_mode: 'tf_half_pixel_for_nn', nearest_mode: 'ceil' },
    ],
  ),
  // Every pair of sizes from 1 to 12: the two roundings of half a pixel have to agree everywhere.
  ...Array.from({ length: 12 }, (_, i) => i + 1).flatMap((size) =>
    cases(
      'Resize',
      [11],
      [
        wave(1, 1, size, 12),
        constant(float32([0], [])),
        constant(float32([0], [])),
        constant(int64([1, 1, 13 - size, size])),
      ],
      [{ mode: 'nearest', coordinate_transformation_mode: 'tf_half_pixel_for_nn', nearest_mode: 'floor' }],
    ),
  ),
  ...cases('Resize', [13], [image, '', '', constant(int64([1, 2, 3, 9]))], [{ mode: 'linear' }]),
  ...cases('Resize', [13, 18, 19], [image, '', vector(1, 1, 0.5, 1.7)], [{}, { mode: 'cubic', exclude_outside: 1 }]),
];

const normalizationCases: readonly UpgradeCase[] = [
  ...cases(
    'BatchNormalization',
    [7, 8],
    [x, ...statistics(3, 4, 5), positive(3, 4, 5)],
    [{ spatial: 0 }, { spatial: 0, epsilon: float(0.1) }],
  ),
  ...cases(
    'BatchNormalization',
    [7, 9, 13],
    [x, ...statistics(3), positive(3)],
    [{}, { epsilon: float(0.1), momentum: float(0.5) }],
  ),
  ...cases('BatchNormalization', [7], [x, ...statistics(3), positive(3)], [{ spatial: 1 }]),
  ...cases('BatchNormalization', [9, 13], [x, ...statistics(3), positive(3)], [{}, { momentum: float(0.5) }], {
    outputs: 5,
    read: 3,
  }),
  ...cases('Dropout', [7, 10], [x], [{}, { ratio: float(0.25) }], { outputs: 2, read: 1 }),
  ...cases(
    'GroupNormalization',
    [18, 20],
    [wave(2, 6, 3, 3), vector(2, -1, 3), vector(0.5, 1, -2)],
    [{ num_groups: 3 }, { num_groups: 3, epsilon: float(0.1) }],
  ),
  ...cases(
    'MeanVarianceNormalization',
    [7, 8],
    [x],
    [{}, { across_channels: 1 }, { normalize_variance: 0 }, { across_channels: 1, normalize_variance: 0 }],
    { tolerance: 1e-6 },
  ),
];

const experimentalCases: readonly UpgradeCase[] = [
  ...cases('ImageScaler', [7, 9], [x], [{ scale: float(0.5), bias: floats([1, -2, 3]) }]),
  ...cases('Affine', [7], [x], [{ alpha: float(0.5), beta: float(3) }]),
  ...cases('ScaledTanh', [7], [x], [{ alpha: float(0.5), beta: float(3) }], { tolerance: 1e-6 }),
  ...cases('ParametricSoftplus', [7], [x], [{ alpha: float(0.5), beta: float(3) }], { tolerance: 1e-6 }),
  ...cases('Crop', [7], [x], [{ border: [1, 2, 1, 0] }, { border: [1, 2, 0, 0], scale: [1, 3] }]),
  ...cases('DynamicSlice', [7], [x, constant(int64([1, 0])), constant(int64([3, -1]))]),
];

/* No rule: what the specification or the kernel changed without changing what comes out. */
const unchangedCases: readonly UpgradeCase[] = [
  ...cases(
    'AveragePool',
    [7],
    [x],
    [
      { kernel_shape: [3, 2], strides: [2, 2], pads: [1, 0, 1, 1] },
      { kernel_shape: [3, 2], pads: [1, 1, 1, 0], count_include_pad: 1 },
      { kernel_shape: [2, 2], auto_pad: 'SAME_LOWER' },
    ],
    { tolerance: 1e-6 },
  ),
  ...cases(
    'AveragePool',
    [10, 11],
    [wave(2, 3, 6, 6)],
    [0, 1].flatMap((count_include_pad) => [
      { kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1, count_include_pad },
      { kernel_shape: [2, 3], strides: [3, 2], pads: [1, 1, 0, 1], ceil_mode: 1, count_include_pad },
    ]),
    { tolerance: 1e-6 },
  ),
  ...cases('LpPool', [7, 11], [x], [{ kernel_shape: [2, 2] }, { kernel_shape: [3, 2], p: 1, strides: [2, 1] }], {
    tolerance: 1e-6,
  }),
  ...cases('MaxPool', [10], [x], [{ kernel_shape: [2, 3], strides: [3, 2], ceil_mode: 1, pads: [0, 1, 1, 1] }], {
    outputs: 2,
  }),
  ...cases('OneHot', [9, 10], [int64([0, -1, 2, -4, 5]), constant(int64([3])), vector(2, 5)], [{}, { axis: 0 }]),
  ...cases(
    'ConvTranspose',
    [7],
    [x, constant(wave(3, 2, 3, 3))],
    ['SAME_UPPER', 'SAME_LOWER', 'NOTSET'].map((auto_pad) => ({ auto_pad, output_shape: [8, 10], strides: [2, 2] })),
  ),
  ...cases('DepthToSpace', [7], [wave(1, 8, 2, 3)], [{ blocksize: 2 }]),
  ...cases(
    'Gemm',
    [7],
    [wave(2, 3), constant(wave(3, 4)), vector(1, 2, 3, 4)],
    [{ alpha: float(0.5), beta: float(2) }],
  ),
  ...cases('TopK', [10], [x, constant(int64([2]))], [{ axis: 1 }], { outputs: 2 }),
];

export const upgradeCases: readonly UpgradeCase[] = [
  ...attributeCases,
  ...meaningCases,
  ...resizeCases,
  ...normalizationCases,
  ...experimentalCases,
  ...unchangedCases,
];
