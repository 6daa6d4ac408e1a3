import { intsOf } from '../../../onnx/attributes.ts';
import { inputOf, outputOf } from '../../../onnx/graphView.ts';
import { sizeOf } from '../../../onnx/tensor.ts';
import { kernelExtent, remainder, windowOf } from '../../gradient/window.ts';
import { between, type Interval, unit } from '../interval.ts';
import type { BoundCall, BoundTable, Relaxed, Relaxing } from '../rule.ts';

/** Window sizes where windows lie side by side, each element in one of them or, at the end, in none; undefined otherwise. */
function tilesOf({ node, dims }: BoundCall): readonly number[] | undefined {
  const x = inputOf(node, 0);
  const [input, output] = [dims(x).slice(2), dims(outputOf(node)).slice(2)];
  const window = windowOf(node, input, intsOf(node, 'kernel_shape', []));
  const sideBySide = kernelExtent(window).every((extent, i) => extent === window.strides[i]);
  const unpadded = [...window.padsBegin, ...window.padsEnd].every((pad) => pad === 0);
  const plain =
    window.dilations.every((step) => step === 1) && remainder(window, input, output).every((rows) => rows >= 0);
  return sideBySide && unpadded && plain ? window.kernel : undefined;
}

/** The elements of each window along a dimension of their own: [n, c, i...] -> [n, c, k, o...]. */
function byWindow({ node, dims, builder, ops, add }: BoundCall, value: string, tile: readonly number[]): string {
  const input = dims(inputOf(node, 0)).slice(2);
  const output = dims(outputOf(node)).slice(2);
  const covered = output.map((size, i) => size * (tile[i] ?? 1));
  const axes = covered.map((_, i) => i + 2);
  const isWhole = covered.every((size, i) => size === input[i]);
  const none = builder.ints(covered.map(() => 0));
  const whole = isWhole ? value : add('Slice', [value, none, builder.ints(covered), builder.ints(axes)]);
  const apart = ops.Reshape(whole, builder.ints([0, 0, ...output.flatMap((size, i) => [size, tile[i] ?? 1])]));
  const perm = [0, 1, ...axes.map((_, i) => 2 * i + 3), ...axes.map((_, i) => 2 * i + 2)];
  return ops.Reshape(add('Transpose', [apart], { perm }), builder.ints([0, 0, sizeOf(tile), ...output]));
}

/** The way back, zeros for elements in no window: [n, r, c, k, o...] -> [n, r, c, i...]. */
function fromWindows({ node, dims, builder, ops, add }: BoundCall, value: string, tile: readonly number[]): string {
  const input = dims(inputOf(node, 0)).slice(2);
  const output = dims(outputOf(node)).slice(2);
  const apart = ops.Reshape(value, builder.ints([0, 0, 0, ...tile, ...output]));
  const perm = [0, 1, 2, ...output.flatMap((_, i) => [3 + tile.length + i, 3 + i])];
  const covered = output.map((size, i) => size * (tile[i] ?? 1));
  const whole = ops.Reshape(add('Transpose', [apart], { perm }), builder.ints([0, 0, 0, ...covered]));
  const missing = input.map((size, i) => size - (covered[i] ?? 0));
  const none = missing.map(() => 0);
  return missing.every((rows) => rows === 0)
    ? whole
    : add('Pad', [whole, builder.ints([0, 0, 0, ...none, 0, 0, 0, ...missing])]);
}

/** Ends of a window's elements that differ by less than this share of the window's range are equal to each other. */
const equalWithin = 1e-4;

/**
 * y = max x_i over windows side by side. Below: y >= sum p_i x_i for any shares p_i that sum to 1; all of it the element with
 * the largest l_i by default. Above, for any t >= max l_i: y <= t + sum max(x_i - t, 0) <= t + sum s_i (x_i - l_i) with
 * s_i = (u_i - t)+ / (u_i - l_i); by default t is the second largest u_i (or max l_i), so that one element alone has a slope.
 */
