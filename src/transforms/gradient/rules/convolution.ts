import { isTensorOf, sizeOf, type Tensor, tensor } from '../../../onnx/tensor.ts';
import type { Call, GradientTable } from '../rule.ts';
import { rule } from '../rule.ts';
import { groupsOf, kernelExtent, padsOf, remainder, type Window, windowOf } from '../window.ts';

/** Fewer input channels than this and ONNX Runtime's transposed convolution is the faster adjoint. */
const flippedFromChannels = 8;

export const convolutionRules: GradientTable = {
  // y = x * W + b: dx is the transposed convolution of dy with W, db the sum of dy over all but the channels
  Conv: rule((call) => {
    const { dy, x, y, dims, add, builder } = call;
    const [input = '', weights = ''] = x;
    const rank = dims(input).length;
    const [spatialIn, spatialOut] = [dims(input).slice(2), dims(y[0] ?? '').slice(2)];
    const window = windowOf(call.node, spatialIn, spatialOut, dims(weights).slice(2));
    const overEnd = remainder(window, spatialIn, spatialOut);
    return [
      () => inputGradient(call, window, overEnd),
      () => weightGradient(call, window, overEnd),
      () => add('ReduceSum', [dy, builder.ints([0, ...range(2, rank)])], { keepdims: 0 }),
    ];
  }),
};

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

function inputGradient(call: Call, window: Window, overEnd: readonly number[]): string {
  const { dy, x, facts, add, node, builder } = call;
  const [, weights = ''] = x;
  const group = groupsOf(node);
  const { constant, dims } = facts(weights);
  const extent = kernelExtent(window);
  const channels = (dims[1] ?? 1) * group;
  const stepsByOne = window.strides.every((stride) => stride === 1);
  const narrowPads = padsOf(window).every((pad, i) => pad < (extent[i % extent.length] ?? 1));
  if (constant && isTensorOf(constant, 'float32') && stepsByOne && narrowPads && channels >= flippedFromChannels) {
    const full = (pads: readonly number[]) => pads.map((pad, i) => (extent[i] ?? 1) - 1 - pad);
    const flipped = builder.constant(flipKernel(constant, group), 'flipped');
    const pads = [...full(window.padsBegin), ...full(window.padsEnd)];
    return add('Conv', [dy, flipped], { group, dilations: window.dilations, pads, kernel_shape: window.kernel });
  }
  return add('ConvTranspose', [dy, weights], {
    group,
    strides: window.strides,
    dilations: window.dilations,
    pads: padsOf(window),
    kernel_shape: window.kernel,
    output_padding: overEnd.some((rows) => rows > 0) ? overEnd : undefined,
  });
}

/** The kernel of the adjoint of a stride-1 convolution: [M, C/g, k...] -> [C, M/g, k...], mirrored in space. */
function flipKernel(weights: Tensor<'float32'>, group: number): Tensor<'float32'> {
  const [m = 1, c = 1, ...kernel] = weights.dims;
  const perGroup = m / group;
  const volume = sizeOf(kernel);
  const data = new Float32Array(weights.data.length);
  for (let g = 0; g < group; g++) {
    for (let i = 0; i < perGroup; i++) {
      for (let j = 0; j < c; j++) {
        const from = ((g * perGroup + i) * c + j) * volume;
        const to = ((g * c + j) * perGroup + i) * volume;
        for (let k = 0; k < volume; k++) data[to + k] = weights.data[from + volume - 1 - k] ?? 0;
      }
    }
  }
  return tensor('float32', [c * group, perGroup, ...kernel], data);
}

/**
 * dW as a convolution over the batch: x with batch and channels swapped, dy (likewise swapped) as the kernel, strides and
 * dilations exchanged. [N, C, s...] and [N, M, o...] -> [C/g, M, k...] -> [M, C/g, k...].
 */
function weightGradient(call: Call, window: Window, overEnd: readonly number[]): string {
  const { dy, x, add, ops, dims, node, builder } = call;
  const [input = '', weights = ''] = x;
  const group = groupsOf(node);
  const spatial = range(2, dims(input).length);
  const swap = [1, 0, ...spatial];
  const channelsFirst = add('Transpose', [input], { perm: swap });
  const perGroup = dims(weights)[1] ?? 1;
  const size = dims(input).slice(2);
  const tile = tileOf(call, window);
  if (group === 1 && sizeOf(tile) > 1) return tiledWeightGradient(call, window, channelsFirst, tile);
  const images = () => {
    if (group === 1) return channelsFirst;
    const split = ops.Reshape(channelsFirst, builder.ints([group, perGroup, -1, ...size]));
    const grouped = add('Transpose', [split], { perm: [1, 0, 2, ...spatial.map((axis) => axis + 1)] });
    return ops.Reshape(grouped, builder.ints([perGroup, -1, ...size]));
  };
  const kernels = add('Transpose', [dy], { perm: swap });
  const swapped = add('Conv', [images(), kernels], {
    group,
    strides: window.dilations,
    dilations: window.strides,
    pads: padsOf(window),
  });
  const exact = overEnd.every((rows) => rows === 0) ? swapped : cutToKernel(call, swapped, window);
  return add('Transpose', [exact], { perm: swap });
}

