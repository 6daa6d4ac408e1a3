import { ArgumentError } from '../../argumentError.ts';
import { concatRows, rows, type Tensor, zeros } from '../../onnx/tensor.ts';
import { ranges } from '../../runtime/portions.ts';
import { together } from '../../runtime/release.ts';
import { type FilterLayer, type FilterNetwork, isFirst } from './filterNetwork.ts';
import type { Path } from './paths.ts';
import { compileSegment } from './segment.ts';
import { compileWholePass } from './wholePass.ts';

/** What a path brings to a class's score, place by place on the map of the path's last filter. */
export interface PathMap {
  readonly path: Path;
  readonly height: number;
  readonly width: number;
  readonly values: Float32Array;
}

interface PathMapper {
  /** The maps of every path for the score of each class: as many lists as classes. @param image [1, ...] */
  maps(image: Tensor<'float32'>, classes: readonly number[]): Promise<readonly (readonly PathMap[])[]>;
  release(): Promise<void>;
}

/** Whether the network is two layers of filters, one after the other: then every path has a map of its own for every class. */
export function hasPathMaps(network: FilterNetwork): boolean {
  const [first, second, third] = network.layers;
  if (!first || !second || third || !isFirst(first, network)) return false;
  const only = (before: readonly string[], layer: FilterLayer) => before.length === 1 && before[0] === layer.value;
  return only(second.before, first) && only(network.beforeScores, second) && second.map.length === 2;
}

/**
 * The paper's small maps: with the gates fixed, each place of the last filter's map is a sum over the first layer's filters, and
 * each class's score a sum over those places. What comes from each filter to each place is the same for all classes; every
 * place is a row.
 * The last layer's own pooling picks one place of each window, so neighbours are added up where only one of them counts.
 */
export async function compilePathMaps(network: FilterNetwork): Promise<PathMapper> {
  const { classifier, layers } = network;
  const [first, last] = layers;
  if (!first || !last || !hasPathMaps(network)) throw new ArgumentError('Path maps are for two layers of filters.');
  return together(async (keep) => {
    const whole = await keep(compileWholePass(network));
    const toScores = await keep(compileSegment(network));
    const between = await keep(compileSegment(network, last));
    const [height = 1, width = 1] = last.map;
    const places = height * width;
    const rowCount = last.filters * places;
    return {
      async maps(image: Tensor<'float32'>, classes: readonly number[]) {
        const weights = zeros('float32', [classes.length, classifier.scores.width]);
        for (const [i, label] of classes.entries()) weights.data[i * classifier.scores.width + label] = 1;
        const { values } = await whole.run(image, rows(weights, 0, 1), true);
        const [head] = await toScores.run({ images: classes.map(() => 0), start: { weights } }, values, true);
        const brought: Tensor<'float32'>[] = [];
        for (const { from, to } of ranges(rowCount, classifier.batchSize)) {
          const numbers = Array.from({ length: to - from }, (_, i) => from + i);
          const seeds = zeros('float32', [numbers.length, 1, height, width]);
          for (const [row, number] of numbers.entries()) seeds.data[row * places + (number % places)] = 1;
          const filters = numbers.map((number) => Math.floor(number / places));
          const [inflow] = await between.run(
            { images: numbers.map(() => 0), start: { filters, seeds } },
            values,
            false,
          );
          if (inflow) brought.push(inflow.parts);
        }
        const parts = concatRows(brought).data;
        const counts = head?.counts?.data ?? new Float32Array();
        const mapOf = (position: number, from: number, filter: number) =>
          Float32Array.from({ length: places }, (_, place) => {
            const at = filter * places + place;
            return (counts[position * rowCount + at] ?? 0) * (parts[at * first.filters + from] ?? 0);
          });
        const all = classes.map((_, position) =>
          pairs(first, last).map(({ from, filter }) => ({ from, filter, values: mapOf(position, from, filter) })),
        );
        const window = all.flat().every((one) => countsOnce(one.values, height, width)) ? 2 : 1;
        return all.map((maps) =>
          maps.map(({ from, filter, values: own }) => ({
            path: {
              steps: [
                { layer: first, filter: from },
                { layer: last, filter },
              ],
              fromImage: false,
            },
            height: height / window,
            width: width / window,
            values: summed(own, height, width, window),
          })),
        );
      },
    };
  });
}

/** In the order of `pathsOf`: the last layer's filter changes slowest. */
function pairs(first: FilterLayer, last: FilterLayer): { readonly from: number; readonly filter: number }[] {
  return Array.from({ length: last.filters }, (_, filter) => filter).flatMap((filter) =>
    Array.from({ length: first.filters }, (_, from) => ({ from, filter })),
  );
}

/** Whether of every 2x2 neighbours at most one counts. */
function countsOnce(values: Float32Array, height: number, width: number): boolean {
  if (height % 2 !== 0 || width % 2 !== 0) return false;
  const ones = summed(
    values.map((value) => (value === 0 ? 0 : 1)),
    height,
    width,
    2,
  );
  return ones.every((count) => count <= 1);
}

function summed(values: Float32Array, height: number, width: number, window: number): Float32Array {
  const across = width / window;
  const sums = new Float32Array((height / window) * across);
  for (const [at, value] of values.entries()) {
    const to = Math.floor(Math.floor(at / width) / window) * across + Math.floor((at % width) / window);
    sums[to] = (sums[to] ?? 0) + value;
  }
  return sums;
}
