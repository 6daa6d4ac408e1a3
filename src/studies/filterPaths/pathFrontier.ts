import type { Tensor } from '../../onnx/tensor.ts';
import { type FilterLayer, type FilterNetwork, isFirst, layerOf } from './filterNetwork.ts';
import { type FilterStep, mostPaths, type Path, pathCount } from './paths.ts';
import { type Inflow, type StoredValues, storedValue } from './segment.ts';

/** A path and what it brings to one image's score. */
export interface FoundPath extends Path {
  readonly part: number;
  /** The part, place by place on the map of the path's first filter; absent where it begins with the image. */
  readonly map?: PartMap;
}

interface PartMap {
  readonly height: number;
  readonly width: number;
  readonly values: Float32Array;
}

export type PathSign = 'either' | 'positive';

/** The end of a path, from one filter to the score. */
export interface End {
  /** The filter, then those after it. */
  readonly steps: readonly [FilterStep, ...FilterStep[]];
  /** What goes through it. */
  readonly part: number;
  /** The shorter end that it continues. */
  readonly from?: End;
  /** How much each place of its filter's map counts. */
  readonly counts: Float32Array;
}

/** What a search knows: the paths found, and the ends still open. */
interface Frontier {
  /** Takes in what one row of a segment gave. @param from the end that was followed; none for the scores. */
  arrive(inflows: readonly Inflow[], row: number, from?: End): void;
  /** At most `most` ends of one layer that are worth following most; none where nothing is left that promises enough. */
  next(most: number): readonly End[];
  /** The paths found, strongest first, at most as many as wanted. */
  strongest(): readonly FoundPath[];
  /** Whether every path was found. */
  isExhausted(): boolean;
}

/** Of the filters that come in at once, so many times the number of paths wanted are kept. */
const keptPerWanted = 4;

/** An end is left alone where it promises less than this share of the weakest path wanted: promises are no bounds. */
const worthFollowing = 0.5;

/** In a network with few paths everything is followed. */
export function pathFrontier(network: FilterNetwork, values: StoredValues, wanted: number, sign: PathSign): Frontier {
  const few = pathCount(network) <= mostPaths;
  const found: FoundPath[] = [];
  /** By layer: the largest share of what goes through an end in it that a path found has kept. */
  const kept = new Map<FilterLayer, number>();
  let open: End[] = [];
  let arrived: End[] = [];
  let diving = false;
  let dropped = false;

  function complete(path: FoundPath, from: End | undefined): void {
    found.push(path);
    for (let end = from; end; end = end.from) {
      const share = end.part === 0 ? 0 : Math.abs(path.part / end.part);
      kept.set(end.steps[0].layer, Math.max(share, kept.get(end.steps[0].layer) ?? 0));
    }
  }

  const promise = ({ part, steps }: End) => Math.abs(part) * (kept.get(steps[0].layer) ?? 1);
  const isNew = ({ steps }: End) => !kept.has(steps[0].layer);
  const size = ({ part }: FoundPath) => (sign === 'positive' ? part : Math.abs(part));
  const strongest = () =>
    found
      .filter((path) => size(path) > 0)
      .sort((a, b) => size(b) - size(a))
      .slice(0, wanted);

  function pick(most: number): readonly End[] {
    if (diving && arrived.length > 0) return [mostPromising(arrived)];
    const ends = [...open, ...arrived].sort((a, b) => promise(b) - promise(a));
    const [best] = ends;
    const listed = few ? [] : strongest();
    const weakest = listed.length < wanted ? 0 : worthFollowing * Math.abs(listed.at(-1)?.part ?? 0);
    if (!best || promise(best) <= weakest) return [];
    if (isNew(best)) return [best];
    const alike = ends.filter((end) => end.steps[0].layer === best.steps[0].layer && promise(end) > weakest);
    return alike.slice(0, most);
  }

  function mostPromising(ends: readonly End[]): End {
    return ends.reduce((best, end) => (Math.abs(end.part) > Math.abs(best.part) ? end : best));
  }

  return {
    arrive(inflows, row, from) {
      const after = from?.steps ?? [];
      for (const { value, parts, counts } of inflows) {
        const layer = layerOf(network, value);
        const [, width = 1] = parts.dims;
        const own = parts.data.subarray(row * width, (row + 1) * width);
        if (!layer) {
          complete({ steps: after, fromImage: true, part: own[0] ?? 0 }, from);
          continue;
        }
        const strong = strongestOf(own, few ? width : keptPerWanted * wanted);
        if (strong.length < width) dropped = true;
        for (const filter of strong) {
          const steps: readonly [FilterStep, ...FilterStep[]] = [{ layer, filter }, ...after];
          const part = own[filter] ?? 0;
          const places = counts ? mapOf(counts, row, filter) : new Float32Array();
          if (isFirst(layer, network))
            complete({ steps, fromImage: false, part, ...partMap(layer, filter, places) }, from);
          else if (part !== 0) arrived.push({ steps, part, counts: places.slice(), from });
        }
      }
    },
    next(most) {
      const ends = pick(most);
      open = [...open, ...arrived].filter((end) => !ends.includes(end));
      arrived = [];
      diving = ends.length === 1 && ends.some(isNew);
      return ends;
    },
    strongest,
    isExhausted: () => !dropped && open.length === 0 && arrived.length === 0,
  };

  function partMap(layer: FilterLayer, filter: number, counts: Float32Array): Pick<FoundPath, 'map'> {
    const activity = mapOf(storedValue(values, layer.value), 0, filter);
    const [height = 1, width = 1] = layer.map;
    return { map: { height, width, values: counts.map((count, i) => count * (activity[i] ?? 0)) } };
  }
}

/** One filter's map, a view into [rows, filters, ...]. */
function mapOf({ dims, data }: Tensor<'float32'>, row: number, filter: number): Float32Array {
  const [rows = 1, filters = 1] = dims;
  const size = data.length / rows / filters;
  const start = (row * filters + filter) * size;
  return data.subarray(start, start + size);
}

/** The numbers of the largest in size, largest first. */
function strongestOf(parts: Float32Array, most: number): number[] {
  const size = (i: number) => Math.abs(parts[i] ?? 0);
  return Array.from(parts.keys())
    .sort((a, b) => size(b) - size(a))
    .slice(0, most);
}
