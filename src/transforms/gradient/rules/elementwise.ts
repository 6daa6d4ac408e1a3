import { elementTypeCode } from '../../../onnx/elementType.ts';
import { elementwise, type GradientTable, rule, unary } from '../rule.ts';

/** Arithmetic with numpy broadcasting, and elementwise functions of one input. */
export const elementwiseRules: GradientTable = {
  Add: elementwise(({ dy }) => [() => dy, () => dy]),
  Sub: elementwise(({ dy, ops }) => [() => dy, () => ops.Neg(dy)]),
  Mul: elementwise(({ dy, x: [a = '', b = ''], ops }) => [() => ops.Mul(dy, b), () => ops.Mul(dy, a)]),
  // da = dy / b, db = -dy y / b
  Div: elementwise(({ dy, x: [, b = ''], y: [y = ''], ops }) => [
    () => ops.Div(dy, b),
    () => ops.Neg(ops.Div(ops.Mul(dy, y), b)),
  ]),
  // da = dy b a^(b-1), db = dy y log a; where a <= 0 the second is not defined and taken as 0
  Pow: elementwise(({ dy, x: [a = '', b = ''], y: [y = ''], ops, builder }) => [
    () => ops.Mul(dy, ops.Mul(b, ops.Pow(a, ops.Sub(b, builder.scalar(1))))),
    () => {
      const positive = ops.Greater(a, builder.scalar(0));
      const log = ops.Log(ops.Where(positive, a, builder.scalar(1)));
      return ops.Mul(dy, ops.Mul(y, log));
    },
  ]),
  Sum: elementwise(({ dy, x }) => x.map(() => () => dy)),
  Mean: elementwise(({ dy, x, ops, builder }) => x.map(() => () => ops.Div(dy, builder.scalar(x.length)))),
  Where: elementwise(({ dy, x: [condition = ''], ops, builder }) => [
    undefined,
    () => ops.Where(condition, dy, builder.scalar(0)),
    () => ops.Where(condition, builder.scalar(0), dy),
  ]),
  Neg: rule(({ dy, ops }) => [() => ops.Neg(dy)]),
  Identity: rule(({ dy }) => [() => dy]),
  // konkyo explains inference, where Dropout passes its input on.
  Dropout: rule(({ dy }) => [() => dy]),
  Cast: rule(({ dy, x: [x = ''], add, facts }) => [() => add('Cast', [dy], { to: elementTypeCode(facts(x).type) })]),
  Abs: unary(({ ops }, x) => ops.Sign(x)),
  Sqrt: unary(({ ops, builder }, _x, y) => ops.Div(builder.scalar(0.5), y)),
  Exp: unary((_call, _x, y) => y),
  Log: unary(({ ops }, x) => ops.Reciprocal(x)),
  Reciprocal: unary(({ ops }, _x, y) => ops.Neg(ops.Mul(y, y))),
  Sin: unary(({ ops }, x) => ops.Cos(x)),
  Cos: unary(({ ops }, x) => ops.Neg(ops.Sin(x))),
  // 2/sqrt(pi) exp(-x^2)
  Erf: unary(({ ops, builder }, x) => ops.Mul(builder.scalar(2 / Math.sqrt(Math.PI)), ops.Exp(ops.Neg(ops.Mul(x, x))))),
};
