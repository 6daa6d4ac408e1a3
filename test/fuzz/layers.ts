import { float } from '../../src/onnx/attributes.ts';
import type { Attribute } from '../../src/onnx/graph.ts';
import { sizeOf, tensor } from '../../src/onnx/tensor.ts';
import type { Attributes, GraphMaker, Value } from './graphMaker.ts';

/** A layer: some nodes with random attributes, on a map [n, c, h, w]. What it gives may have another rank. */
export type Layer = (m: GraphMaker, x: Value) => Value;

const text = (value: string): Attribute => ({ type: 'string', value });

const sameSteps = (m: GraphMaker, rank: number): Attributes => ({
  strides: m.chance(0.5) ? undefined : m.list(rank, 1, 3),
});

/** Paddings in one of the ways in which ONNX has them. */
function padding(m: GraphMaker, kernel: readonly number[]): Attributes {
  const auto = m.pick(['NOTSET', 'NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID']);
  if (auto !== 'NOTSET') return { auto_pad: text(auto) };
  return m.chance(0.3) ? {} : { pads: [...kernel, ...kernel].map((size) => m.int(0, size - 1)) };
}

const kernelFor = (m: GraphMaker, size: readonly number[], most = 3): number[] =>
  size.map((length) => m.int(1, Math.min(length, most)));

/** Dilations that the input has room for; none with SAME padding, which ONNX Runtime does not convolve with. */
function dilationsFor(m: GraphMaker, size: readonly number[], kernel: readonly number[], pads: Attributes): Attributes {
  const fits = kernel.every((k, i) => (k - 1) * 2 + 1 <= size[i]!);
  return fits && pads.auto_pad === undefined && m.chance(0.25) ? { dilations: kernel.map(() => m.int(1, 2)) } : {};
}

const conv: Layer = (m, x) => {
  const [, channels = 1, ...size] = x.dims;
  const kernel = kernelFor(m, size);
  const divisors = [1, 2, 3, channels].filter((g) => channels % g === 0);
  const group = m.pick(divisors);
  const filters = group * m.int(1, Math.max(1, Math.floor(4 / group)));
  const pads = padding(m, kernel);
  const weights = m.constant([filters, channels / group, ...kernel]);
  const bias = m.chance(0.6) ? [m.constant([filters])] : [];
  const steps = { ...sameSteps(m, size.length), ...dilationsFor(m, size, kernel, pads) };
  return m.add('Conv', [x, weights, ...bias], { ...pads, ...steps, group });
};

const convTranspose: Layer = (m, x) => {
  const [, channels = 1, ...size] = x.dims;
  const kernel = size.map(() => m.int(1, 3));
  const group = channels % 2 === 0 && m.chance(0.3) ? 2 : 1;
  const strides = size.map(() => m.int(1, 2));
  const weights = m.constant([channels, m.int(1, 2), ...kernel]);
  const full = size.map((length, i) => (length - 1) * strides[i]! + kernel[i]!);
  const placed: Attributes = m.chance(0.3)
    ? {
        // Below the input's size ONNX Runtime's shape inference refuses whatever follows.
        output_shape: full.map((length, i) => Math.max(size[i]!, length - m.int(0, 2))),
        auto_pad: text(m.pick(['NOTSET', 'SAME_UPPER', 'SAME_LOWER'])),
      }
    : {
        ...padding(
          m,
          kernel.map(() => 2),
        ),
        output_padding: m.chance(0.3) ? strides.map((s) => m.int(0, s - 1)) : undefined,
      };
  const tooSmall = full.some((length) => length < 4);
  return m.add('ConvTranspose', [x, weights], { ...(tooSmall ? {} : placed), strides, group });
};

