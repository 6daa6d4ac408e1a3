import { intOf, intsOf, without } from '../../../onnx/attributes.ts';
import { float32, sizeOf } from '../../../onnx/tensor.ts';
import { elementsPerElement, firstExtremeGradient, zerosLike } from '../gradientValues.ts';
import { padBack, placementOf } from '../placement.ts';
import { type Call, type GradientTable, rule } from '../rule.ts';
import { kernelExtent, padsOf, remainder, type Window, windowOf } from '../window.ts';

function poolingWindow({ node, dims, operand }: Call): Window {
  return windowOf(node, dims(operand(0)).slice(2), intsOf(node, 'kernel_shape', []));
}

export const poolingRules = {
  // Each dy goes to the element that won its window: the first of equals, which is what ONNX Runtime's Indices say.
  // MaxUnpool puts it there, where no element can win twice; else sums are needed.
  MaxPool: rule((call) => {
    const { dy, dims, facts, ops, add, builder, operand, output } = call;
    const input = operand(0);
    const window = poolingWindow(call);
    const [spatialIn, spatialOut] = [dims(input).slice(2), dims(output(0)).slice(2)];
    const overlapping = kernelExtent(window).some((extent, i) => extent > (window.strides[i] ?? 1));
    const within =
      padsOf(window).every((pad) => pad === 0) && remainder(window, spatialIn, spatialOut).every((rows) => rows >= 0);
    const unpools = !overlapping && within && facts(input).type === 'float32';
    return [
      () => {
        const indices = maxPoolIndices(call);
        const shape = add('Shape', [input]);
        if (unpools) {
          return add('MaxUnpool', [dy, indices, shape], { kernel_shape: window.kernel, strides: window.strides });
        }
        const flat = (value: string) => ops.Reshape(value, builder.ints([-1]));
        const none = flat(zerosLike(builder, input));
        const reduction = overlapping ? 'add' : undefined;
        return ops.Reshape(add('ScatterElements', [none, flat(indices), flat(dy)], { axis: 0, reduction }), shape);
      },
    ];
  }),
  // Each element gets its share of every window it was in.
  AveragePool: rule((call) => [
    () => {
      const { dy, dims, ops, builder, node, operand, output } = call;
      const window = poolingWindow(call);
      const [spatialIn, spatialOut] = [dims(operand(0)).slice(2), dims(output(0)).slice(2)];
      const overEnd = remainder(window, spatialIn, spatialOut);
      const equalShares = padsOf(window).every((pad) => pad <= 0) && overEnd.every((rows) => rows >= 0);
      if (equalShares) return spreadOverWindows(call, dy, 1 / sizeOf(window.kernel));
      const counted = shares(window, spatialIn, spatialOut, intOf(node, 'count_include_pad', 0) === 1);
      return spreadOverWindows(call, ops.Mul(dy, builder.constant(counted, 'shares')), 1);
    },
  ]),
  // y = (sum |x|^p)^(1/p): dx = |x|^(p-1) sign(x) times the sum of dy y^(1-p) over the windows; nothing where y = 0
  LpPool: rule((call) => [
    () => {
      const { ops, operand } = call;
      return ops.Mul(spreadOverWindows(call, perNorm(call), 1), signedPower(call, operand(0)));
    },
  ]),
  GlobalLpPool: rule((call) => [() => call.ops.Mul(perNorm(call), signedPower(call, call.operand(0)))]),
  GlobalAveragePool: rule(({ dy, dims, ops, add, builder, operand, output }) => [
    () => {
      const input = operand(0);
      const size = sizeOf(dims(input).slice(2));
      const count = Number.isNaN(size) ? elementsPerElement(builder, input, output(0)) : builder.scalar(size);
      const share = ops.Div(dy, count);
      return ops.Expand(share, add('Shape', [input]));
    },
  ]),
  // dy goes to the largest, of equal ones to the first
  GlobalMaxPool: rule((call) => [
    () => {
      const spatial = call.dims(call.operand(0)).flatMap((_, axis) => (axis < 2 ? [] : [axis]));
      return firstExtremeGradient(call, spatial, 'ArgMax');
    },
  ]),
  // The gradient of each value is dy at the place where the value was put.
  MaxUnpool: rule(({ dy, ops, add, builder, operand }) => [
    () => {
      const flat = (value: string) => ops.Reshape(value, builder.ints([-1]));
      return ops.Reshape(add('GatherElements', [flat(dy), flat(operand(1))], { axis: 0 }), add('Shape', [operand(0)]));
    },
  ]),
} satisfies GradientTable;

