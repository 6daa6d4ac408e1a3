import { concatRows, float32, rows, type Tensor } from '../../onnx/tensor.ts';
import { lengthOf, ranges } from '../../runtime/portions.ts';
import { together } from '../../runtime/release.ts';
import { FiltersError } from './errors.ts';
import { type FilterLayer, type FilterNetwork, isFirst, layerOf } from './filterNetwork.ts';
import { mostPaths, type Path, pathCount, pathsOf, routesOf } from './paths.ts';
import { compileSegment, type Inflow, type Segment, type StoredValues } from './segment.ts';
import { type Constant, compileWholePass, gapsOf } from './wholePass.ts';

/** The scores of some images, split completely: an image's parts and constants sum to its score. */
export interface Split {
  /** What each path brings to the score, [n, paths], in the order of the splitter's `paths`. */
  readonly parts: Tensor<'float32'>;
  /** Biases, and whatever else does not come from the image. */
  readonly constants: readonly Constant[];
  /** [n] */
  readonly scores: Float32Array;
  /** Largest distance of an image's parts and constants from its score, as a share of the sum of their sizes. */
  readonly largestGap: number;
}

export interface Splitter {
  readonly paths: readonly Path[];
  /** @param images [n, ...]; @param weights [n, K]: how much each score counts in what is split. */
  split(images: Tensor<'float32'>, weights: Tensor<'float32'>): Promise<Split>;
  release(): Promise<void>;
}

/**
 * Compiles the complete split, for networks with few paths: from the scores back, every filter of a layer starts a row of its
 * own.
 * @throws FiltersError where there are more than `mostPaths`.
 */
export async function compileSplitter(network: FilterNetwork): Promise<Splitter> {
  const count = pathCount(network);
  if (count > mostPaths) {
    throw new FiltersError(
      `There are ${count.toExponential(1)} paths through the model's filters, more than the ${mostPaths} that are split completely. Search for the strongest instead.`,
    );
  }
  const { batchSize } = network.classifier;
  return together(async (keep) => {
    const whole = await keep(compileWholePass(network));
    const toScores = await keep(compileSegment(network));
    const segments = new Map<FilterLayer, Segment>();
    for (const layer of network.layers) {
      if (!isFirst(layer, network)) segments.set(layer, await keep(compileSegment(network, layer)));
    }
    const paths = routesOf(network).flatMap(pathsOf);

    /** Parts of all routes through some inflows, in the order of `routesOf`; rows are images, then filters met so far. */
    async function follow(inflows: readonly Inflow[], values: StoredValues, images: number): Promise<Float32Array[]> {
      const found: Float32Array[] = [];
      for (const { value, parts, counts } of inflows) {
        const layer = layerOf(network, value);
        const segment = layer && segments.get(layer);
        if (!layer || !segment || !counts) found.push(parts.data);
        else found.push(...(await follow(await everyFilter(segment, layer, counts, values, images), values, images)));
      }
      return found;
    }

    async function everyFilter(
      segment: Segment,
      layer: FilterLayer,
      counts: Tensor<'float32'>,
      values: StoredValues,
      images: number,
    ): Promise<Inflow[]> {
      const total = (counts.dims[0] ?? 0) * layer.filters;
      const seeds = float32([total, 1, ...layer.map], counts.data);
      const further = layer.before.some((value) => segments.has(layerOf(network, value) ?? layer));
      const portions: (readonly Inflow[])[] = [];
      for (const part of ranges(total, batchSize)) {
        const numbers = Array.from({ length: lengthOf(part) }, (_, i) => part.from + i);
        const start = { filters: numbers.map((row) => row % layer.filters), seeds: rows(seeds, part.from, part.to) };
        const of = numbers.map((row) => Math.floor((row * images) / total));
        portions.push(await segment.run({ images: of, start }, values, further));
      }
      return joined(portions);
    }

    return {
      paths,
      async split(images: Tensor<'float32'>, weights: Tensor<'float32'>) {
        const parts: Split[] = [];
        for (const { from, to } of ranges(images.dims[0] ?? 0, batchSize)) {
          const counted = rows(weights, from, to);
          const { scores, constants, values } = await whole.run(rows(images, from, to), counted, true);
          const numbers = Array.from({ length: to - from }, (_, i) => i);
          const inflows = await toScores.run({ images: numbers, start: { weights: counted } }, values, true);
          const columns = await follow(inflows, values, to - from);
          const all = besideEachOther(columns, to - from);
          const gaps = gapsOf(scores, [all, ...constants.map((constant) => constant.parts)]);
          parts.push({ scores, constants, parts: all, largestGap: Math.max(...gaps) });
        }
        return joinedSplits(parts);
      },
    };
  });
}

function joined(portions: readonly (readonly Inflow[])[]): Inflow[] {
  const [first = []] = portions;
  return first.map(({ value, counts }, i) => ({
    value,
    parts: concatRows(portions.flatMap((portion) => portion[i]?.parts ?? [])),
    counts: counts && concatRows(portions.flatMap((portion) => portion[i]?.counts ?? [])),
  }));
}

/** Blocks of n rows each, put side by side: [n, the sum of their widths]. */
function besideEachOther(blocks: readonly Float32Array[], n: number): Tensor<'float32'> {
  const width = blocks.reduce((sum, block) => sum + block.length / n, 0);
  const data = new Float32Array(n * width);
  let left = 0;
  for (const block of blocks) {
    const own = block.length / n;
    for (let row = 0; row < n; row++) data.set(block.subarray(row * own, (row + 1) * own), row * width + left);
    left += own;
  }
  return float32([n, width], data);
}

function joinedSplits(splits: readonly Split[]): Split {
  const [first] = splits;
  if (!first) throw new FiltersError('There are no images to split the scores of.');
  const scores = splits.flatMap((split) => [...split.scores]);
  return {
    parts: concatRows(splits.map(({ parts }) => parts)),
    constants: first.constants.map(({ name }, i) => ({
      name,
      parts: concatRows(splits.flatMap(({ constants }) => constants[i]?.parts ?? [])),
    })),
    scores: Float32Array.from(scores),
    largestGap: Math.max(...splits.map(({ largestGap }) => largestGap)),
  };
}
