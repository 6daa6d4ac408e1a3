import { float, floatOf, intOf, stringOf } from '../../../onnx/attributes.ts';
import { float32 } from '../../../onnx/tensor.ts';
import type { Call, GradientTable } from '../rule.ts';
import { elementwise, rule, unary } from '../rule.ts';

/** dy where a condition holds, 0 elsewhere. */
function masked({ ops, dy, builder }: Call, condition: string): string {
  return ops.Where(condition, dy, builder.scalar(0));
}

/**
 * 1 where y > 0, 0 where y = 0 (y is never negative). On images it is written as a 1x1 depthwise convolution by a huge
 * number, clipped: ONNX Runtime fuses that into one operator which, like the convolutions around it, works on its blocked
 * image layout. Sign, or a comparison with Where, takes y and dy out of that layout and back.
 */
function positiveMask({ dims, builder, add }: Call, y: string): string {
  const [, channels = 1] = dims(y);
  if (dims(y).length !== 4) return add('HardSigmoid', [y], { alpha: float(huge), beta: float(0) });
  const weights = builder.constant(float32([channels, 1, 1, 1], new Float32Array(channels).fill(huge)), 'huge');
  const scaled = add('Conv', [y, weights], { group: channels, kernel_shape: [1, 1] });
  return add('Clip', [scaled, builder.scalar(0), builder.scalar(1)]);
}

/** Carries the smallest positive float32 that is not denormal to 1 or more; 0 stays 0, overflow is infinite and clipped. */
const huge = 3e38;

/*
 * At a kink the derivative is the one on the flat side (Relu at 0, Clip and HardSigmoid at their bounds), as in PyTorch; the
 * side of x <= 0 for LeakyRelu, PRelu, Elu, Selu and Celu.
 * Relu and its kind read their output, so that ONNX Runtime can still fuse them with the convolution before them.
 */
export const activationRules = {
  Relu: unary((call, _x, y) => positiveMask(call, y)),
  // dx = dy where x > 0, alpha dy elsewhere
  LeakyRelu: rule(({ node, dy, ops, builder, operand }) => [
    () =>
      ops.Where(
        ops.Greater(operand(0), builder.scalar(0)),
        dy,
        ops.Mul(dy, builder.scalar(floatOf(node, 'alpha', 0.01))),
      ),
  ]),
  // y = slope x for x <= 0, the slope broadcast to x
  PRelu: elementwise(({ dy, ops, builder, operand }) => {
    const [x, slope] = [operand(0), operand(1)];
    const positive = () => ops.Greater(x, builder.scalar(0));
    return [
      () => ops.Where(positive(), dy, ops.Mul(dy, slope)),
      () => ops.Where(positive(), builder.scalar(0), ops.Mul(dy, x)),
    ];
  }),
  // 1 above alpha, 0 up to it
  ThresholdedRelu: rule((call) => [
    () => masked(call, call.ops.Greater(call.operand(0), call.builder.scalar(floatOf(call.node, 'alpha', 1)))),
  ]),
  // 1 outside [-lambd, lambd], 0 in it
  Shrink: rule((call) => [
    () =>
      masked(
        call,
        call.ops.Greater(call.ops.Abs(call.operand(0)), call.builder.scalar(floatOf(call.node, 'lambd', 0.5))),
      ),
  ]),
  // dy passes to x strictly between the bounds, elsewhere to the bound that holds
  Clip: elementwise((call) => {
    const { dy, ops, operand, optional } = call;
    const [x, min, max] = [operand(0), optional(1), optional(2)];
    const above = () => ops.Greater(x, operand(1));
    const below = () => ops.Less(min === undefined ? x : ops.Max(x, min), operand(2));
    return [
      () => {
        if (min === undefined && max === undefined) return dy;
        if (min === undefined) return masked(call, below());
        return masked(call, max === undefined ? above() : ops.And(above(), below()));
      },
      () => masked(call, max === undefined ? ops.Not(above()) : ops.And(ops.Not(above()), below())),
      () => masked(call, ops.Not(below())),
    ];
  }),
  // alpha (e^x - 1) up to 0
  Elu: unary(({ node, ops, builder }, x, y) => {
    const alpha = builder.scalar(floatOf(node, 'alpha', 1));
    return ops.Where(ops.Greater(x, builder.scalar(0)), builder.scalar(1), ops.Add(y, alpha));
  }),
  // gamma alpha (e^x - 1) up to 0, gamma x above; the defaults are those of the operator's definition
  Selu: unary(({ node, ops, builder }, x, y) => {
    const gamma = floatOf(node, 'gamma', 1.0507010221481323);
    const low = ops.Add(y, builder.scalar(gamma * floatOf(node, 'alpha', 1.6732631921768188)));
    return ops.Where(ops.Greater(x, builder.scalar(0)), builder.scalar(gamma), low);
  }),
  // alpha (e^(x/alpha) - 1) up to 0
  Celu: unary(({ node, ops, builder }, x, y) => {
    const low = ops.Add(builder.scalar(1), ops.Div(y, builder.scalar(floatOf(node, 'alpha', 1))));
    return ops.Where(ops.Greater(x, builder.scalar(0)), builder.scalar(1), low);
  }),
  Sigmoid: unary(({ ops, builder }, _x, y) => ops.Mul(y, ops.Sub(builder.scalar(1), y))),
  Tanh: unary(({ ops, builder }, _x, y) => ops.Sub(builder.scalar(1), ops.Mul(y, y))),
  // y = clip(alpha x + beta, 0, 1)
  HardSigmoid: rule((call) => {
    const y = call.output(0);
    const { ops, builder } = call;
    return [
      () => {
        const inside = ops.And(ops.Greater(y, builder.scalar(0)), ops.Less(y, builder.scalar(1)));
        return ops.Mul(masked(call, inside), builder.scalar(floatOf(call.node, 'alpha', 0.2)));
      },
    ];
  }),
  // y = x clip(x/6 + 1/2, 0, 1): 0 below -3, 1 above 3, x/3 + 1/2 between
  HardSwish: unary(({ ops, builder }, x) => {
    const between = ops.Add(ops.Div(x, builder.scalar(3)), builder.scalar(0.5));
    const low = ops.Where(ops.LessOrEqual(x, builder.scalar(-3)), builder.scalar(0), between);
    return ops.Where(ops.GreaterOrEqual(x, builder.scalar(3)), builder.scalar(1), low);
  }),
  // log(1 + e^x)
  Softplus: unary(({ ops }, x) => ops.Sigmoid(x)),
  // 1 / (1 + |x|)^2
  Softsign: unary(({ ops, builder }, x) => {
    const inverse = ops.Reciprocal(ops.Add(builder.scalar(1), ops.Abs(x)));
    return ops.Mul(inverse, inverse);
  }),
  Gelu: unary((call, x) =>
    stringOf(call.node, 'approximate', 'none') === 'tanh' ? geluByTanh(call, x) : gelu(call, x),
  ),
  // y = x t with t = tanh(softplus(x)): t + x sigmoid(x) (1 - t^2)
  Mish: unary(({ ops, add, builder }, x) => {
    const t = ops.Tanh(add('Softplus', [x]));
    const slope = ops.Sub(builder.scalar(1), ops.Mul(t, t));
    return ops.Add(t, ops.Mul(ops.Mul(x, ops.Sigmoid(x)), slope));
  }),
  // y = x s with s = sigmoid(alpha x): s + alpha y (1 - s)
  Swish: unary(({ node, ops, builder }, x, y) => {
    const alpha = builder.scalar(floatOf(node, 'alpha', 1));
    const s = ops.Sigmoid(ops.Mul(alpha, x));
    return ops.Add(s, ops.Mul(alpha, ops.Mul(y, ops.Sub(builder.scalar(1), s))));
  }),
  // dx = y (dy - sum(dy y))
  Softmax: rule(({ node, dy, ops, add, builder, output }) => [
    () => {
      const axis = builder.ints([intOf(node, 'axis', -1)]);
      const sum = add('ReduceSum', [ops.Mul(dy, output(0)), axis], { keepdims: 1 });
      return ops.Mul(output(0), ops.Sub(dy, sum));
    },
  ]),
  // dx = dy - exp(y) sum(dy)
  LogSoftmax: rule(({ node, dy, ops, add, builder, output }) => [
    () => {
      const axis = builder.ints([intOf(node, 'axis', -1)]);
      return ops.Sub(dy, ops.Mul(ops.Exp(output(0)), add('ReduceSum', [dy, axis], { keepdims: 1 })));
    },
  ]),
} satisfies GradientTable;