/** Copying one element for a matrix product takes ONNX Runtime about as long as so many multiplications (measured). */
const copyCost = 70;

/**
 * With a tile of t output positions an axis, the convolution that gives dW copies each element of x (k + t - 1) / t times
 * and not k times, for as many times as many multiplications; few filters make copies the larger part. Tiles divide the
 * output evenly; 1 for every axis is the plain form.
 */
function tileOf({ x, y, dims }: Call, window: Window): readonly number[] {
  const output = dims(y[0] ?? '').slice(2);
  const filters = dims(x[1] ?? '')[0] ?? 1;
  const plain = output.map(() => 1);
  if ([...window.strides, ...window.dilations].some((step) => step !== 1)) return plain;
  const candidates = output.reduce<number[][]>(
    (tiles, size) => tiles.flatMap((tile) => divisors(size).map((t) => [...tile, t])),
    [[]],
  );
  const cost = (tile: readonly number[]) =>
    sizeOf(tile.map((t, axis) => ((window.kernel[axis] ?? 1) + t - 1) / t)) * (filters * sizeOf(tile) + copyCost);
  return candidates.reduce((best, tile) => (cost(tile) < cost(best) ? tile : best), plain);
}

function divisors(size: number): number[] {
  return range(1, size + 1).filter((divisor) => size % divisor === 0);
}

/**
 * The same with dy cut into tiles, each place in a tile a filter of its own, G[c, (m, a), j] for place a:
 * dW[m, c, i] = sum_a G[c, (m, a), a + i].
 */
function tiledWeightGradient(call: Call, window: Window, channelsFirst: string, tile: readonly number[]): string {
  const { x, y, dims, add, ops, builder } = call;
  const [filters = 1, channels = 1] = dims(x[1] ?? '');
  const rank = tile.length;
  const tiles = dims(y[0] ?? '')
    .slice(2)
    .map((size, axis) => size / (tile[axis] ?? 1));
  const kernels = ops.Reshape(placesFirst(call, tile), builder.ints([filters * sizeOf(tile), -1, ...tiles]));
  const gathered = add('Conv', [channelsFirst, kernels], { dilations: tile, pads: padsOf(window) });
  const extent = window.kernel.map((size, axis) => size + (tile[axis] ?? 1) - 1);
  const byPlace = ops.Reshape(gathered, builder.ints([channels, filters, sizeOf(tile), ...extent]));
  const places = tile.reduce<number[][]>(
    (all, t) => all.flatMap((place) => range(0, t).map((a) => [...place, a])),
    [[]],
  );
  const parts = places.map((place, i) =>
    add('Slice', [
      byPlace,
      builder.ints([i, ...place]),
      builder.ints([i + 1, ...place.map((a, axis) => a + (window.kernel[axis] ?? 1))]),
      builder.ints(range(2, 3 + rank)),
    ]),
  );
  const sum = ops.Reshape(ops.Sum(...parts), builder.ints([channels, filters, ...window.kernel]));
  return add('Transpose', [sum], { perm: [1, 0, ...range(2, 2 + rank)] });
}

/**
 * dy cut into tiles, the places within a tile first: [N, M, q t, ...] -> [M, t, ..., N, q, ...].
 * One axis at a time: ONNX Runtime moves a single axis ten times as fast as it does all of this at once.
 */
function placesFirst({ dy, dims, y, add, ops, builder }: Call, tile: readonly number[]): string {
  const [, filters = 1, ...output] = dims(y[0] ?? '');
  const channelsFirst = add('Transpose', [dy], { perm: [1, 0, ...range(2, 2 + tile.length)] });
  return tile.reduce((value, t, axis) => {
    if (t === 1) return value;
    const lead = filters * sizeOf(tile.slice(0, axis));
    const view = ops.Reshape(value, builder.ints([lead, -1, t, sizeOf(output.slice(axis + 1))]));
    return add('Transpose', [view], { perm: [0, 2, 1, 3] });
  }, channelsFirst);
}

/** Input rows that no window covers make the result longer than the kernel. */
function cutToKernel({ add, builder }: Call, gradient: string, window: Window): string {
  const axes = range(2, 2 + window.kernel.length);
  return add('Slice', [gradient, builder.ints(axes.map(() => 0)), builder.ints(window.kernel), builder.ints(axes)]);
}
