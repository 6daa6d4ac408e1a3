import { float, floatOf, intOf, intsOf, without } from '../attributes.ts';
import type { Foreign, Rewriting, Rewritings } from './foreign.ts';
import { channelsFirst } from './integers.ts';
import { offset, quantised, quantity } from './quantities.ts';

/** The real number that a quantised input stands for. */
function real(foreign: Foreign, at: number): string {
  const { q, scale, zero } = quantity(foreign, at);
  return foreign.ops.Mul(offset(foreign, q, zero), scale);
}

/** f(x), quantised: x, its scale and zero point, the result's. */
const ofOne =
  (compute: (foreign: Foreign, x: string) => string | undefined): Rewriting =>
  (foreign) => {
    const [scale, zero] = [foreign.operand(3), foreign.optional(4)];
    const y = compute(foreign, real(foreign, 0));
    return y === undefined ? undefined : [quantised(foreign, foreign.ops.Div(y, scale), zero)];
  };

/** (a - z) s / t + (b - w) u / t, as ONNX Runtime adds. */
const add: Rewriting = (foreign) => {
  const { ops, operand, optional } = foreign;
  const [a, b, scale] = [quantity(foreign, 0), quantity(foreign, 3), operand(6)];
  const left = ops.Mul(offset(foreign, a.q, a.zero), ops.Div(a.scale, scale));
  const right = ops.Mul(offset(foreign, b.q, b.zero), ops.Div(b.scale, scale));
  return [quantised(foreign, ops.Add(left, right), optional(7))];
};

/** (a - z)(b - w) s u / t */
const multiply: Rewriting = (foreign) => {
  const { ops, operand, optional } = foreign;
  const [a, b] = [quantity(foreign, 0), quantity(foreign, 3)];
  const product = ops.Mul(offset(foreign, a.q, a.zero), offset(foreign, b.q, b.zero));
  return [quantised(foreign, ops.Mul(product, ops.Div(ops.Mul(a.scale, b.scale), operand(6))), optional(7))];
};

const concat: Rewriting = (foreign) => {
  const { node, x, ops } = foreign;
  const [scale, zero] = [foreign.operand(0), foreign.optional(1)];
  const parts = Array.from({ length: (x.length - 2) / 3 }, (_, i) => real(foreign, 2 + 3 * i));
  const joined = foreign.add('Concat', parts, { axis: intOf(node, 'axis', 0) });
  return [quantised(foreign, ops.Div(joined, scale), zero)];
};

const where: Rewriting = (foreign) => {
  const { ops, operand, optional } = foreign;
  const [condition, scale, zero] = [operand(0), operand(7), optional(8)];
  return [quantised(foreign, ops.Div(ops.Where(condition, real(foreign, 1), real(foreign, 4)), scale), zero)];
};

function pooled(foreign: Foreign, x: string): string {
  const attributes = without(foreign.node.attributes, 'channels_last');
  return channelsFirst(foreign, x, (first) => foreign.add('AveragePool', [first], attributes));
}

function spatialMean(foreign: Foreign, x: string): string {
  return channelsFirst(foreign, x, (first) => foreign.add('GlobalAveragePool', [first]));
}

function mean(foreign: Foreign, x: string): string {
  const { node, add, builder } = foreign;
  const axes = intsOf(node, 'axes', []);
  return add('ReduceMean', axes.length === 0 ? [x] : [x, builder.ints(axes)], { keepdims: intOf(node, 'keepdims', 1) });
}

/** Before opset 13 softmax went over all dimensions from the axis on; the operator says by which opset it counts. */
function softmax({ node, add, dims, operand }: Foreign, x: string): string | undefined {
  const axis = intOf(node, 'axis', -1);
  const rank = dims(operand(0))?.length;
  const overLast = axis === -1 || axis + 1 === rank;
  return overLast || intOf(node, 'opset', 13) >= 13 ? add('Softmax', [x], { axis }) : undefined;
}

/** ONNX Runtime's elementwise operators, poolings and others on quantised numbers. */
export const quantizedElementwiseRewritings: Rewritings = Object.fromEntries(
  Object.entries({
    QLinearAdd: add,
    QLinearMul: multiply,
    QLinearConcat: concat,
    QLinearWhere: where,
    QLinearSigmoid: ofOne(({ ops }, x) => ops.Sigmoid(x)),
    QLinearLeakyRelu: ofOne(({ node, add }, x) =>
      add('LeakyRelu', [x], { alpha: float(floatOf(node, 'alpha', 0.01)) }),
    ),
    QLinearSoftmax: ofOne(softmax),
    QLinearReduceMean: ofOne(mean),
    QLinearAveragePool: ofOne(pooled),
    QLinearGlobalAveragePool: ofOne(spatialMean),
  } satisfies Rewritings).map(([op, rewriting]) => [`com.microsoft::${op}`, rewriting]),
);
