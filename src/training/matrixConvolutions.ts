import type { Facts } from '../onnx/facts.ts';
import type { Graph, Node } from '../onnx/graph.ts';
import { GraphBuilder } from '../onnx/graphBuilder.ts';
import { inputOf, outputOf } from '../onnx/graphView.ts';
import { int64, sizeOf } from '../onnx/tensor.ts';
import { groupsOf, padsOf, windowOf } from '../transforms/gradient/window.ts';

/*
 * Convolutions as matrix products, for training. ONNX Runtime multiplies matrices at the machine's full speed and computes
 * convolutions so too, if their weights are fixed; weights that are inputs cost a copy of each element for each place in
 * the kernel. A matrix with the kernel at several output positions and zeros between them multiplies more and copies
 * less. Its gradients follow by themselves. What that gains is in docs/training.md.
 */

/** The graph with the convolutions that gain by it as matrix products. Results differ by rounding alone. */
export function matrixConvolutions(graph: Graph, facts: Facts): Graph {
  const builder = new GraphBuilder({ ...graph, nodes: [] }, 'matrix');
  for (const node of graph.nodes) {
    const convolution = node.op === 'Conv' && node.domain === '' ? convolutionOf(node, facts) : undefined;
    const product = convolution && productFor(convolution);
    if (!product) {
      builder.append(node);
      continue;
    }
    const value = builder.from({ node: node.name, rule: 'matrix' }, () => product(builder, convolution));
    const { name, outputs } = node;
    builder.append({ op: 'Identity', domain: '', name, inputs: [value], outputs, attributes: {} });
  }
  return builder.build();
}

/** Of two spatial dimensions, stride 1, no padding, no groups. */
interface Convolution {
  /** [N, C, ...input] */
  readonly images: string;
  /** [M, C, ...kernel] */
  readonly weights: string;
  /** [M], or the empty name. */
  readonly bias: string;
  readonly channels: number;
  readonly filters: number;
  readonly input: Size;
  readonly kernel: Size;
  readonly output: Size;
}

/** Down and across. */
type Size = readonly [number, number];

/** @returns the name of the convolution's result, [N, M, ...output]. */
type Product = (builder: GraphBuilder, convolution: Convolution) => string;

function convolutionOf(node: Node, facts: Facts): Convolution | undefined {
  const [images, weights, bias = ''] = [inputOf(node, 0), inputOf(node, 1), node.inputs[2]];
  const dims = (name: string) => facts.get(name)?.dims ?? [];
  const [, channels = 0, ...input] = dims(images);
  const [filters = 0, , ...kernel] = dims(weights);
  const [, , ...output] = dims(outputOf(node));
  if (!isSize(input) || !isSize(kernel) || !isSize(output)) return undefined;
  const window = windowOf(node, input, kernel);
  const stepsByOne = [...window.strides, ...window.dilations].every((step) => step === 1);
  if (!stepsByOne || padsOf(window).some((pad) => pad !== 0) || groupsOf(node) !== 1) return undefined;
  return { images, weights, bias, channels, filters, input, kernel, output };
}

function isSize(dims: readonly number[]): dims is Size {
  return dims.length === 2;
}

/** So much larger than the kernel may the part of the input be that a matrix spans; beyond it zeros cost more than they save. */
const largestGrowth = 2;

/** Shorter runs of numbers than this take longer to copy than a convolution does: 90 gain, 24 and 16 lose. */
const shortestRun = 64;

function productFor({ channels, input, kernel, output }: Convolution): Product | undefined {
  if (sizeOf(input) <= largestGrowth * sizeOf(kernel)) return overWholeInput;
  const divided = [...output, ...kernel.map((length) => length - 1)];
  const gains = (t: number) =>
    t * t * channels >= shortestRun && sizeOf(kernel.map((length) => length + t - 1)) <= largestGrowth * sizeOf(kernel);
  const tile = Array.from({ length: Math.min(...kernel) - 1 }, (_, i) => i + 1).find(
    (t) => divided.every((length) => length % t === 0) && gains(t),
  );
  return tile === undefined ? undefined : (builder, convolution) => overPatches(builder, convolution, tile);
}

