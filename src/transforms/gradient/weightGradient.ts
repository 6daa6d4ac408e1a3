import { sizeOf } from '../../onnx/tensor.ts';
import type { Call } from './rule.ts';
import { padsOf, remainder, type Window } from './window.ts';

/** A convolution of images with weights, seen from its weights. */
export interface Convolution {
  /** [N, C, s...] */
  readonly images: string;
  /** s... */
  readonly size: readonly number[];
  /** With respect to the output, [N, M, o...]. */
  readonly gradients: string;
  /** o... */
  readonly output: readonly number[];
  /** [M, C/g, k...] */
  readonly weights: readonly number[];
  readonly group: number;
  readonly window: Window;
}

type Builder = Pick<Call, 'add' | 'ops' | 'builder'>;

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

/**
 * dW as a convolution over the batch: x with batch and channels swapped, dy (likewise swapped) as the kernel, strides and
 * dilations exchanged. [N, C, s...] and [N, M, o...] -> [C/g, M, k...] -> [M, C/g, k...].
 */
export function weightGradient(call: Builder, convolution: Convolution): string {
  const { images, size, gradients, output, weights, group, window } = convolution;
  const { add, ops, builder } = call;
  const spatial = range(2, 2 + size.length);
  const swap = [1, 0, ...spatial];
  const channelsFirst = add('Transpose', [images], { perm: swap });
  const perGroup = weights[1] ?? 1;
  const tile = tileOf(convolution);
  if (group === 1 && sizeOf(tile) > 1) return tiledWeightGradient(call, convolution, channelsFirst, tile);
  const grouped = () => {
    if (group === 1) return channelsFirst;
    const split = ops.Reshape(channelsFirst, builder.ints([group, perGroup, -1, ...size]));
    const regrouped = add('Transpose', [split], { perm: [1, 0, 2, ...spatial.map((axis) => axis + 1)] });
    return ops.Reshape(regrouped, builder.ints([perGroup, -1, ...size]));
  };
  const kernels = add('Transpose', [gradients], { perm: swap });
  const swapped = add('Conv', [grouped(), kernels], {
    group,
    strides: window.dilations,
    dilations: window.strides,
    pads: padsOf(window),
  });
  const exact = remainder(window, size, output).every((rows) => rows === 0);
  return add('Transpose', [exact ? swapped : cutToKernel(call, swapped, window)], { perm: swap });
}

/** Copying one element for a matrix product takes ONNX Runtime about as long as so many multiplications (measured). */
export const copyCost = 70;

/**
 * With a tile of t output positions an axis, the convolution that gives dW copies each element of x (k + t - 1) / t times
 * and not k times, for as many times as many multiplications; few filters make copies the larger part. Tiles divide the
 * output evenly; 1 for every axis is the plain form.
 */
function tileOf({ output, weights, window }: Convolution): readonly number[] {
  const [filters = 1] = weights;
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
function tiledWeightGradient(
  call: Builder,
  convolution: Convolution,
  channelsFirst: string,
  tile: readonly number[],
): string {
  const { add, ops, builder } = call;
  const { output, weights, window } = convolution;
  const [filters = 1, channels = 1] = weights;
  const rank = tile.length;
  const tiles = output.map((size, axis) => size / (tile[axis] ?? 1));
  const kernels = ops.Reshape(
    placesFirst(call, convolution, tile),
    builder.ints([filters * sizeOf(tile), -1, ...tiles]),
  );
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
function placesFirst({ add, ops, builder }: Builder, convolution: Convolution, tile: readonly number[]): string {
  const { gradients, output, weights } = convolution;
  const [filters = 1] = weights;
  const channelsFirst = add('Transpose', [gradients], { perm: [1, 0, ...range(2, 2 + tile.length)] });
  return tile.reduce((value, t, axis) => {
    if (t === 1) return value;
    const lead = filters * sizeOf(tile.slice(0, axis));
    const view = ops.Reshape(value, builder.ints([lead, -1, t, sizeOf(output.slice(axis + 1))]));
    return add('Transpose', [view], { perm: [0, 2, 1, 3] });
  }, channelsFirst);
}

/** Input rows that no window covers make the result longer than the kernel. */
function cutToKernel({ add, builder }: Builder, gradient: string, window: Window): string {
  const axes = range(2, 2 + window.kernel.length);
  return add('Slice', [gradient, builder.ints(axes.map(() => 0)), builder.ints(window.kernel), builder.ints(axes)]);
}
