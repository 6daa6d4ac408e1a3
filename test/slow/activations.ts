import { type Array64, at, axisOf, mapValues, type SlowOperator, tabulate, withAxis, zipWith } from './array64.ts';
import { inputAt, numberOf, textOf } from './attributes.ts';
import { erf } from './elementwise.ts';

/** An activation of one value; its parameters are attributes with defaults. */
const activation =
  <Name extends string>(
    defaults: Readonly<Record<Name, number>>,
    f: (x: number, parameters: Readonly<Record<Name, number>>) => number,
  ): SlowOperator =>
  (inputs, attributes) => {
    const parameters: Record<Name, number> = { ...defaults };
    for (const name in defaults) parameters[name] = numberOf(attributes, name) ?? defaults[name];
    return [mapValues(inputAt(inputs, 0), (x) => f(x, parameters))];
  };

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const hardSigmoid = (x: number, alpha: number, beta: number): number => Math.max(0, Math.min(1, alpha * x + beta));

/** PRelu: slope * x below 0; the slope broadcasts to x. */
const PRelu: SlowOperator = (inputs) => [
  zipWith([inputAt(inputs, 0), inputAt(inputs, 1)], (x, slope) => (x < 0 ? slope * x : x)),
];

/** Gelu: x Phi(x), or its tanh approximation. */
const Gelu: SlowOperator = (inputs, attributes) => {
  const approximate = textOf(attributes, 'approximate') === 'tanh';
  return [
    mapValues(inputAt(inputs, 0), (x) =>
      approximate
        ? 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))
        : 0.5 * x * (1 + erf(x / Math.SQRT2)),
    ),
  ];
};

/** Every line of `x` along `axis` (default: the last), replaced by `f` of that line. */
function alongAxis(x: Array64, axis: number, f: (line: readonly number[], position: number) => number): Array64 {
  const along = axisOf(axis, x.dims.length);
  return tabulate(x.dims, (index) => {
    const line = Array.from({ length: x.dims[along]! }, (_, k) => at(x, withAxis(index, along, k)));
    return f(line, index[along]!);
  });
}

/** log sum_k exp(line_k - max): subtracting the maximum changes nothing but overflow. */
const logNormalizer = (line: readonly number[]): number => {
  const top = Math.max(...line);
  return top + Math.log(line.reduce((sum, value) => sum + Math.exp(value - top), 0));
};

const lineOperator =
  (f: (line: readonly number[], position: number) => number): SlowOperator =>
  (inputs, attributes) => [alongAxis(inputAt(inputs, 0), numberOf(attributes, 'axis') ?? -1, f)];

export const activationOperators = {
  Celu: activation({ alpha: 1 }, (x, { alpha }) => Math.max(0, x) + Math.min(0, alpha * Math.expm1(x / alpha))),
  Elu: activation({ alpha: 1 }, (x, { alpha }) => (x < 0 ? alpha * Math.expm1(x) : x)),
  Gelu,
  HardSigmoid: activation({ alpha: 0.2, beta: 0.5 }, (x, { alpha, beta }) => hardSigmoid(x, alpha, beta)),
  HardSwish: activation({}, (x) => x * hardSigmoid(x, 1 / 6, 0.5)),
  Hardmax: lineOperator((line, position) => (line.indexOf(Math.max(...line)) === position ? 1 : 0)),
  LeakyRelu: activation({ alpha: 0.01 }, (x, { alpha }) => (x < 0 ? alpha * x : x)),
  LogSoftmax: lineOperator((line, position) => line[position]! - logNormalizer(line)),
  Mish: activation({}, (x) => x * Math.tanh(softplus(x))),
  PRelu,
  Relu: activation({}, (x) => Math.max(0, x)),
  Selu: activation(
    // The values of opset 6: 1.67326319217681884765625 and 1.05070102214813232421875.
    { alpha: 1.6732631921768188, gamma: 1.0507010221481323 },
    (x, { alpha, gamma }) => gamma * (x > 0 ? x : alpha * Math.expm1(x)),
  ),
  Shrink: activation({ bias: 0, lambd: 0.5 }, (x, { bias, lambd }) =>
    x < -lambd ? x + bias : x > lambd ? x - bias : 0,
  ),
  Sigmoid: activation({}, sigmoid),
  Softmax: lineOperator((line, position) => Math.exp(line[position]! - logNormalizer(line))),
  Softplus: activation({}, softplus),
  Softsign: activation({}, (x) => x / (1 + Math.abs(x))),
  /** Opset 24; earlier models spell it x * Sigmoid(alpha x). */
  Swish: activation({ alpha: 1 }, (x, { alpha }) => x * sigmoid(alpha * x)),
  ThresholdedRelu: activation({ alpha: 1 }, (x, { alpha }) => (x > alpha ? x : 0)),
} satisfies Record<string, SlowOperator>;
