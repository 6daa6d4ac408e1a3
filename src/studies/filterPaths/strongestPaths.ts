import { float32, type Tensor } from '../../onnx/tensor.ts';
import type { FilterLayer, FilterNetwork } from './filterNetwork.ts';
import { type End, type FoundPath, type PathSign, pathFrontier } from './pathFrontier.ts';
import { compileSegment, type Segment, type SegmentRows } from './segment.ts';
import { type Constant, compileWholePass } from './wholePass.ts';

/** One image's score: the strongest paths found, the constants, and what is left. */
export interface StrongestPaths {
  /** By their part (or its size), largest first. */
  readonly paths: readonly FoundPath[];
  readonly constants: readonly Constant[];
  readonly score: number;
  /** All constants together. */
  readonly constant: number;
  /** The score without the paths listed and the constants: all other paths together. */
  readonly remainder: number;
  /** See WholePass. */
  readonly gap: number;
  /** What goes through each filter, in the layers' order. */
  readonly throughFilters: readonly Float32Array[];
  /** How many ends of paths were followed one layer further. */
  readonly followed: number;
  /** Every path was found: those listed are the strongest for certain. */
  readonly exhaustive: boolean;
}

export interface PathSearchSettings {
  /** How many paths are wanted. Default 10. */
  readonly paths?: number;
  /** About so many ends of paths are followed at most. Default 200. */
  readonly follow?: number;
  /** Paths that speak for the score only, or those against it as well. Default: either. */
  readonly sign?: PathSign;
}

interface PathSearcher {
  /** @param image [1, ...]; @param weights [1, K]: how much each score counts. */
  search(image: Tensor<'float32'>, weights: Tensor<'float32'>, settings?: PathSearchSettings): Promise<StrongestPaths>;
  release(): Promise<void>;
}

/** Ends of one layer that are followed in one run. */
const atOnce = 8;

/**
 * Best-first search from the score back. An end of a path is followed where most is expected: what goes through it, times the
 * largest share of such that a path found so far has kept from that layer on. The first end in a layer is followed down to the
 * image at once, so that there is such a share.
 */
export async function compilePathSearch(network: FilterNetwork): Promise<PathSearcher> {
  const whole = await compileWholePass(network);
  const segments = new Map<FilterLayer | undefined, Segment>();
  const segmentTo = async (end?: FilterLayer): Promise<Segment> => {
    const segment = segments.get(end) ?? (await compileSegment(network, end));
    segments.set(end, segment);
    return segment;
  };
  const together = network.classifier.preparation.batched ? atOnce : 1;
  return {
    async search(image, weights, { paths = 10, follow = 200, sign = 'either' } = {}) {
      const { scores, constants, values, gaps, throughFilters } = await whole.run(image, weights, true);
      const frontier = pathFrontier(network, values, paths, sign);
      const toScores = await segmentTo();
      frontier.arrive(await toScores.run({ images: [0], start: { weights } }, values, true), 0);
      let followed = 0;
      while (followed < follow) {
        const ends = frontier.next(together);
        const layer = ends[0]?.steps[0].layer;
        if (!layer) break;
        const segment = await segmentTo(layer);
        const inflows = await segment.run(rowsOf(layer, ends), values, true);
        for (const [row, end] of ends.entries()) frontier.arrive(inflows, row, end);
        followed += ends.length;
      }
      const [score = 0] = scores;
      const constant = constants.reduce((sum, { parts }) => parts.data.reduce((a, b) => a + b, sum), 0);
      const found = frontier.strongest();
      return {
        paths: found,
        constants,
        score,
        constant,
        remainder: found.reduce((left, { part }) => left - part, score - constant),
        gap: gaps[0] ?? Number.NaN,
        throughFilters: throughFilters.map(({ data }) => data),
        followed,
        exhaustive: frontier.isExhausted(),
      };
    },
    async release() {
      await whole.release();
      for (const segment of segments.values()) await segment.release();
    },
  };
}

function rowsOf({ map }: FilterLayer, ends: readonly End[]): SegmentRows {
  const size = ends[0]?.counts.length ?? 0;
  const seeds = new Float32Array(ends.length * size);
  for (const [row, { counts }] of ends.entries()) seeds.set(counts, row * size);
  const filters = ends.map(({ steps }) => steps[0].filter);
  return { images: ends.map(() => 0), start: { filters, seeds: float32([ends.length, 1, ...map], seeds) } };
}
