import { intsOf, stringOf, without } from '../../../onnx/attributes.ts';
import { toNumbers } from '../../../onnx/tensor.ts';
import { type Call, except, type GradientTable, rule } from '../rule.ts';

/*
 * Every mode of Resize interpolates one axis after the other, and each output element is a weighted sum of input
 * elements: y = x W along each axis, with W [length, new length]. dx = dy W^T along each. W is what the same Resize
 * makes of an identity matrix, so the runtime's own weights are used.
 */
export const resizeRules: GradientTable = {
  Resize: except(
    rule((call) => [
      () => resizedAxes(call).reduce((gradient, axis) => alongAxis(call, gradient, axis, weightsOf(call, axis)), call.dy),
    ]),
    (node) => {
      const policy = stringOf(node, 'keep_aspect_ratio_policy', 'stretch');
      return policy === 'stretch' ? undefined : `no rule for keep_aspect_ratio_policy ${policy}`;
    },
  ),
};

/** Position of an axis in roi, scales and sizes; -1 where the node leaves the axis alone. */
function placeOf({ node, x, dims }: Call, axis: number): number {
  const rank = dims(x[0] ?? '').length;
  const axes = intsOf(node, 'axes');
  return axes ? axes.map((given) => (given < 0 ? given + rank : given)).indexOf(axis) : axis;
}

/** An optional input that is there: an empty one says nothing. */
function filled({ x, dims }: Call, index: number): string | undefined {
  const name = x[index] ?? '';
  return name === '' || dims(name)[0] === 0 ? undefined : name;
}

function resizedAxes(call: Call): number[] {
  const { node, x, y, dims, facts } = call;
  const [before, after] = [dims(x[0] ?? ''), dims(y[0] ?? '')];
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
  const { node, x, dims, add, builder } = call;
  const length = dims(x[0] ?? '')[axis] ?? 1;
  const place = placeOf(call, axis);
  const entry = (name: string, at: number) =>
    add('Slice', [name, builder.ints([at]), builder.ints([at + 1]), builder.ints([0])]);
  const [roi, scales, sizes] = [filled(call, 1), filled(call, 2), filled(call, 3)];
  const one = builder.ones;
  const identity = add('EyeLike', [add('ConstantOfShape', [builder.ints([length, length])])]);
  return add('Resize', [identity], without(node.attributes, 'axes'));
}
