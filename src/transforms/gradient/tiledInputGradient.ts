import { float32, int64, sizeOf, type Tensor } from '../../onnx/tensor.ts';
import type { Call } from './rule.ts';
import { type Convolution, copyCost } from './weightGradient.ts';
import { padsOf } from './window.ts';

/*
 * The gradient of a convolution with respect to its input, in tiles of t by t output positions. A tile is computed from a
 * patch of (k + t - 1) by (k + t - 1) input positions; one matrix product spreads its gradient over the patch, where
 * ONNX Runtime's transposed convolution spreads each position's over k by k. If t divides the output and k - 1, patches
 * are whole blocks of t by t themselves, and adding up overlapping patches is a product with a matrix of 0 and 1.
 * Twice as fast for small images, few channels and large kernels.
 */

/** The tile that costs least; undefined where the transposed convolution does, or the convolution is of another kind. */
export function inputTile(convolution: Convolution): number | undefined {
  const { size, output, weights, group, window } = convolution;
  const [filters = 1, channels = 1, ...kernel] = weights;
  const plain =
    size.length === 2 &&
    group === 1 &&
    [...window.strides, ...window.dilations].every((step) => step === 1) &&
    padsOf(window).every((pad) => pad === 0);
  if (!plain) return undefined;
  const divided = [...output, ...kernel.map((length) => length - 1)];
  const candidates = Array.from({ length: Math.min(...output) }, (_, i) => i + 1).filter(
    (t) => t > 1 && divided.every((length) => length % t === 0),
  );
  const cost = (t: number) => {
    const patch = channels * sizeOf(kernel.map((length) => length + t - 1));
    const tiles = sizeOf(output) / t ** 2;
    const spreading = tiles * patch * filters * t ** 2;
    const adding = tiles * patch * (sizeOf(size) / t ** 2);
    return spreading + adding;
  };
  const transposed = channels * sizeOf(kernel) * sizeOf(output) * (filters + copyCost);
  return candidates.filter((t) => cost(t) < transposed).sort((a, b) => cost(a) - cost(b))[0];
}

/**
 * @param weights the value of shape [M, C, k, k].
 * @param t as `inputTile` gives it.
 */
export function tiledInputGradient(call: Call, convolution: Convolution, weights: string, t: number): string {
  const { add, ops, builder } = call;
  const { gradients, size, output } = convolution;
  const [filters = 1, channels = 1, ...kernel] = convolution.weights;
  const blocks = kernel.map((length) => (length + t - 1) / t);
  const tiles = output.map((length) => length / t);
  const inputBlocks = size.map((length) => length / t);
  // Rows (c, place in block, block of the patch), columns (place in tile, m): weights [C k k, M] with a row of zeros below.
  const taps = ops.Reshape(add('Transpose', [weights], { perm: [1, 2, 3, 0] }), builder.ints([-1, filters]));
  const zero = builder.constant(float32([1, filters], new Float32Array(filters)), 'zero');
  const indices = builder.constant(tapIndices(convolution, t, blocks), 'taps');
  const gathered = add('Gather', [add('Concat', [taps, zero], { axis: 0 }), indices]);
  const spread = ops.Reshape(gathered, builder.ints([-1, t * t * filters]));
  const places = ops.Reshape(
    add('SpaceToDepth', [gradients], { blocksize: t }),
    builder.ints([-1, t * t * filters, sizeOf(tiles)]),
  );
  const patches = ops.Reshape(
    ops.MatMul(spread, places),
    builder.ints([-1, channels * t * t, sizeOf(blocks) * sizeOf(tiles)]),
  );
  const sums = ops.MatMul(patches, builder.constant(overlaps(blocks, tiles, inputBlocks), 'overlaps'));
  const shaped = ops.Reshape(sums, builder.ints([-1, channels * t * t, ...inputBlocks]));
  return add('DepthToSpace', [shaped], { blocksize: t, mode: 'CRD' });
}

/** Which tap (c, ky, kx) leads from a place in a tile (column) to a place in its patch (row); the number after the last if none. */
function tapIndices({ weights }: Convolution, t: number, [down = 1, across = 1]: readonly number[]): Tensor<'int64'> {
  const [, channels = 1, height = 1, width = 1] = weights;
  const indices: number[] = [];
  for (const [c, r, s, i, j, a, b] of tuples([channels, t, t, down, across, t, t])) {
    const y = i * t + r - a;
    const x = j * t + s - b;
    const inside = y >= 0 && y < height && x >= 0 && x < width;
    indices.push(inside ? (c * height + y) * width + x : channels * height * width);
  }
  return int64(indices, [channels * t * t * down * across, t * t]);
}

/** 1 where a patch's block (row: block of the patch, tile) is an input block (column). */
function overlaps(blocks: readonly number[], tiles: readonly number[], inputBlocks: readonly number[]) {
  const columns = sizeOf(inputBlocks);
  const data = new Float32Array(sizeOf(blocks) * sizeOf(tiles) * columns);
  let row = 0;
  for (const [i, j, y, x] of tuples([...blocks, ...tiles])) {
    data[row * columns + (y + i) * (inputBlocks[1] ?? 1) + x + j] = 1;
    row += 1;
  }
  return float32([row, columns], data);
}

/** All index tuples of a shape of up to seven dimensions, row by row. */
function* tuples(
  dims: readonly number[],
): Generator<readonly [number, number, number, number, number, number, number]> {
  const count = sizeOf(dims);
  for (let flat = 0; flat < count; flat++) {
    const tuple: [number, number, number, number, number, number, number] = [0, 0, 0, 0, 0, 0, 0];
    let rest = flat;
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      const dim = dims[axis] ?? 1;
      tuple[axis] = rest % dim;
      rest = Math.floor(rest / dim);
    }
    yield tuple;
  }
}
