import { floatOf } from '../../../onnx/attributes.ts';
import { inputOf, outputOf } from '../../../onnx/graphView.ts';
import { toNumbers } from '../../../onnx/tensor.ts';
import { between, type Interval, unit } from '../interval.ts';
import type { BoundCall, BoundTable, NonlinearAnswer, Refusal, Relaxing } from '../rule.ts';

/** slope x + intercept; values [n, 1 or r, ...] of every element. */
interface Line {
  readonly slope: string;
  /** Left out where it is 0. */
  readonly intercept?: string;
}

/** lower(x) <= f(x) <= upper(x) for x within the interval. */
interface Lines {
  readonly lower: Line;
  readonly upper: Line;
}

type LinesOf = (call: BoundCall, x: Interval, relaxing: Relaxing) => Lines;

/** A function of each element that never falls. */
function rising(linesOf: LinesOf, error: number, refuses?: Refusal): NonlinearAnswer {
  return {
    kind: 'nonlinear',
    interval: (call) => {
      const { node, x, builder, ops } = call;
      const [input] = x;
      if (!input) throw new RangeError(`${node.op} has no input that depends on the image.`);
      const at = (end: string) => builder.again(node, [end, ...node.inputs.slice(1)]);
      if (error === 0) return between(builder, at(input.low), at(input.high));
      const slack = builder.scalar(error);
      return between(builder, ops.Sub(at(input.low), slack), ops.Add(at(input.high), slack));
    },
    relax: (call, relaxing): Readonly<Record<number, string>> => {
      const [x] = call.x;
      return x ? { 0: throughLines(call, relaxing, linesOf(call, x, relaxing)) } : {};
    },
    refuses,
  };
}

/** a f(x) >= (a+ lower + a- upper)(x) */
function throughLines({ node, dims, ops }: BoundCall, relaxing: Relaxing, { lower, upper }: Lines): string {
  const { positive, negative, offset } = relaxing;
  const shape = dims(outputOf(node)).slice(1);
  if (lower.intercept !== undefined) offset(positive, lower.intercept, shape);
  if (upper.intercept !== undefined) offset(negative, upper.intercept, shape);
  return ops.Add(ops.Mul(positive, lower.slope), ops.Mul(negative, upper.slope));
}

/** Keeps quotients of nothing by nothing at 0. */
const tiny = 1e-30;

/**
 * max(x, 0) with x in [l, u]. Below: any slope from 0 to 1 through the origin; where the sign of x is known, that of the
 * function. Above: the chord, at the height that covers both ends whatever was rounded in its slope.
 */
function reluLines(call: BoundCall, { low, high }: Pick<Interval, 'low' | 'high'>, relaxing: Relaxing): Lines {
  const { ops, builder, add } = call;
  const { each, free } = relaxing;
  const [zero, one] = [builder.scalar(0), builder.scalar(1)];
  const above = add('Relu', [high]);
  const below = add('Relu', [ops.Neg(low)]);
  const chord = ops.Div(above, ops.Max(ops.Add(above, below), builder.scalar(tiny)));
  const height = ops.Max(ops.Mul(chord, below), ops.Mul(above, ops.Sub(one, chord)));
  const covering = ops.Add(height, ops.Mul(ops.Add(above, below), builder.scalar(8 * unit)));
  const steeper = () => ops.Where(ops.Greater(above, below), one, zero);
  const chosen = free('slope below', call.dims(inputOf(call.node, 0)).slice(1), steeper);
  const isOn = each(ops.GreaterOrEqual(low, zero));
  const isOff = each(ops.LessOrEqual(high, zero));
  return {
    lower: { slope: ops.Where(isOn, one, ops.Where(isOff, zero, chosen)) },
    upper: { slope: each(chord), intercept: each(covering) },
  };
}

/** A line moved, turned and stretched: a x + b + c line(x). */
function combined({ ops, builder }: BoundCall, a: number, c: number, { slope, intercept }: Line): Line {
  const scaled = ops.Mul(slope, builder.scalar(c));
  return {
    slope: a === 0 ? scaled : ops.Add(scaled, builder.scalar(a)),
    intercept: intercept === undefined ? undefined : ops.Mul(intercept, builder.scalar(c)),
  };
}

/** The constant bounds of a Clip; undefined where it has none. */
function clipEnds({ inputs }: BoundCall['node'], facts: BoundCall['facts']): (number | undefined)[] {
  return [1, 2].map((i) => {
    const constant = inputs[i] ? facts(inputs[i]).constant : undefined;
    return constant && toNumbers(constant)[0];
  });
}

/**
 * min(max(x, a), b) = x + max(a - x, 0) - max(x - b, 0), each of them between the lines of max(z, 0).
 * Moving the ends by a and b rounds, and so does the slope, which may be a difference of nearly equal ones: the intercepts
 * cover both.
 */