const pool: Layer = (m, x) => {
  const [, , ...size] = x.dims;
  const op = m.pick(['MaxPool', 'MaxPool', 'AveragePool', 'AveragePool', 'LpPool']);
  const kernel = kernelFor(m, size);
  const pads = padding(m, kernel);
  const steps = { ...sameSteps(m, size.length), ...dilationsFor(m, size, kernel, pads) };
  const strides = steps.strides as readonly number[] | undefined;
  // ONNX Runtime's MaxPool fails where SAME padding is negative.
  const negative = pads.auto_pad !== undefined && kernel.some((k, i) => k < (strides?.[i] ?? 1));
  const places: Attributes = negative && op === 'MaxPool' ? {} : pads;
  return m.add(op, [x], {
    kernel_shape: kernel,
    ...steps,
    ...places,
    ceil_mode: m.int(0, 1),
    ...(op === 'AveragePool' ? { count_include_pad: m.int(0, 1) } : {}),
    ...(op === 'MaxPool' ? { storage_order: m.int(0, 1) } : {}),
    ...(op === 'LpPool' ? { p: m.int(1, 3) } : {}),
  });
};

const globalPool: Layer = (m, x) => {
  // ONNX Runtime 1.30 has no GlobalLpPool of opset 22.
  const norms = m.opset < 22 ? ['GlobalLpPool'] : [];
  const small = m.add(m.pick(['GlobalAveragePool', 'GlobalMaxPool', ...norms]), [x]);
  // As in squeeze and excitation.
  return m.chance(0.7) ? m.add('Mul', [x, m.add('Sigmoid', [small])]) : m.add('Add', [small, x]);
};

/** Planes of equal numbers have no spread to divide by: what is left of them are roundings. */
function isSpread(m: GraphMaker, x: Value): boolean {
  const plane = sizeOf(x.dims.slice(-1));
  const numbers = m.numbersOf(x);
  return Array.from({ length: numbers.length / plane }, (_, i) => numbers.subarray(i * plane, (i + 1) * plane)).every(
    (row) => Math.max(...row) - Math.min(...row) > 0.05,
  );
}

const normalization: Layer = (m, x) => {
  const [, channels = 1, ...size] = x.dims;
  if (!isSpread(m, x)) return x;
  const perChannel = () => m.constant([channels], 0.5, 1.5);
  const epsilon = float(m.pick([1e-5, 1e-3, 0.1]));
  const kinds: (() => Value)[] = [
    () =>
      m.add('BatchNormalization', [x, perChannel(), m.constant([channels]), m.constant([channels]), perChannel()], {
        epsilon,
      }),
    () => m.add('InstanceNormalization', [x, perChannel(), m.constant([channels])], { epsilon }),
    () => {
      const axis = m.pick([1, 2, 3, -1, -2]);
      const dims = x.dims.slice(axis);
      return m.add(
        'LayerNormalization',
        [x, m.constant(dims, 0.5, 1.5), ...(m.chance(0.5) ? [m.constant(dims)] : [])],
        { axis, epsilon },
      );
    },
    () =>
      m.add('LRN', [x], {
        size: m.pick([1, 3, 5]),
        alpha: float(m.number(0.1, 1)),
        beta: float(m.pick([0.5, 0.75, 1])),
        bias: float(m.pick([1, 2])),
      }),
    // ONNX Runtime's gives NaN for planes of equal numbers.
    () =>
      m.add('MeanVarianceNormalization', [m.add('Add', [x, m.constant(x.dims.slice(1))])], {
        axes: m.pick([
          [2, 3],
          [1, 2, 3],
        ]),
      }),
    () => m.add('LpNormalization', [x], { axis: m.pick([1, 2, 3, -1]), p: m.int(1, 2) }),
  ];
  if (m.opset >= 21) {
    const groups = m.pick([1, 2, channels].filter((g) => channels % g === 0));
    kinds.push(() =>
      m.add('GroupNormalization', [x, perChannel(), m.constant([channels])], { num_groups: groups, epsilon }),
    );
  }
  if (m.opset >= 23)
    kinds.push(() => m.add('RMSNormalization', [x, m.constant(x.dims.slice(-1), 0.5, 1.5)], { epsilon }));
  // By hand, as exporters write it.
  kinds.push(() => {
    const centred = m.add('Sub', [x, m.add('ReduceMean', [x, m.ints(-1)])]);
    const variance = m.add('ReduceMean', [m.add('Mul', [centred, centred]), m.ints(-1)]);
    return m.add('Div', [centred, m.add('Sqrt', [m.add('Add', [variance, m.constant([], 0.01, 0.1)])])]);
  });
  return size.every((length) => length > 0) ? m.pick(kinds)() : x;
};

