import { intOf, intsOf, without } from '../../../onnx/attributes.ts';
import { float32, sizeOf } from '../../../onnx/tensor.ts';
import { zerosLike } from '../gradientValues.ts';
import type { Call, GradientTable } from '../rule.ts';
import { rule } from '../rule.ts';
import { kernelExtent, padsOf, remainder, type Window, windowOf } from '../window.ts';

function poolingWindow({ node, x, y, dims }: Call): Window {
  return windowOf(node, dims(x[0] ?? '').slice(2), dims(y[0] ?? '').slice(2), intsOf(node, 'kernel_shape', []));
}

export const poolingRules: GradientTable = {
  // Each dy goes to the element that won its window: the first of equals, which is what ONNX Runtime's Indices say.
  MaxPool: rule((call) => {
    const { dy, x, ops, add, builder } = call;
    const [input = ''] = x;
    const window = poolingWindow(call);
    const overlapping = kernelExtent(window).some((extent, i) => extent > (window.strides[i] ?? 1));
    return [
      () => {
        const flat = (value: string) => ops.Reshape(value, builder.ints([-1]));
        const none = flat(zerosLike(builder, input));
        const indices = flat(maxPoolIndices(call));
        const reduction = overlapping ? 'add' : undefined;
        const scattered = add('ScatterElements', [none, indices, flat(dy)], { axis: 0, reduction });
        return ops.Reshape(scattered, add('Shape', [input]));
      },
    ];
  }),
  // Each element gets its share of every window it was in: the transposed convolution of dy with a constant kernel.
  AveragePool: rule((call) => {
    const { dy, x, y, dims, add, ops, builder, node } = call;
    const [input = ''] = x;
    const window = poolingWindow(call);
    const [, channels = 1, ...spatialIn] = dims(input);
    const spatialOut = dims(y[0] ?? '').slice(2);
    const overEnd = remainder(window, spatialIn, spatialOut);
    const padded = padsOf(window).some((pad) => pad > 0) || overEnd.some((rows) => rows < 0);
    return [
      () => {
        const share = padded
          ? ops.Mul(
              dy,
              builder.constant(shares(window, spatialIn, spatialOut, intOf(node, 'count_include_pad', 0) === 1)),
            )
          : dy;
        const weight = padded ? 1 : 1 / sizeOf(window.kernel);
        const kernel = float32(
          [channels, 1, ...window.kernel],
          new Float32Array(channels * sizeOf(window.kernel)).fill(weight),
        );
        const reachedOver = overEnd.map((rows) => Math.max(0, -rows));
        const spread = add('ConvTranspose', [share, builder.constant(kernel, 'share')], {
          group: channels,
          strides: window.strides,
          dilations: window.dilations,
          pads: [...window.padsBegin, ...window.padsEnd.map((pad, i) => pad + (reachedOver[i] ?? 0))],
          output_padding: overEnd.some((rows) => rows > 0) ? overEnd.map((rows) => Math.max(0, rows)) : undefined,
        });
        return spread;
      },
    ];
  }),
  GlobalAveragePool: rule(({ dy, x, dims, ops, add, builder }) => [
    () => {
      const [input = ''] = x;
      const share = ops.Div(dy, builder.scalar(sizeOf(dims(input).slice(2))));
      return ops.Expand(share, add('Shape', [input]));
    },
  ]),
};

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
  const [low, high] = includePad ? [-(padsBegin[axis] ?? 0), size + (padsEnd[axis] ?? 0)] : [0, size];
  return positions.filter((position) => position >= low && position < high).length;
}
