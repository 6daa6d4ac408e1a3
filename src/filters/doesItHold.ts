import type { Tensor } from '../onnx/tensor.ts';
import { concatRows } from '../onnx/tensor.ts';
import { type Ablation, compileAblator, hasConnections } from './ablation.ts';
import { bootstrapMean, type MeanWithInterval } from './bootstrap.ts';
import type { ClassSet } from './classSets.ts';
import type { ClassContributions, Contributions } from './contributions.ts';
import type { FilterLayer, FilterNetwork } from './filterNetwork.ts';
import type { FilterProgress } from './filterProgress.ts';
import { standings } from './margin.ts';
import { type FilterStep, type Path, pathName } from './paths.ts';

/** What taking out the top-ranked unit of a class costs the class, beside the bottom-ranked one. */
export interface Comparison {
  readonly label: number;
  readonly name: string;
  readonly images: number;
  /** Share of the class's images that are right with nothing taken out. */
  readonly accuracy: number;
  readonly top: Cost;
  readonly bottom: Cost;
  /** Cost of the top minus cost of the bottom, image by image. */
  readonly difference: MeanWithInterval;
}

export interface Cost {
  readonly unit: string;
  /** Mean share of the unit in the class's scores. */
  readonly share: number;
  /** By how much the accuracy falls. */
  readonly drop: number;
}

export interface Holding {
  /** Of all layers' filters the one with the largest mean share, and that with the smallest. */
  readonly filters: readonly Comparison[];
  /** The same for paths, where they are single connections between two layers. */
  readonly paths?: readonly Comparison[];
}

/** A unit that can be taken out, and its mean share in a class. */
interface Unit {
  readonly name: string;
  readonly share: number;
  readonly ablation: Ablation;
}

/**
 * Takes out the top and the bottom of each class, set to its mean over some images, and counts.
 * @param learned what the means are over; @param sets what is counted.
 */
export async function doesItHold(
  network: FilterNetwork,
  found: Contributions,
  learned: readonly ClassSet[],
  sets: readonly ClassSet[],
  seed: number,
  progress?: FilterProgress,
): Promise<Holding> {
  const { classifier } = network;
  const connected = found.paths ? singleConnections(network, found.paths) : undefined;
  const ablator = await compileAblator(network, concatRows(learned.map(({ images }) => images)), {
    layers: network.layers,
    connected: connected ? [connected] : [],
  });
  const right = async ({ images, label }: ClassSet, ablation: Ablation): Promise<number[]> => {
    const scores: Tensor<'float32'> = await ablator.run(images, ablation);
    return standings(classifier, scores, () => label).map(({ chosen }) => (chosen === label ? 1 : 0));
  };
  const compare = async (set: ClassSet, whole: readonly number[], units: readonly Unit[]): Promise<Comparison[]> => {
    const order = units.toSorted((a, b) => b.share - a.share);
    const [top, bottom] = [order[0], order.at(-1)];
    if (!top || !bottom || order.length < 2) return [];
    const [withoutTop, withoutBottom] = [await right(set, top.ablation), await right(set, bottom.ablation)];
    const cost = ({ name, share }: Unit, without: readonly number[]): Cost => ({
      unit: name,
      share,
      drop: mean(whole) - mean(without),
    });
    return [
      {
        label: set.label,
        name: set.name,
        images: set.count,
        accuracy: mean(whole),
        top: cost(top, withoutTop),
        bottom: cost(bottom, withoutBottom),
        difference: bootstrapMean(
          withoutTop.map((one, i) => (withoutBottom[i] ?? 0) - one),
          seed,
        ),
      },
    ];
  };
  try {
    const filters: Comparison[] = [];
    const paths: Comparison[] = [];
    for (const [done, set] of sets.entries()) {
      progress?.(done, sets.length, `Taking out filters: ${set.name}`);
      const own = found.classes.find(({ label }) => label === set.label);
      if (!own) continue;
      const whole = await right(set, { kind: 'nothing' });
      filters.push(...(await compare(set, whole, filterUnits(network, own))));
      if (connected && found.paths) paths.push(...(await compare(set, whole, pathUnits(connected, found.paths, own))));
    }
    progress?.(sets.length, sets.length, 'done');
    return { filters, ...(connected ? { paths } : {}) };
  } finally {
    await ablator.release();
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function filterUnits({ layers }: FilterNetwork, { layers: tallies }: ClassContributions): Unit[] {
  return layers.flatMap((layer, i) =>
    (tallies[i]?.shares ?? []).map((share, filter) => ({
      name: `${layer.name} ${filter + 1}`,
      share,
      ablation: { kind: 'filter' as const, layer, filter },
    })),
  );
}

function pathUnits(layer: FilterLayer, paths: readonly Path[], { paths: tally }: ClassContributions): Unit[] {
  return paths.flatMap((path, i) => {
    const [from, to]: readonly FilterStep[] = path.steps;
    if (!from || !to) return [];
    const ablation = { kind: 'connection' as const, layer, from: from.filter, filter: to.filter };
    return [{ name: pathName(path), share: tally?.shares[i] ?? 0, ablation }];
  });
}

/** The second of two layers, where every path is one of its connections. */
function singleConnections(network: FilterNetwork, paths: readonly Path[]): FilterLayer | undefined {
  const [, second, third] = network.layers;
  const single = paths.every(({ steps, fromImage }) => steps.length === 2 && !fromImage);
  return second && !third && single && hasConnections(second, network) ? second : undefined;
}
