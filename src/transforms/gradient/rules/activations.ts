import { float, floatOf, intOf } from '../../../onnx/attributes.ts';
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
 * At a kink the derivative is the one on the flat side (Relu at 0, Clip and HardSigmoid at their bounds), as in PyTorch.
 * Relu and its kind read their output, so that ONNX Runtime can still fuse them with the convolution before them.
 */
export const activationRules: GradientTable = {
  Relu: unary((call, _x, y) => positiveMask(call, y)),
  // dx = dy where x > 0, alpha dy elsewhere
  LeakyRelu: rule(({ node, dy, x: [x = ''], ops, builder }) => [
    () => ops.Where(ops.Greater(x, builder.scalar(0)), dy, ops.Mul(dy, builder.scalar(floatOf(node, 'alpha', 0.01)))),
  ]),
  // dy passes strictly between the bounds
  Clip: elementwise((call) => {
    const [x = '', min = '', max = ''] = call.x;
    const above = () => call.ops.Greater(x, min);
    const below = () => call.ops.Less(x, max);
    return [
      () => {
        if (min === '' && max === '') return call.dy;
        if (min === '') return masked(call, below());
        return masked(call, max === '' ? above() : call.ops.And(above(), below()));
      },
    ];
  }),
  Sigmoid: unary(({ ops, builder }, _x, y) => ops.Mul(y, ops.Sub(builder.scalar(1), y))),
  Tanh: unary(({ ops, builder }, _x, y) => ops.Sub(builder.scalar(1), ops.Mul(y, y))),
  // y = clip(alpha x + beta, 0, 1)
  HardSigmoid: rule((call) => {
    const [y = ''] = call.y;
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
  // dx = y (dy - sum(dy y))
  Softmax: rule(({ node, dy, y: [y = ''], ops, add, builder }) => [
    () => {
      const axis = builder.ints([intOf(node, 'axis', -1)]);
      const sum = add('ReduceSum', [ops.Mul(dy, y), axis], { keepdims: 1 });
      return ops.Mul(y, ops.Sub(dy, sum));
    },
  ]),
  // dx = dy - exp(y) sum(dy)
  LogSoftmax: rule(({ node, dy, y: [y = ''], ops, add, builder }) => [
    () => {
      const axis = builder.ints([intOf(node, 'axis', -1)]);
      return ops.Sub(dy, ops.Mul(ops.Exp(y), add('ReduceSum', [dy, axis], { keepdims: 1 })));
    },
  ]),
};
