import { float } from '../../../src/onnx/attributes.ts';
import { type GraphMaker, type Layer, text, type Value } from '../graphMaker.ts';

export const activation: Layer = (m, x) => {
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

export const steps: Layer = (m, x) => {
  const op = m.pick(['Floor', 'Ceil', 'Round', 'Sign']);
  // Beside a way with a slope.
  return m.add('Add', [x, m.add('Mul', [m.add(op, [x]), m.constant([], 0.1, 0.5)])]);
};

/** A shape that broadcasts to x: some axes 1, some leading ones missing, never the batch. */
function broadcastable(m: GraphMaker, dims: readonly number[]): number[] {
  const shape = dims.map((dim, axis) => (axis === 0 || m.chance(0.5) ? 1 : dim));
  return shape.slice(m.int(0, dims.length));
}

export const binary: Layer = (m, x) => {
  const op = m.pick(['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min', 'Mean', 'Sum']);
  const divides = op === 'Div';
  const other = m.constant(broadcastable(m, x.dims), divides ? 0.5 : -1, divides ? 2 : 1);
  if (divides && m.chance(0.5)) {
    return m.add('Div', [other, m.add('Add', [m.add('Abs', [x]), m.constant([], 0.5, 1)])]);
  }
  return m.add(op, m.chance(0.5) ? [x, other] : divides ? [x, other] : [other, x]);
};

export const choose: Layer = (m, x) => {
  const bound = m.constant([], -0.3, 0.3);
  const condition = m.add(m.pick(['Greater', 'Less', 'GreaterOrEqual']), m.chance(0.5) ? [x, bound] : [bound, x]);
  const other = m.pick([() => m.constant(broadcastable(m, x.dims)), () => m.add('Neg', [x])])();
  return m.add('Where', m.chance(0.5) ? [condition, x, other] : [condition, other, x]);
};

export const half: Layer = (m, x) =>
  m.halved(x, (value) => m.add(m.pick(['Relu', 'Sigmoid', 'Neg', 'Tanh']), [m.add('Mul', [value, value])]));
