import { float } from '../../../src/onnx/attributes.ts';
import { sizeOf } from '../../../src/onnx/tensor.ts';
import { type GraphMaker, type Layer, text, type Value } from '../graphMaker.ts';

/** Planes of equal numbers have no spread to divide by: what is left of them are roundings. */
function isSpread(m: GraphMaker, x: Value): boolean {
  const plane = sizeOf(x.dims.slice(-1));
  const numbers = m.numbersOf(x);
  return Array.from({ length: numbers.length / plane }, (_, i) => numbers.subarray(i * plane, (i + 1) * plane)).every(
    (row) => Math.max(...row) - Math.min(...row) > 0.05,
  );
}

export const normalization: Layer = (m, x) => {
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

export const reduction: Layer = (m, x) => {
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

export const softmax: Layer = (m, x) =>
  m.add(m.pick(['Softmax', 'LogSoftmax']), [x], { axis: m.pick([1, 2, 3, -1, -3]) });

export const matmul: Layer = (m, x) => {
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
export const attention: Layer = (m, x) => {
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
export const recurrent: Layer = (m, x) => {
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
