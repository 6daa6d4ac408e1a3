import { fromStart, intOf, intsOf, stringOf } from '../../../onnx/attributes.ts';
import { zerosLike } from '../gradientValues.ts';
import { type Call, elementwise, type GradientTable, rule } from '../rule.ts';

/** The input's elements in another shape: the gradient takes the input's shape again. */
const reshaped = rule(({ dy, add, operand }) => [
  () => add('Reshape', [dy, add('Shape', [operand(0)])], { allowzero: 1 }),
]);

/** An axis attribute, not negative. */
function axisOf({ node, dims, operand }: Call, fallback: number): number {
  return fromStart(intOf(node, 'axis', fallback), dims(operand(0)).length);
}

/** Operators that arrange elements anew, none of them twice but by broadcasting. */
export const shapeRules = {
  Reshape: reshaped,
  Flatten: reshaped,
  Squeeze: reshaped,
  Unsqueeze: reshaped,
  Transpose: rule(({ node, dy, add, dims, operand }) => {
    const x = operand(0);
    const rank = dims(x).length;
    const perm = intsOf(
      node,
      'perm',
      Array.from({ length: rank }, (_, i) => rank - 1 - i),
    );
    return [() => add('Transpose', [dy], { perm: perm.map((_, axis) => perm.indexOf(axis)) })];
  }),
  // Each input takes its own part of dy.
  Concat: rule((call) => {
    const { x, dy, ops, add, dims, builder } = call;
    const axis = axisOf(call, 0);
    const sizes = x.map((name) => dims(name)[axis] ?? 0);
    if (axis === 0 || sizes.some(Number.isNaN)) {
      // Rows are counted at run time: the probe's batch is not the batch of later runs. So is what depends on the image.
      const lengths = x.map((name) => add('Shape', [name], { start: axis, end: axis + 1 }));
      return x.map((_, i) => () => {
        // Sum takes no integers.
        const sumOf = (parts: readonly string[]) => parts.reduce((sum, length) => ops.Add(sum, length));
        const start = i === 0 ? builder.ints([0]) : sumOf(lengths.slice(0, i));
        return add('Slice', [dy, start, sumOf(lengths.slice(0, i + 1)), builder.ints([axis])]);
      });
    }
    return x.map((_, i) => () => {
      const start = sizes.slice(0, i).reduce((sum, length) => sum + length, 0);
      const end = start + (sizes[i] ?? 0);
      return add('Slice', [dy, builder.ints([start]), builder.ints([end]), builder.ints([axis])]);
    });
  }),
  Split: rule((call) => [
    () => {
      const { dys, y, add, builder, output } = call;
      const parts = y.map((_, i) => dys[i] ?? zerosLike(builder, output(i)));
      return add('Concat', parts, { axis: axisOf(call, 0) });
    },
  ]),
  Expand: elementwise(({ dy }) => [() => dy]),
  // Every axis of dy is (repeat, place): sum over the repeats.
  Tile: rule(({ dy, dims, add, ops, builder, operand }) => [
    () => {
      const column = (vector: string) => ops.Unsqueeze(vector, builder.ints([1]));
      const pairs = add('Concat', [column(operand(1)), column(add('Shape', [operand(0)]))], { axis: 1 });
      const split = ops.Reshape(dy, ops.Reshape(pairs, builder.ints([-1])));
      const axes = dims(operand(0)).map((_, axis) => 2 * axis);
      return axes.length === 0 ? dy : add('ReduceSum', [split, builder.ints(axes)], { keepdims: 0 });
    },
  ]),
  // Depth is (block row, block column, channel) for DCR, the order SpaceToDepth has, and (channel, row, column) for CRD.
  DepthToSpace: rule(({ node, dy, dims, add, ops, builder, operand }) => [
    () => {
      const blocksize = intOf(node, 'blocksize', 1);
      if (stringOf(node, 'mode', 'DCR') === 'DCR') return add('SpaceToDepth', [dy], { blocksize });
      const [, depth = 1, height = 1, width = 1] = dims(operand(0));
      const channels = depth / blocksize ** 2;
      const cells = ops.Reshape(dy, builder.ints([-1, channels, height, blocksize, width, blocksize]));
      return ops.Reshape(add('Transpose', [cells], { perm: [0, 1, 3, 5, 2, 4] }), add('Shape', [operand(0)]));
    },
  ]),
  SpaceToDepth: rule(({ node, dy, add }) => [
    () => add('DepthToSpace', [dy], { blocksize: intOf(node, 'blocksize', 1), mode: 'DCR' }),
  ]),
  // Zeros where the other triangle was cut off.
  Trilu: rule(({ node, dy, add, optional }) => {
    const k = optional(1);
    return [() => add('Trilu', k === undefined ? [dy] : [dy, k], { upper: intOf(node, 'upper', 1) })];
  }),
} satisfies GradientTable;