function clipLines(call: BoundCall, { low, high, magnitude }: Interval, relaxing: Relaxing): Lines {
  const { ops, builder } = call;
  const number = (value: number) => builder.scalar(value);
  const [a, b] = clipEnds(call.node, call.facts);
  const none: Line = { slope: number(0) };
  const below =
    a === undefined
      ? { lower: none, upper: none }
      : reluLines(call, { low: ops.Sub(number(a), high), high: ops.Sub(number(a), low) }, relaxing);
  const above =
    b === undefined
      ? { lower: none, upper: none }
      : reluLines(call, { low: ops.Sub(low, number(b)), high: ops.Sub(high, number(b)) }, relaxing);
  const rounded = ops.Mul(ops.Add(magnitude, number(Math.abs(a ?? 0) + Math.abs(b ?? 0))), number(32 * unit));
  const together = (rise: Line, fall: Line, slack: string): Line => {
    const height = (line: Line) => line.intercept ?? number(0);
    // x + p (a - x) + q - (r (x - b) + s)
    const constants = [
      ops.Mul(rise.slope, number(a ?? 0)),
      height(rise),
      ops.Mul(fall.slope, number(b ?? 0)),
      ops.Neg(height(fall)),
      relaxing.each(slack),
    ];
    return { slope: ops.Sub(ops.Sub(number(1), rise.slope), fall.slope), intercept: ops.Sum(...constants) };
  };
  return {
    lower: together(below.lower, above.upper, ops.Neg(rounded)),
    upper: together(below.upper, above.lower, rounded),
  };
}

const bySlope: Refusal = (node) => {
  const alpha = floatOf(node, 'alpha', 0.01);
  return alpha >= 0 && alpha <= 1 ? undefined : `no bound for alpha ${alpha}`;
};

/** The largest error of ONNX Runtime's Sigmoid and Tanh, with room to spare: see the tests. */
export const functionError = 1e-6;

/**
 * An S-shaped function: convex up to 0, concave from there on, its derivative falling on both sides. Where the interval is on
 * one side: the chord on the hollow side, the tangent in the middle on the other. Else both lines have the smaller of the
 * derivatives at the ends, below which the derivative is nowhere, and pass through an end each.
 */
function sShaped(derivative: (call: BoundCall, y: string) => string): LinesOf {
  return (call, { low, high, centre }, { each }) => {
    const { node, ops, builder, add } = call;
    const zero = builder.scalar(0);
    const f = (x: string) => add(node.op, [x]);
    const [atLow, atHigh, atCentre] = [f(low), f(high), f(centre)];
    const least = ops.Min(derivative(call, atLow), derivative(call, atHigh));
    const width = ops.Sub(high, low);
    const flat = ops.Less(width, builder.scalar(1e-3));
    const chord = ops.Where(flat, least, ops.Div(ops.Sub(atHigh, atLow), ops.Max(width, builder.scalar(1e-3))));
    const tangent = derivative(call, atCentre);
    const isConvex = ops.LessOrEqual(high, zero);
    const isConcave = ops.GreaterOrEqual(low, zero);
    const slack = ops.Add(
      builder.scalar(4 * functionError),
      ops.Mul(ops.Max(ops.Abs(low), ops.Abs(high)), builder.scalar(64 * unit)),
    );
    const through = (slope: string, x: string, y: string) => ops.Sub(y, ops.Mul(slope, x));
    const lowest = (...values: string[]) => ops.Sub(ops.Min(...values), slack);
    const highest = (...values: string[]) => ops.Add(ops.Max(...values), slack);
    // A tangent whose slope is not the function's to the last digit is still a bound if it is put through the lower end.
    const lowerSlope = ops.Where(isConvex, tangent, ops.Where(isConcave, chord, least));
    const upperSlope = ops.Where(isConcave, tangent, ops.Where(isConvex, chord, least));
    const lowerAt = (slope: string) =>
      ops.Where(
        isConvex,
        lowest(through(slope, centre, atCentre)),
        lowest(through(slope, low, atLow), through(slope, high, atHigh)),
      );
    const upperAt = (slope: string) =>
      ops.Where(
        isConcave,
        highest(through(slope, centre, atCentre)),
        highest(through(slope, low, atLow), through(slope, high, atHigh)),
      );
    return {
      lower: { slope: each(lowerSlope), intercept: each(lowerAt(lowerSlope)) },
      upper: { slope: each(upperSlope), intercept: each(upperAt(upperSlope)) },
    };
  };
}

export const activationBounds: BoundTable = {
  Relu: rising((call, x, relaxing) => reluLines(call, x, relaxing), 0),
  // alpha x + (1 - alpha) max(x, 0)
  LeakyRelu: rising(
    (call, x, relaxing) => {
      const alpha = floatOf(call.node, 'alpha', 0.01);
      const { lower, upper } = reluLines(call, x, relaxing);
      return { lower: combined(call, alpha, 1 - alpha, lower), upper: combined(call, alpha, 1 - alpha, upper) };
    },
    0,
    bySlope,
  ),
  Clip: rising(clipLines, 0, ({ inputs }, facts, isData) =>
    inputs.slice(1).every((name) => name === '' || (!isData(name) && facts(name).constant))
      ? undefined
      : 'its bounds are not constant',
  ),
  Sigmoid: rising(
    sShaped(({ ops, builder }, y) => ops.Mul(y, ops.Sub(builder.scalar(1), y))),
    functionError,
  ),
  Tanh: rising(
    sShaped(({ ops, builder }, y) => ops.Sub(builder.scalar(1), ops.Mul(y, y))),
    functionError,
  ),
};