const activation: Layer = (m, x) => {
  const one = (low: number, high: number) => m.constant([], low, high);
  const alpha = float(m.number(0.1, 1.5));
  const kinds: (() => Value)[] = [
    ...[
      'Relu',
      'Relu',
      'Sigmoid',
      'Tanh',
      'Softplus',
      'Softsign',
      'Mish',
      'HardSwish',
      'Selu',
      'Erf',
      'Sin',
      'Cos',
      'Abs',
      'Neg',
      'Identity',
      'Atan',
      'Asinh',
    ].map((op) => () => m.add(op, [x])),
    ...['LeakyRelu', 'Elu', 'Celu', 'ThresholdedRelu'].map((op) => () => m.add(op, [x], { alpha })),
    () => m.add('HardSigmoid', [x], { alpha, beta: float(0.4) }),
    () => m.add('Shrink', [x], { lambd: float(0.3), bias: float(m.pick([0, 0.3])) }),
    () => m.add('PRelu', [x, m.constant([x.dims[1]!, 1, 1], 0, 0.5)]),
    () => m.add('Clip', [x, one(-1, -0.2), one(0.2, 1)]),
    () => m.add('Clip', [x, undefined, one(0.2, 1)]),
    () => m.add('Clip', [x, one(-0.5, 0.2)]),
    () => m.add('Exp', [m.add('Tanh', [x])]),
    () => m.add('Log', [m.add('Add', [m.add('Abs', [x]), one(0.3, 1)])]),
    () => m.add('Sqrt', [m.add('Add', [m.add('Mul', [x, x]), one(0.1, 1)])]),
    () => m.add('Reciprocal', [m.add('Add', [m.add('Softplus', [x]), one(0.5, 1)])]),
    () => m.add('Pow', [m.add('Add', [m.add('Abs', [x]), one(0.3, 1)]), one(0.5, 2)]),
    () => m.add('Pow', [x, m.tensor({ type: 'float32', dims: [], data: Float32Array.of(m.pick([2, 3])) })]),
    () => m.add('Mul', [x, m.add('Sigmoid', [x])]),
  ];
  if (m.opset >= 20) kinds.push(() => m.add('Gelu', [x], { approximate: text(m.pick(['none', 'tanh'])) }));
  return m.pick(kinds)();
};

const steps: Layer = (m, x) => {
  const op = m.pick(['Floor', 'Ceil', 'Round', 'Sign']);
  // Beside a way with a slope.
  return m.add('Add', [x, m.add('Mul', [m.add(op, [x]), m.constant([], 0.1, 0.5)])]);
};

/** A shape that broadcasts to x: some axes 1, some leading ones missing, never the batch. */
function broadcastable(m: GraphMaker, dims: readonly number[]): number[] {
  const shape = dims.map((dim, axis) => (axis === 0 || m.chance(0.5) ? 1 : dim));
  return shape.slice(m.int(0, dims.length));
}

const binary: Layer = (m, x) => {
  const op = m.pick(['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min', 'Mean', 'Sum']);
  const divides = op === 'Div';
  const other = m.constant(broadcastable(m, x.dims), divides ? 0.5 : -1, divides ? 2 : 1);
  if (divides && m.chance(0.5)) {
    return m.add('Div', [other, m.add('Add', [m.add('Abs', [x]), m.constant([], 0.5, 1)])]);
  }
  return m.add(op, m.chance(0.5) ? [x, other] : divides ? [x, other] : [other, x]);
};

