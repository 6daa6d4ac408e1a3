import { type Array64, mapValues, type SlowOperator, zipWith } from './array64.ts';
import { allInputs, inputAt, numberOf, textOf } from './attributes.ts';
import { castTo, integerTypes } from './integerTypes.ts';

const truth = (value: boolean): number => (value ? 1 : 0);

const unary =
  (f: (x: number) => number): SlowOperator =>
  (inputs) => [mapValues(inputAt(inputs, 0), f)];

const binary =
  (f: (a: number, b: number) => number): SlowOperator =>
  (inputs) => [zipWith([inputAt(inputs, 0), inputAt(inputs, 1)], f)];

const variadic =
  (f: (...values: number[]) => number): SlowOperator =>
  (inputs) => [zipWith(allInputs(inputs), f)];

const total = (...values: number[]): number => values.reduce((sum, value) => sum + value, 0);

/**
 * erf x = 2/sqrt(pi) exp(-x^2) sum_n 2^n x^(2n+1) / (1 3 5 ... (2n+1)); all terms have one sign, so nothing cancels.
 * Beyond 6 the value is 1 to the last bit.
 */
export function erf(x: number): number {
  if (Number.isNaN(x)) return x;
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = 0;
  for (let n = 0; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    sum += term;
    term *= (2 * x * x) / (2 * n + 3);
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** To the nearest integer, halves to the even one. */
export function roundHalfToEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Div: integers are truncated toward zero. */
const Div: SlowOperator = (inputs) => {
  const [a, b] = [inputAt(inputs, 0), inputAt(inputs, 1)];
  return [zipWith([a, b], a.integerType ? (x, y) => Math.trunc(x / y) : (x, y) => x / y)];
};

/** Pow: the result has the type of the base. */
const Pow: SlowOperator = (inputs) => {
  const [base, exponent] = [inputAt(inputs, 0), inputAt(inputs, 1)];
  return [zipWith([base, exponent], base.integerType ? (x, y) => Math.trunc(x ** y) : (x, y) => x ** y)];
};

/** Mod: fmod 0 takes the sign of the divisor, fmod 1 that of the dividend. */
const Mod: SlowOperator = (inputs, attributes) =>
  binary(numberOf(attributes, 'fmod') === 1 ? (a, b) => a % b : (a, b) => a - b * Math.floor(a / b))(
    inputs,
    attributes,
    1,
  );

const BitShift: SlowOperator = (inputs, attributes) => {
  const left = textOf(attributes, 'direction') === 'LEFT';
  return binary((a, b) => (left ? a * 2 ** b : Math.floor(a / 2 ** b)))(inputs, attributes, 1);
};

/** Clip: min(max(x, low), high); where low > high every value is high. */
const Clip: SlowOperator = (inputs) => {
  const low = inputs[1]?.data[0] ?? Number.NEGATIVE_INFINITY;
  const high = inputs[2]?.data[0] ?? Number.POSITIVE_INFINITY;
  return [mapValues(inputAt(inputs, 0), (x) => Math.min(Math.max(x, low), high))];
};

const Where: SlowOperator = (inputs) => [
  zipWith([inputAt(inputs, 0), inputAt(inputs, 1), inputAt(inputs, 2)], (condition, x, y) => (condition ? x : y)),
];

const IsInf: SlowOperator = (inputs, attributes) => {
  const negative = numberOf(attributes, 'detect_negative') ?? 1;
  const positive = numberOf(attributes, 'detect_positive') ?? 1;
  return unary((x) =>
    truth((x === Number.POSITIVE_INFINITY && positive === 1) || (x === Number.NEGATIVE_INFINITY && negative === 1)),
  )(inputs, attributes, 1);
};

const cast = (x: Array64, type: number): Array64 => {
  const { dims, data } = mapValues(x, (value) => castTo(type, value));
  return integerTypes.has(type) ? { dims, data, integerType: type } : { dims, data };
};

/** Cast: between floating types the number is kept as it is, rounding to a narrower type is not imitated. */
const Cast: SlowOperator = (inputs, attributes) => [cast(inputAt(inputs, 0), numberOf(attributes, 'to') ?? 1)];

const CastLike: SlowOperator = (inputs) => [cast(inputAt(inputs, 0), inputAt(inputs, 1).integerType ?? 1)];

export const elementwiseOperators = {
  Abs: unary(Math.abs),
  Acos: unary(Math.acos),
  Acosh: unary(Math.acosh),
  Add: binary((a, b) => a + b),
  And: binary((a, b) => truth(a !== 0 && b !== 0)),
  Asin: unary(Math.asin),
  Asinh: unary(Math.asinh),
  Atan: unary(Math.atan),
  Atanh: unary(Math.atanh),
  BitShift,
  Cast,
  CastLike,
  Ceil: unary(Math.ceil),
  Clip,
  Cos: unary(Math.cos),
  Cosh: unary(Math.cosh),
  Div,
  Equal: binary((a, b) => truth(a === b)),
  Erf: unary(erf),
  Exp: unary(Math.exp),
  Floor: unary(Math.floor),
  Greater: binary((a, b) => truth(a > b)),
  GreaterOrEqual: binary((a, b) => truth(a >= b)),
  Identity: unary((x) => x),
  IsInf,
  IsNaN: unary((x) => truth(Number.isNaN(x))),
  Less: binary((a, b) => truth(a < b)),
  LessOrEqual: binary((a, b) => truth(a <= b)),
  Log: unary(Math.log),
  Max: variadic(Math.max),
  Mean: variadic((...values) => total(...values) / values.length),
  Min: variadic(Math.min),
  Mod,
  Mul: binary((a, b) => a * b),
  Neg: unary((x) => -x),
  Not: unary((x) => truth(x === 0)),
  Or: binary((a, b) => truth(a !== 0 || b !== 0)),
  Pow,
  Reciprocal: unary((x) => 1 / x),
  Round: unary(roundHalfToEven),
  Sign: unary(Math.sign),
  Sin: unary(Math.sin),
  Sinh: unary(Math.sinh),
  Sqrt: unary(Math.sqrt),
  Sub: binary((a, b) => a - b),
  Sum: variadic(total),
  Tan: unary(Math.tan),
  Tanh: unary(Math.tanh),
  Where,
  Xor: binary((a, b) => truth((a !== 0) !== (b !== 0))),
} satisfies Record<string, SlowOperator>;