/** The kernel nearly as large as its input: a dense layer, with a row of the matrix for each filter and position. */
function overWholeInput(builder: GraphBuilder, convolution: Convolution): string {
  const { images, weights, bias, channels, filters, input, kernel, output } = convolution;
  const { ops } = builder;
  const placed = placesOf(output).map((place) =>
    ops.Unsqueeze(kernelAt(builder, weights, place, kernel, input), builder.ints([1])),
  );
  const matrix = ops.Reshape(builder.add('Concat', placed, { axis: 1 }), builder.ints([-1, channels * sizeOf(input)]));
  const sums = builder.add('Gemm', [builder.add('Flatten', [images]), matrix], { transB: 1 });
  const shaped = ops.Reshape(sums, builder.ints([-1, filters, ...output]));
  return bias === '' ? shaped : ops.Add(shaped, ops.Reshape(bias, builder.ints([filters, 1, 1])));
}

/**
 * The output in tiles of t by t, each the product of a patch of the input with the kernel at every place of the tile.
 * If t divides the output and the kernel less one, a patch is whole blocks of t by t, and is gathered block by block.
 */
function overPatches(builder: GraphBuilder, convolution: Convolution, t: number): string {
  const { images, weights, bias, channels, filters, input, kernel, output } = convolution;
  const { ops } = builder;
  const [down, across] = input.map((length) => length / t) as [number, number];
  const patch: Size = [kernel[0] + t - 1, kernel[1] + t - 1];
  const patchBlocks: Size = [patch[0] / t, patch[1] / t];
  const tiles: Size = [output[0] / t, output[1] / t];
  // [N, C, H, W] -> [N, blocks, (row in the block, column in the block, C)]
  const channelsLast = builder.add('Transpose', [images], { perm: [0, 2, 3, 1] });
  const lines = ops.Reshape(channelsLast, builder.ints([-1, t, across, t * channels]));
  const blocks = ops.Reshape(
    builder.add('Transpose', [lines], { perm: [0, 2, 1, 3] }),
    builder.ints([-1, down * across, t * t * channels]),
  );
  const blocksOfTiles = placesOf(tiles).flatMap(([y, x]) =>
    placesOf(patchBlocks).map(([i, j]) => (y + i) * across + x + j),
  );
  const gathered = builder.add('Gather', [blocks, builder.constant(int64(blocksOfTiles), 'blocks')], { axis: 1 });
  const patches = ops.Reshape(gathered, builder.ints([-1, channels * sizeOf(patch)]));
  // Rows of the matrix: (place in the tile, filter); columns: (block of the patch, place in the block, C).
  const places = placesOf([t, t]);
  const placed = builder.add(
    'Concat',
    places.map((place) => kernelAt(builder, weights, place, kernel, patch)),
    { axis: 0 },
  );
  const byBlock = ops.Reshape(
    placed,
    builder.ints([places.length * filters, channels, patchBlocks[0], t, patchBlocks[1], t]),
  );
  const matrix = ops.Reshape(
    builder.add('Transpose', [byBlock], { perm: [0, 2, 4, 3, 5, 1] }),
    builder.ints([places.length * filters, -1]),
  );
  const biases =
    bias === ''
      ? []
      : [
          builder.add(
            'Concat',
            places.map(() => bias),
            { axis: 0 },
          ),
        ];
  const sums = builder.add('Gemm', [patches, matrix, ...biases], { transB: 1 });
  // [(N, tiles), (place in the tile, M)] -> [N, M, H', W']
  const outputLines = ops.Reshape(sums, builder.ints([-1, tiles[1], t, t * filters]));
  const joined = ops.Reshape(
    builder.add('Transpose', [outputLines], { perm: [0, 2, 1, 3] }),
    builder.ints([-1, ...output, filters]),
  );
  return builder.add('Transpose', [joined], { perm: [0, 3, 1, 2] });
}

/** The weights [M, C, ...kernel] at a place in a field of zeros: [M, C, ...size]. */
function kernelAt(builder: GraphBuilder, weights: string, [y, x]: Size, kernel: Size, size: Size): string {
  const pads = [0, 0, y, x, 0, 0, size[0] - kernel[0] - y, size[1] - kernel[1] - x];
  return builder.add('Pad', [weights, builder.ints(pads)]);
}

/** All places in a rectangle, row by row. */
function placesOf([down, across]: Size): Size[] {
  return Array.from({ length: down * across }, (_, i) => [Math.floor(i / across), i % across]);
}
