import { fromStart, intOf } from '../../../onnx/attributes.ts';
import type { Node } from '../../../onnx/graph.ts';
import { optionalInputOf } from '../../../onnx/graphView.ts';
import { sizeOf, toNumbers } from '../../../onnx/tensor.ts';
import { elementsPerElement, firstExtremeGradient, zerosLike } from '../gradientValues.ts';
import { type Call, except, type GradientTable, type RuleAnswer, rule } from '../rule.ts';

/** The input in which a Reduce node names its axes, be it at run time; undefined where it names none. */
function namedAxes({ dims, optional }: Call): string | undefined {
  const axes = optional(1);
  return axes !== undefined && (dims(axes)[0] ?? 0) > 0 ? axes : undefined;
}

/** A node that reduces nothing: no axes, and told not to take that for all. */
function reducesNothing(call: Call): boolean {
  return namedAxes(call) === undefined && intOf(call.node, 'noop_with_empty_axes', 0) === 1;
}

/** The reduced axes, none of them negative; undefined where they depend on the input. */
function knownAxes(call: Call): number[] | undefined {
  const { dims, facts, operand } = call;
  const axes = namedAxes(call);
  const all = dims(operand(0)).map((_, axis) => axis);
  if (axes === undefined) return reducesNothing(call) ? [] : all;
  const { constant } = facts(axes);
  return constant && toNumbers(constant).map((axis) => fromStart(axis, all.length));
}

/** A value of the output's shape with the reduced axes as 1, ready to broadcast against the input. */
function keepAxes(call: Call, value: string): string {
  const { node, dims, ops, builder, operand } = call;
  const axes = namedAxes(call);
  if (intOf(node, 'keepdims', 1) === 1 || reducesNothing(call)) return value;
  if (axes !== undefined) return ops.Unsqueeze(value, axes);
  return ops.Reshape(value, builder.ints(dims(operand(0)).map(() => 1)));
}

/** A value of the output's shape, spread over the input's. */
function spread(call: Call, value: string): string {
  const { ops, add, operand } = call;
  return ops.Expand(keepAxes(call, value), add('Shape', [operand(0)]));
}

/** A reduction with dx = dy f'(x, y), dy and y broadcast to x. */
function reduction(gradient: (call: Call, dy: string, x: string, y: string) => string): RuleAnswer {
  return rule((call) => {
    const x = call.operand(0);
    const y = call.output(0);
    return [() => gradient(call, keepAxes(call, call.dy), x, keepAxes(call, y))];
  });
}

/** dy goes to the extreme, of equal ones to the first. */
function extreme(position: 'ArgMax' | 'ArgMin'): RuleAnswer {
  const answer = rule((call) => [() => firstExtremeGradient(call, knownAxes(call) ?? [], position)]);
  return except(answer, (node: Node, facts) => {
    const axes = optionalInputOf(node, 1);
    return axes === undefined || facts(axes).constant ? undefined : 'its axes depend on the input';
  });
}

export const reductionRules = {
  ReduceSum: rule((call) => [() => spread(call, call.dy)]),
  ReduceMean: rule((call) => [
    () => {
      const { ops, dims, builder, operand, output } = call;
      const input = operand(0);
      const axes = knownAxes(call);
      // The batch dimension's size is not known here, nor one that depends on the image: a mean over them counts at run time.
      const size = axes && !axes.includes(0) ? sizeOf(axes.map((axis) => dims(input)[axis] ?? 1)) : Number.NaN;
      const count = !Number.isNaN(size) ? builder.scalar(size) : elementsPerElement(builder, input, output(0));
      return spread(call, ops.Div(call.dy, count));
    },
  ]),
  ReduceMax: extreme('ArgMax'),
  ReduceMin: extreme('ArgMin'),
  // the product of the others: y / x, or where zeros are among them only a single zero's own place
  ReduceProd: reduction((call, dy, x) => {
    const { ops, add, builder, x: inputs } = call;
    const [zero, one] = [builder.scalar(0), builder.scalar(1)];
    const isZero = ops.Equal(x, zero);
    const others = ops.Where(isZero, one, x);
    const reduce = (op: string, value: string) =>
      reducesNothing(call) ? value : add(op, [value, ...inputs.slice(1)], { keepdims: 1 });
    const product = reduce('ReduceProd', others);
    const zeros = reduce('ReduceSum', ops.Where(isZero, one, zero));
    const atZero = ops.Where(ops.Equal(zeros, one), product, zero);
    const elsewhere = ops.Where(ops.Equal(zeros, zero), ops.Div(product, others), zero);
    return ops.Mul(dy, ops.Where(isZero, atZero, elsewhere));
  }),
  ReduceL1: reduction(({ ops }, dy, x) => ops.Mul(dy, ops.Sign(x))),
  // x / y, and 0 where y = 0
  ReduceL2: reduction(({ ops, builder }, dy, x, y) => {
    const safe = ops.Where(ops.Equal(y, builder.scalar(0)), builder.scalar(1), y);
    return ops.Mul(x, ops.Div(dy, safe));
  }),
  ReduceSumSquare: reduction(({ ops, builder }, dy, x) => ops.Mul(ops.Mul(builder.scalar(2), dy), x)),
  // y = log sum x: e^-y
  ReduceLogSum: rule((call) => [() => spread(call, call.ops.Mul(call.dy, call.ops.Exp(call.ops.Neg(call.output(0)))))]),
  // e^(x-y)
  ReduceLogSumExp: reduction(({ ops }, dy, x, y) => ops.Mul(dy, ops.Exp(ops.Sub(x, y)))),
  // the same sum from the other end
  CumSum: rule(({ node, dy, add, operand }) => [
    () =>
      add('CumSum', [dy, operand(1)], {
        exclusive: intOf(node, 'exclusive', 0),
        reverse: 1 - intOf(node, 'reverse', 0),
      }),
  ]),
  // each dy goes back to where its value was found
  TopK: rule(({ node, dy, add, builder, output, operand }) => [
    () => add('ScatterElements', [zerosLike(builder, operand(0)), output(1), dy], { axis: intOf(node, 'axis', -1) }),
  ]),
} satisfies GradientTable;