/** dy y^(1-p), and 0 where y = 0. */
function perNorm({ node, dy, ops, builder, output }: Call): string {
  const y = output(0);
  const p = intOf(node, 'p', 2);
  if (p === 1) return dy;
  const safe = ops.Where(ops.Equal(y, builder.scalar(0)), builder.scalar(Number.POSITIVE_INFINITY), y);
  return ops.Div(dy, p === 2 ? safe : ops.Pow(safe, builder.scalar(p - 1)));
}

/** |x|^(p-1) sign(x) */
function signedPower({ node, ops, builder }: Call, x: string): string {
  const p = intOf(node, 'p', 2);
  if (p === 2) return x;
  return p === 1 ? ops.Sign(x) : ops.Mul(ops.Sign(x), ops.Pow(ops.Abs(x), builder.scalar(p - 1)));
}

/**
 * Adds a value of the output's shape, times a weight, to every element of its window: the transposed convolution with a
 * constant kernel. [N, C, o...] -> [N, C, s...]
 */
function spreadOverWindows(call: Call, value: string, weight: number): string {
  const { node, dims, add, builder, operand, output } = call;
  const [, channels = 1, ...spatialIn] = dims(operand(0));
  const spatialOut = dims(output(0)).slice(2);
  const { window, size, cuts } = placementOf(node, poolingWindow(call), spatialIn, spatialOut);
  const overEnd = remainder(window, size, spatialOut);
  const weights = new Float32Array(channels * sizeOf(window.kernel)).fill(weight);
  const kernel = builder.constant(float32([channels, 1, ...window.kernel], weights), 'share');
  const spread = add('ConvTranspose', [value, kernel], {
    group: channels,
    strides: window.strides,
    dilations: window.dilations,
    pads: [...window.padsBegin, ...window.padsEnd.map((pad, i) => pad + Math.max(0, -(overEnd[i] ?? 0)))],
    output_padding: overEnd.some((rows) => rows > 0) ? overEnd.map((rows) => Math.max(0, rows)) : undefined,
  });
  return padBack(builder, spread, cuts);
}

/** Where in the input, counted flat and row by row, each window's maximum lies. */
function maxPoolIndices({ node, x, builder, output }: Call): string {
  if (intOf(node, 'storage_order', 0) === 0) return output(1);
  const [, indices = ''] = builder.addMany('MaxPool', x, 2, without(node.attributes, 'storage_order'));
  return indices;
}

/** 1 / (elements averaged), for each output position: [1, 1, o...]. Without count_include_pad only real elements count. */
function shares(window: Window, input: readonly number[], output: readonly number[], includePad: boolean) {
  const counts = output.map((size, axis) =>
    Array.from({ length: size }, (_, o) => countAlong(window, axis, o, input[axis] ?? 1, includePad)),
  );
  const values = counts.reduce<number[]>(
    (rows, along) => rows.flatMap((row) => along.map((count) => row * count)),
    [1],
  );
  return float32(
    [1, 1, ...output],
    values.map((count) => 1 / count),
  );
}

function countAlong(window: Window, axis: number, output: number, size: number, includePad: boolean): number {
  const { kernel, strides, dilations, padsBegin, padsEnd } = window;
  const start = output * (strides[axis] ?? 1) - (padsBegin[axis] ?? 0);
  const positions = Array.from({ length: kernel[axis] ?? 1 }, (_, k) => start + k * (dilations[axis] ?? 1));
  const end = size + (padsEnd[axis] ?? 0);
  const [low, high] = includePad ? [-(padsBegin[axis] ?? 0), end] : [0, Math.min(size, end)];
  return positions.filter((position) => position >= low && position < high).length;
}