const reduction: Layer = (m, x) => {
  const axes = [1, 2, 3].filter(() => m.chance(0.5));
  if (axes.length === 0) axes.push(m.int(1, 3));
  const given = m.ints(...axes.map((axis) => (m.chance(0.3) ? axis - x.dims.length : axis)));
  const op = m.pick([
    'ReduceMean',
    'ReduceSum',
    'ReduceMax',
    'ReduceMin',
    'ReduceL1',
    'ReduceL2',
    'ReduceSumSquare',
    'ReduceLogSumExp',
    'ReduceProd',
  ]);
  // Products over more than a line leave what float32 can hold.
  const reduced =
    op === 'ReduceProd'
      ? m.add(op, [m.add('Exp', [m.add('Tanh', [x])]), m.ints(axes[0]!)], { keepdims: 1 })
      : m.add(op, [x, given], { keepdims: 1 });
  return m.add(m.pick(['Sub', 'Add', 'Mul']), m.chance(0.5) ? [x, reduced] : [reduced, x]);
};

const softmax: Layer = (m, x) => m.add(m.pick(['Softmax', 'LogSoftmax']), [x], { axis: m.pick([1, 2, 3, -1, -3]) });

const slice: Layer = (m, x) => {
  const axes = m.pick([[1], [2], [3], [2, 3], [-1, -2], [3, 1]]);
  const sizes = axes.map((axis) => x.dims.at(axis)!);
  const by = axes.map(() => m.pick([1, 1, 2, -1]));
  const starts = sizes.map((size, i) => (by[i]! < 0 ? size - 1 : m.int(0, Math.floor(size / 3))));
  const ends = sizes.map((size, i) => (by[i]! < 0 ? -size - 1 : m.pick([size, 100, size])));
  return m.add('Slice', [x, m.ints(...starts), m.ints(...ends), m.ints(...axes), m.ints(...by)]);
};

const pad: Layer = (m, x) => {
  const mode = m.pick(['constant', 'constant', 'reflect', 'edge', ...(m.opset >= 19 ? ['wrap'] : [])]);
  const room = mode === 'reflect' || mode === 'wrap' ? Math.min(...x.dims.slice(2)) - 1 : 2;
  const [top, left, bottom, right] = m.list(4, 0, Math.min(2, room)) as [number, number, number, number];
  const value = mode === 'constant' && m.chance(0.5) ? [m.constant([])] : [];
  return m.add('Pad', [x, m.ints(0, 0, top, left, 0, 0, bottom, right), ...value], { mode: text(mode) });
};

