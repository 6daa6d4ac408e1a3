import { elementTypeCode, isFloat } from '../../../onnx/elementType.ts';
import { passesOn } from '../../../onnx/randomness.ts';
import { toNumbers } from '../../../onnx/tensor.ts';
import { type Call, elementwise, except, type GradientTable, type Rule, rule, unary } from '../rule.ts';

/** The gradient in the type of the input it belongs to; a quantised input carries it as it is. */
const recast: Rule = ({ dy, add, facts, operand }) => {
  const x = operand(0);
  const { type } = facts(x);
  return [() => (isFloat(type) ? add('Cast', [dy], { to: elementTypeCode(type) }) : dy)];
};

/** dy goes to the winner, of equal ones to the first. */
const winnerTakesAll: Rule = ({ dy, x, ops, builder, output }) =>
  x.map((own, i) => () => {
    const wins = ops.Equal(own, output(0));
    const earlier = x.slice(0, i).map((other) => ops.Equal(other, output(0)));
    const alone = earlier.reduce((mask, taken) => ops.And(mask, ops.Not(taken)), wins);
    return ops.Where(alone, dy, builder.scalar(0));
  });

/** Arithmetic with numpy broadcasting, and elementwise functions of one input. */
export const elementwiseRules = {
  Add: elementwise(({ dy }) => [() => dy, () => dy]),
  Sub: elementwise(({ dy, ops }) => [() => dy, () => ops.Neg(dy)]),
  Mul: elementwise(({ dy, ops, operand }) => [() => ops.Mul(dy, operand(1)), () => ops.Mul(dy, operand(0))]),
  // da = dy / b, db = -dy y / b
  Div: elementwise(({ dy, ops, operand, output }) => [
    () => ops.Div(dy, operand(1)),
    () => ops.Neg(ops.Div(ops.Mul(dy, output(0)), operand(1))),
  ]),
  // da = dy b a^(b-1), db = dy y log a; where a <= 0 the second is not defined and taken as 0
  Pow: elementwise((call) => {
    const { dy, ops, builder, operand, output } = call;
    const a = operand(0);
    return [
      () => ops.Mul(dy, powerDerivative(call)),
      () => {
        const positive = ops.Greater(a, builder.scalar(0));
        const log = ops.Log(ops.Where(positive, a, builder.scalar(1)));
        return ops.Mul(dy, ops.Mul(output(0), log));
      },
    ];
  }),
  // y = a - b trunc(a / b) for floats (fmod)
  Mod: elementwise(({ dy, ops, add, operand }) => [
    () => dy,
    () => {
      const ratio = ops.Div(operand(0), operand(1));
      const whole = ops.Mul(ops.Sign(ratio), add('Floor', [ops.Abs(ratio)]));
      return ops.Neg(ops.Mul(dy, whole));
    },
  ]),
  Sum: elementwise(({ dy, x }) => x.map(() => () => dy)),
  Mean: elementwise(({ dy, x, ops, builder }) => x.map(() => () => ops.Div(dy, builder.scalar(x.length)))),
  Max: elementwise(winnerTakesAll),
  Min: elementwise(winnerTakesAll),
  Where: elementwise(({ dy, ops, builder, operand }) => [
    undefined,
    () => ops.Where(operand(0), dy, builder.scalar(0)),
    () => ops.Where(operand(0), builder.scalar(0), dy),
  ]),
  Neg: rule(({ dy, ops }) => [() => ops.Neg(dy)]),
  Identity: rule(({ dy }) => [() => dy]),
  // konkyo explains inference, where Dropout passes its input on; so does one in training mode that drops none.
  Dropout: except(
    rule(({ dy }) => [() => dy]),
    (node, facts) =>
      passesOn(node, (name) => facts(name).constant) ? undefined : 'in training mode its output is random',
  ),
  Cast: rule(recast),
  CastLike: rule(recast),
  // 0 at 0
  Abs: unary(({ ops }, x) => ops.Sign(x)),
  Sqrt: unary(({ ops, builder }, _x, y) => ops.Div(builder.scalar(0.5), y)),
  Exp: unary((_call, _x, y) => y),
  Log: unary(({ ops }, x) => ops.Reciprocal(x)),
  Reciprocal: unary(({ ops }, _x, y) => ops.Neg(ops.Mul(y, y))),
  // 2/sqrt(pi) exp(-x^2)
  Erf: unary(({ ops, builder }, x) => ops.Mul(builder.scalar(2 / Math.sqrt(Math.PI)), ops.Exp(ops.Neg(ops.Mul(x, x))))),
} satisfies GradientTable;

const square = ({ ops }: Call, value: string) => ops.Mul(value, value);

/** Functions of angles, and their inverses. */
export const trigonometryRules = {
  Sin: unary(({ ops }, x) => ops.Cos(x)),
  Cos: unary(({ ops }, x) => ops.Neg(ops.Sin(x))),
  // 1 + tan^2
  Tan: unary((call, _x, y) => call.ops.Add(call.builder.scalar(1), square(call, y))),
  // 1 / sqrt(1 - x^2)
  Asin: unary((call, x) => call.ops.Reciprocal(call.ops.Sqrt(call.ops.Sub(call.builder.scalar(1), square(call, x))))),
  Acos: unary((call, x) => {
    const { ops, builder } = call;
    return ops.Neg(ops.Reciprocal(ops.Sqrt(ops.Sub(builder.scalar(1), square(call, x)))));
  }),
  // 1 / (1 + x^2)
  Atan: unary((call, x) => call.ops.Reciprocal(call.ops.Add(call.builder.scalar(1), square(call, x)))),
  Sinh: unary(({ add }, x) => add('Cosh', [x])),
  Cosh: unary(({ add }, x) => add('Sinh', [x])),
  // 1 / sqrt(x^2 + 1)
  Asinh: unary((call, x) => call.ops.Reciprocal(call.ops.Sqrt(call.ops.Add(square(call, x), call.builder.scalar(1))))),
  // 1 / sqrt(x^2 - 1)
  Acosh: unary((call, x) => call.ops.Reciprocal(call.ops.Sqrt(call.ops.Sub(square(call, x), call.builder.scalar(1))))),
  // 1 / (1 - x^2)
  Atanh: unary((call, x) => call.ops.Reciprocal(call.ops.Sub(call.builder.scalar(1), square(call, x)))),
} satisfies GradientTable;

/** b a^(b-1), which is 0 for b = 0 even where a is. */
function powerDerivative({ ops, add, builder, facts, operand }: Call): string {
  const [a, b] = [operand(0), operand(1)];
  const { constant, type } = facts(b);
  const exponents = constant ? toNumbers(constant) : [];
  if (exponents.length === 1 && exponents[0] === 2) return ops.Mul(builder.scalar(2), a);
  const exponent = type === 'float32' ? b : add('Cast', [b], { to: elementTypeCode('float32') });
  const power = ops.Mul(exponent, ops.Pow(a, ops.Sub(exponent, builder.scalar(1))));
  if (constant && !exponents.includes(0)) return power;
  return ops.Where(ops.Equal(exponent, builder.scalar(0)), builder.scalar(0), power);
}