/** y = x P(x), P the normal distribution: P(x) + x e^(-x^2/2) / sqrt(2 pi). */
function gelu(call: Call, x: string): string {
  const { ops, builder } = call;
  const half = builder.scalar(0.5);
  const below = ops.Mul(half, ops.Add(builder.scalar(1), ops.Erf(ops.Mul(x, builder.scalar(Math.SQRT1_2)))));
  const near = withinBend(call, x);
  const density = ops.Mul(
    ops.Exp(ops.Neg(ops.Mul(half, ops.Mul(near, near)))),
    builder.scalar(1 / Math.sqrt(2 * Math.PI)),
  );
  return ops.Add(below, ops.Mul(near, density));
}

/** y = x (1 + t) / 2 with t = tanh(u), u = sqrt(2/pi) (x + 0.044715 x^3): (1 + t + x (1 - t^2) u') / 2. */
function geluByTanh(call: Call, x: string): string {
  const { ops, builder } = call;
  const [one, scale] = [builder.scalar(1), Math.sqrt(2 / Math.PI)];
  const near = withinBend(call, x);
  const square = ops.Mul(near, near);
  const cubic = ops.Add(one, ops.Mul(builder.scalar(0.044715), square));
  const t = ops.Tanh(ops.Mul(builder.scalar(scale), ops.Mul(near, cubic)));
  const inner = ops.Mul(builder.scalar(scale), ops.Add(one, ops.Mul(builder.scalar(3 * 0.044715), square)));
  const rising = ops.Mul(ops.Mul(near, inner), ops.Sub(one, ops.Mul(t, t)));
  return ops.Mul(builder.scalar(0.5), ops.Add(ops.Add(one, t), rising));
}

/** x, cut off where float32 knows Gelu to be straight: a number too large to square times a slope of 0 is no number. */
function withinBend({ add, builder }: Call, x: string): string {
  return add('Clip', [x, builder.scalar(-20), builder.scalar(20)]);
}
