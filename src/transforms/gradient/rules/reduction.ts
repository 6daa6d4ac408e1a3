import { intOf } from '../../../onnx/attributes.ts';
import { sizeOf, toNumbers } from '../../../onnx/tensor.ts';
import type { Call, GradientTable } from '../rule.ts';
import { rule } from '../rule.ts';

/** The axes a Reduce node sums over, none of them negative. */
function reducedAxes({ node, x, dims, facts }: Call): number[] {
  const [input = '', axesInput = ''] = x;
  const rank = dims(input).length;
  const given = axesInput === '' ? undefined : facts(axesInput).constant;
  if (axesInput !== '' && !given) throw new RangeError(`${node.op} "${node.name}" has axes that depend on the input.`);
  const axes = given ? toNumbers(given) : [];
  if (axes.length === 0) return intOf(node, 'noop_with_empty_axes', 0) === 1 ? [] : dims(input).map((_, axis) => axis);
  return axes.map((axis) => (axis < 0 ? axis + rank : axis));
}

/** A value of the output's shape, spread over the input's. */
function spread(call: Call, value: string): string {
  const { node, x, ops, add, builder } = call;
  const axes = reducedAxes(call);
  const kept =
    intOf(node, 'keepdims', 1) === 1 || axes.length === 0 ? value : add('Unsqueeze', [value, builder.ints(axes)]);
  return ops.Expand(kept, add('Shape', [x[0] ?? '']));
}

export const reductionRules: GradientTable = {
  ReduceSum: rule((call) => [() => spread(call, call.dy)]),
  ReduceMean: rule((call) => [
    () => {
      const { ops, add, builder, x, y, dims } = call;
      const [input = ''] = x;
      const axes = reducedAxes(call);
      // The batch dimension's size is not known here, so a mean over it counts at run time.
      const count = axes.includes(0)
        ? ops.Div(sizeAtRunTime(call, input), sizeAtRunTime(call, y[0] ?? ''))
        : builder.scalar(sizeOf(axes.map((axis) => dims(input)[axis] ?? 1)));
      return spread(call, add('Div', [call.dy, count]));
    },
  ]),
};

function sizeAtRunTime({ add, ops }: Call, value: string): string {
  return add('Cast', [ops.Size(value)], { to: 1 });
}