const move: Layer = (m, x) => {
  const [, c = 1, h = 1, w = 1] = x.dims;
  const perms = [
    [0, 1, 3, 2],
    [0, 3, 2, 1],
    [0, 2, 3, 1],
  ];
  const kinds: (() => Value)[] = [
    () => m.add('Transpose', [x], { perm: m.pick(perms) }),
    () => m.add('Reshape', [x, m.ints(m.pick([-1, 0]), c, w, h)]),
    () =>
      m.add('Gather', [x, m.ints(...m.list(m.int(1, 3), -1, Math.min(h, w, c) - 1))], { axis: m.pick([1, 2, 3, -1]) }),
    () => m.add('Expand', [m.add('ReduceMean', [x, m.ints(1)]), m.ints(1, 2, 1, 1)]),
    () => m.add('Tile', [x, m.ints(1, 1, m.int(1, 2), 1)]),
    () =>
      m.add('CumSum', [x, m.tensor(tensor('int64', [], BigInt64Array.of(BigInt(m.pick([1, 2, 3, -1])))))], {
        exclusive: m.int(0, 1),
        reverse: m.int(0, 1),
      }),
    () =>
      m.add('Concat', m.chance(0.5) ? [x, m.add('Neg', [x])] : [m.add('Relu', [x]), x, x], {
        axis: m.pick([1, 2, 3, -1]),
      }),
    () => {
      const axis = m.pick([1, 2, 3].filter((a) => x.dims[a]! > 1));
      if (axis === undefined) return x;
      const first = m.int(1, x.dims[axis]! - 1);
      const [a, b] = m.addMany('Split', [x, m.ints(first, x.dims[axis]! - first)], 2, { axis }) as [Value, Value];
      return m.add('Concat', [b, m.add('Tanh', [a])], { axis });
    },
    () => (h % 2 === 0 && w % 2 === 0 ? m.add('SpaceToDepth', [x], { blocksize: 2 }) : x),
    () => (c % 4 === 0 ? m.add('DepthToSpace', [x], { blocksize: 2, mode: text(m.pick(['DCR', 'CRD'])) }) : x),
    () =>
      m.add('Unsqueeze', [
        m.add('Squeeze', [m.add('ReduceMax', [x, m.ints(2)]), m.ints(2)]),
        m.ints(m.pick([1, 2, 3])),
      ]),
    () => {
      const k = m.int(1, w);
      return m.addMany('TopK', [x, m.ints(k)], 2, { axis: 3, largest: m.int(0, 1), sorted: 1 })[0]!;
    },
    () => m.add('Trilu', [x], { upper: m.int(0, 1) }),
  ];
  return m.pick(kinds)();
};

const choose: Layer = (m, x) => {
  const bound = m.constant([], -0.3, 0.3);
  const condition = m.add(m.pick(['Greater', 'Less', 'GreaterOrEqual']), m.chance(0.5) ? [x, bound] : [bound, x]);
  const other = m.pick([() => m.constant(broadcastable(m, x.dims)), () => m.add('Neg', [x])])();
  return m.add('Where', m.chance(0.5) ? [condition, x, other] : [condition, other, x]);
};

const resize: Layer = (m, x) => {
  const mode = m.pick(['nearest', 'linear', 'linear', 'cubic']);
  const given: Attributes = {
    mode: text(mode),
    coordinate_transformation_mode: text(m.pick(['half_pixel', 'align_corners', 'asymmetric', 'pytorch_half_pixel'])),
  };
  const scales = m.tensor({
    type: 'float32',
    dims: [4],
    data: Float32Array.of(1, 1, m.pick([1, 1.5, 2]), m.pick([1, 2, 0.5])),
  });
  return m.add('Resize', [x, undefined, scales], given);
};

const matmul: Layer = (m, x) => {
  const [, c = 1, , w = 1] = x.dims;
  const out = m.int(1, 4);
  const kinds: (() => Value)[] = [
    () => m.add('MatMul', [x, m.constant([w, out])]),
    () => m.add('MatMul', [m.constant([out, x.dims[2]!]), x]),
    () => m.add('Einsum', [x, m.constant([c, out])], { equation: text('nchw,ck->nkhw') }),
    () => m.add('Einsum', [m.constant([out, w]), x], { equation: text('kw,nchw->nchk') }),
    () => m.add('MatMul', [x, m.add('Transpose', [x], { perm: [0, 1, 3, 2] })]),
  ];
  return m.pick(kinds)();
};

/** Softmax(q k / sqrt d) v over the positions, heads along the channels. */
const attention: Layer = (m, x) => {
  const [, c = 1, h = 1, w = 1] = x.dims;
  if (h * w > 36) return x;
  const tokens = m.add('Transpose', [m.add('Reshape', [x, m.ints(0, c, h * w)])], { perm: [0, 2, 1] });
  const project = () => m.add('MatMul', [tokens, m.constant([c, 4])]);
  const [q, k, v] = [project(), project(), project()];
  const joined = (): Value => {
    const logits = m.add('MatMul', [q, m.add('Transpose', [k], { perm: [0, 2, 1] })]);
    const scaled = m.add('Mul', [logits, m.constant([], 0.3, 0.7)]);
    const masked = m.chance(0.4) ? m.add('Add', [scaled, m.constant([h * w, h * w], -3, 0)]) : scaled;
    return m.add('MatMul', [m.add('Softmax', [masked], { axis: -1 }), v]);
  };
  const result =
    m.opset >= 23 && m.chance(0.5)
      ? m.add('Attention', [q, k, v], { q_num_heads: 2, kv_num_heads: 2, is_causal: m.int(0, 1) })
      : joined();
  return m.add('Reshape', [m.add('Transpose', [result], { perm: [0, 2, 1] }), m.ints(0, 4, h, w)]);
};

