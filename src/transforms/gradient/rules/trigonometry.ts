import { type Call, type GradientTable, unary } from '../rule.ts';

const square = ({ ops }: Call, value: string) => ops.Mul(value, value);

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