function tiled(call: BoundCall, x: Interval, relaxing: Relaxing, tile: readonly number[]): Relaxed {
  const { node, dims, ops, builder, add } = call;
  const { positive, negative, each, offset, free } = relaxing;
  const [channels = 1, ...output] = dims(outputOf(node)).slice(1);
  const outer = [channels, 1, ...output];
  const inner = [channels, sizeOf(tile), ...output];
  const [zero, one, tiny] = [builder.scalar(0), builder.scalar(1), builder.scalar(1e-30)];
  const [low, high] = [byWindow(call, x.low, tile), byWindow(call, x.high, tile)];
  const over = (op: 'ReduceMax' | 'ReduceSum', value: string, axis = 2) =>
    add(op, [value, builder.ints([axis])], { keepdims: 1 });
  const [floor, top] = [over('ReduceMax', low), over('ReduceMax', high)];
  const range = ops.Sub(top, floor);

  // Neighbours over an even ground have equal ends but for rounding: they count as equal, lest rounding chooses the bound.
  const slack = ops.Mul(range, builder.scalar(equalWithin));
  const isFirst = (value: string, largest: string) => ops.GreaterOrEqual(value, ops.Sub(largest, slack));
  // At least a trace of each, so that the shares sum to 1 whatever is chosen.
  const wins = ops.Max(
    free('share below', inner, () => ops.Where(isFirst(low, floor), one, zero)),
    builder.scalar(1e-6),
  );
  const below = ops.Div(wins, over('ReduceSum', wins, 3));

  const second = () => {
    const others = ops.Where(isFirst(high, top), low, high);
    return ops.Div(ops.Sub(over('ReduceMax', others), floor), ops.Max(range, tiny));
  };
  const t = ops.Add(each(floor), ops.Mul(free('height above', outer, second), each(range)));
  const rise = ops.Div(add('Relu', [ops.Sub(each(high), t)]), each(ops.Max(ops.Sub(high, low), tiny)));
  // Steeper by more than was rounded: still above, as x_i - l_i is not negative.
  const slope = ops.Mul(rise, builder.scalar(1 + 8 * unit));
  const column = (value: string) => ops.Unsqueeze(value, builder.ints([3]));
  offset(column(negative), t, outer);
  const sloped = ops.Mul(column(negative), slope);
  offset(sloped, ops.Neg(each(low)), inner);
  return { 0: fromWindows(call, ops.Add(ops.Mul(column(positive), below), sloped), tile) };
}

/** Windows that overlap: below by the element with the largest l_i, above by the largest u_i. */
function overlapping(call: BoundCall, x: Interval, relaxing: Relaxing): Relaxed {
  const { node, dims, builder, ops, add } = call;
  const { positive, negative, each, offset, backThrough } = relaxing;
  const inner = dims(inputOf(node, 0)).slice(1);
  offset(negative, each(call.builder.again(call.node, [x.high])), dims(outputOf(node)).slice(1));
  // A row for each bound, as the indices of max pooling count over all rows.
  const ones = (count: number) => Array.from({ length: count }, () => 1);
  const bounds = add('Shape', [positive], { start: 1, end: 2 });
  const repeats = add('Concat', [builder.ints([1]), bounds, builder.ints(ones(inner.length))], { axis: 0 });
  const lows = ops.Reshape(ops.Expand(each(x.low), repeats), builder.ints([-1, ...inner]));
  const chosen = call.builder.again(call.node, [lows]);
  return { 0: backThrough(chosen, positive) };
}

export const poolingBounds: BoundTable = {
  MaxPool: {
    kind: 'nonlinear',
    interval: (call) => {
      const [x] = call.x;
      if (!x) throw new RangeError('MaxPool has no input that depends on the image.');
      return between(call.builder, call.builder.again(call.node, [x.low]), call.builder.again(call.node, [x.high]));
    },
    relax: (call, relaxing) => {
      const [x] = call.x;
      if (!x) return {};
      const tile = tilesOf(call);
      return tile ? tiled(call, x, relaxing, tile) : overlapping(call, x, relaxing);
    },
  },
};