/** Rows of the map as steps. */
const recurrent: Layer = (m, x) => {
  const [, c = 1, h = 1, w = 1] = x.dims;
  const op = m.pick(['LSTM', 'GRU', 'RNN'] as const);
  const gates = { LSTM: 4, GRU: 3, RNN: 1 }[op];
  const direction = m.pick(['forward', 'reverse', 'bidirectional']);
  const [d, size] = [direction === 'bidirectional' ? 2 : 1, m.int(1, 3)];
  const sequence = m.add('Reshape', [m.add('Transpose', [x], { perm: [2, 0, 1, 3] }), m.ints(h, -1, c * w)]);
  const weights = [m.constant([d, gates * size, c * w]), m.constant([d, gates * size, size])];
  const bias = m.chance(0.7) ? [m.constant([d, 2 * gates * size])] : [];
  const [y, last] = m.addMany(op, [sequence, ...weights, ...bias], 2, {
    hidden_size: size,
    direction: text(direction),
    clip: m.chance(0.2) ? float(0.6) : undefined,
    linear_before_reset: op === 'GRU' ? m.int(0, 1) : undefined,
  }) as [Value, Value];
  // [t, d, n, h] -> [n, d, t, h], or the last state alone: [d, n, h] -> [n, d, 1, h]
  if (m.chance(0.7)) return m.add('Transpose', [y], { perm: [2, 1, 0, 3] });
  return m.add('Unsqueeze', [m.add('Transpose', [last], { perm: [1, 0, 2] }), m.ints(2)]);
};

/** A pair of QuantizeLinear and DequantizeLinear. */
const quantized: Layer = (m, x) => {
  const [, channels = 1] = x.dims;
  const perChannel = m.chance(0.4);
  const dims = perChannel ? [channels] : [];
  const signed = m.signed;
  const count = sizeOf(dims);
  const zeros = Array.from({ length: count }, () => (signed ? m.int(-20, 20) : m.int(0, 200)));
  const zero = m.tensor(
    signed ? tensor('int8', dims, Int8Array.from(zeros)) : tensor('uint8', dims, Uint8Array.from(zeros)),
  );
  const scale = m.constant(dims, 0.01, 0.03);
  const axis = perChannel ? { axis: m.pick([1, -3]) } : {};
  const integers = m.add('QuantizeLinear', [x, scale, zero], axis);
  const real = m.add('DequantizeLinear', [integers, scale, zero], axis);
  // Not left as it is: equal quantised numbers would be ties wherever a largest one is looked for.
  return m.chance(0.5) ? conv(m, real) : m.add('Add', [real, m.constant(real.dims.slice(1))]);
};

const half: Layer = (m, x) =>
  m.halved(x, (value) => m.add(m.pick(['Relu', 'Sigmoid', 'Neg', 'Tanh']), [m.add('Mul', [value, value])]));

/** Each as often as it stands here. */
export const layers: readonly Layer[] = [
  ...[conv, conv, conv, conv, convTranspose, pool, pool, pool, globalPool, normalization, normalization, normalization],
  ...[activation, activation, activation, activation, steps, binary, binary, binary, reduction, reduction, softmax],
  ...[slice, pad, move, move, move, choose, resize, resize, matmul, matmul, attention, recurrent, quantized],
];

/** Layers that konkyo computes more exactly than the file does. */
export const roughLayers: readonly Layer[] = [half];
