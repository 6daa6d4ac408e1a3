import { fromStart, intsOf, stringOf, without } from '../../../onnx/attributes.ts';
import { float32, toNumbers } from '../../../onnx/tensor.ts';
import { type Call, except, type GradientTable, rule } from '../rule.ts';

/*
 * Every mode of Resize interpolates one axis after the other, and each output element is a weighted sum of input
 * elements: y = x W along each axis, with W [length, new length]. dx = dy W^T along each. W is what the same Resize
 * makes of an identity matrix, so the runtime's own weights are used.
 */
export const resizeRules = {
  Resize: except(
    rule((call) => [
      () =>
        resizedAxes(call).reduce((gradient, axis) => alongAxis(call, gradient, axis, weightsOf(call, axis)), call.dy),
    ]),
    (node) => {
      const policy = stringOf(node, 'keep_aspect_ratio_policy', 'stretch');
      return policy === 'stretch' ? undefined : `no rule for keep_aspect_ratio_policy ${policy}`;
    },
  ),
} satisfies GradientTable;

/** Position of an axis in roi, scales and sizes; -1 where the node leaves the axis alone. */
function placeOf({ node, dims, operand }: Call, axis: number): number {
  const rank = dims(operand(0)).length;
  const axes = intsOf(node, 'axes');
  return axes ? axes.map((given) => fromStart(given, rank)).indexOf(axis) : axis;
}

/** An optional input that is there: an empty one says nothing. */
function filled({ dims, optional }: Call, index: number): string | undefined {
  const name = optional(index);
  return name === undefined || dims(name)[0] === 0 ? undefined : name;
}

function resizedAxes(call: Call): number[] {
  const { node, dims, facts, operand, output } = call;
  const [before, after] = [dims(operand(0)), dims(output(0))];
  const crops = stringOf(node, 'coordinate_transformation_mode', 'half_pixel') === 'tf_crop_and_resize';
  const scales = filled(call, 2);
  const constant = scales === undefined ? undefined : facts(scales).constant;
  const scaleOf = (axis: number) => (constant ? toNumbers(constant)[placeOf(call, axis)] : undefined);
  return before.flatMap((length, axis) => {
    if (placeOf(call, axis) < 0) return [];
    if (length !== after[axis]) return [axis];
    // Batch and channels that keep their number are not interpolated; their number may not be the probe's.
    const untouched = axis < 2 || (!crops && (scales === undefined || scaleOf(axis) === 1));
    return untouched ? [] : [axis];
  });
}

/** W [length, new length] of one axis. */
function weightsOf(call: Call, axis: number): string {
  const { node, dims, add, builder, operand } = call;
  const length = dims(operand(0))[axis] ?? 1;
  const [roi, scales, sizes] = [filled(call, 1), filled(call, 2), filled(call, 3)];
  const entry = (name: string, at: number) =>
    add('Slice', [name, builder.ints([at]), builder.ints([at + 1]), builder.ints([0])]);
  const join = (...parts: string[]) => add('Concat', parts, { axis: 0 });
  const constant = (value: number) => builder.constant(float32([1], [value]));
  const place = placeOf(call, axis);
  const count = intsOf(node, 'axes', dims(operand(0))).length;
  const region = roi && join(constant(0), entry(roi, place), constant(1), entry(roi, place + count));
  const identity = add('EyeLike', [add('ConstantOfShape', [builder.ints([length, length])])]);
  const size = sizes
    ? ['', join(builder.ints([length]), entry(sizes, place))]
    : [join(constant(1), entry(scales ?? '', place))];
  const same = without(node.attributes, 'axes', 'extrapolation_value');
  return add('Resize', [identity, region ?? '', ...size], same);
}

/** dx = dy W^T along an axis: a matrix product, with the axis brought to the end if it is not one of the last two. */
function alongAxis({ dims, add, ops, operand }: Call, gradient: string, axis: number, weights: string): string {
  const rank = dims(operand(0)).length;
  if (axis === rank - 2) return ops.MatMul(weights, gradient);
  const transposed = add('Transpose', [weights], { perm: [1, 0] });
  if (axis === rank - 1) return ops.MatMul(gradient, transposed);
  const perm = Array.from({ length: rank }, (_, i) => (i === axis ? rank - 1 : i === rank - 1 ? axis : i));
  const swapped = ops.MatMul(add('Transpose', [gradient], { perm }), transposed);
  return add('Transpose', [swapped], { perm });
}
