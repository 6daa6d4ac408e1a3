import { concatRows } from '../onnx/tensor.ts';
import { type Ablation, compileAblator } from './ablation.ts';
import { bootstrapMean, type MeanWithInterval } from './bootstrap.ts';
import { type ClassSet, ownClass } from './classSets.ts';
import type { ClassContributions, Contributions } from './contributions.ts';
import { compileExcess, type Excess } from './excess.ts';
import type { FilterLayer, FilterNetwork } from './filterNetwork.ts';
import type { FilterProgress } from './filterProgress.ts';
import { standings } from './margin.ts';
import { type FilterStep, type Path, pathName } from './paths.ts';
import { hasConnections, unitMeans } from './unitMeans.ts';

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
  /** What the ranking goes by. */
  readonly claim: number;
  /** By how much the accuracy falls. */
  readonly drop: number;
}

/** The top and the bottom of a ranking, taken out. */
export interface Held {
  /** Of all layers' filters. */
  readonly filters: readonly Comparison[];
  /** Of the paths, where they are single connections between two layers. */
  readonly paths?: readonly Comparison[];
}

/**
 * Two claims of what carries a class. `excess`: what a unit adds to the class's score beyond what its mean over all images
 * would, score units (see Excess); only that is lost when the mean takes its place. `share`: its mean share of the score.
 */
export interface Holding {
  readonly excess: Held;
  readonly share: Held;
}

/** A unit that can be taken out, and what is claimed of it. */
interface Unit {
  readonly name: string;
  readonly claims: Readonly<Record<keyof Holding, number>>;
  readonly ablation: Ablation;
}

/**
 * Takes out the top and the bottom of each class, set to its mean over some images, and counts.
 * @param learned what the means and the claims are over; @param sets what is counted.
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
  const means = await unitMeans(network, concatRows(learned.map(({ images }) => images)), connected ? [connected] : []);
  const excess = await compileExcess(network, means);
  const ablator = await compileAblator(network, means);
  const right = async ({ images, label }: ClassSet, ablation: Ablation): Promise<number[]> => {
    const scores = await ablator.run(images, ablation);
    return standings(classifier, scores, () => label).map(({ chosen }) => (chosen === label ? 1 : 0));
  };
  const compare = async (set: ClassSet, units: readonly Unit[]): Promise<Both> => {
    const tried = new Map<Ablation, readonly number[]>();
    const without = async (ablation: Ablation) => {
      const known = tried.get(ablation) ?? (await right(set, ablation));
      tried.set(ablation, known);
      return known;
    };
    const by = (ranking: keyof Holding) => comparison(set, units, ranking, without, seed);
    return { excess: await by('excess'), share: await by('share') };
  };
  try {
    const filters: Both[] = [];
    const paths: Both[] = [];
    for (const [done, set] of sets.entries()) {
      progress?.(done, sets.length, `Taking out filters: ${set.name}`);
      const own = found.classes.find(({ label }) => label === set.label);
      const images = learned.find(({ label }) => label === set.label);
      if (!own || !images) continue;
      const beyond = await excess.run(images.images, ownClass(images, classifier));
      filters.push(await compare(set, filterUnits(network, own, beyond)));
      if (connected && found.paths) paths.push(await compare(set, pathUnits(connected, found.paths, own, beyond)));
    }
    progress?.(sets.length, sets.length, 'done');
    const held = (ranking: keyof Holding): Held => ({
      filters: filters.flatMap((one) => one[ranking]),
      ...(connected ? { paths: paths.flatMap((one) => one[ranking]) } : {}),
    });
    return { excess: held('excess'), share: held('share') };
  } finally {
    await excess.release();
    await ablator.release();
  }
}

type Both = Readonly<Record<keyof Holding, readonly Comparison[]>>;

const nothing: Ablation = { kind: 'nothing' };

/** The ends of one ranking; none of fewer than two units. @param without which images are right with something taken out. */
async function comparison(
  { label, name, count }: ClassSet,
  units: readonly Unit[],
  ranking: keyof Holding,
  without: (ablation: Ablation) => Promise<readonly number[]>,
  seed: number,
): Promise<Comparison[]> {
  const order = units.toSorted((a, b) => b.claims[ranking] - a.claims[ranking]);
  const [top, bottom] = [order[0], order.at(-1)];
  if (!top || !bottom || order.length < 2) return [];
  const accuracy = mean(await without(nothing));
  const [withoutTop, withoutBottom] = [await without(top.ablation), await without(bottom.ablation)];
  const cost = (unit: Unit, left: readonly number[]): Cost => ({
    unit: unit.name,
    claim: unit.claims[ranking],
    drop: accuracy - mean(left),
  });
  return [
    {
      label,
      name,
      images: count,
      accuracy,
      top: cost(top, withoutTop),
      bottom: cost(bottom, withoutBottom),
      difference: bootstrapMean(
        withoutTop.map((one, i) => (withoutBottom[i] ?? 0) - one),
        seed,
      ),
    },
  ];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function filterUnits({ layers }: FilterNetwork, own: ClassContributions, { filters }: Excess): Unit[] {
  return layers.flatMap((layer, i) =>
    Array.from({ length: layer.filters }, (_, filter) => ({
      name: `${layer.name} ${filter + 1}`,
      claims: { excess: filters[i]?.[filter] ?? 0, share: own.layers[i]?.shares[filter] ?? 0 },
      ablation: { kind: 'filter' as const, layer, filter },
    })),
  );
}

function pathUnits(
  layer: FilterLayer,
  paths: readonly Path[],
  { paths: tally }: ClassContributions,
  { connections: [beyond = new Float64Array()] }: Excess,
): Unit[] {
  return paths.flatMap((path, i) => {
    const [from, to]: readonly FilterStep[] = path.steps;
    if (!from || !to) return [];
    const claims = { excess: beyond[from.filter * layer.filters + to.filter] ?? 0, share: tally?.shares[i] ?? 0 };
    const ablation = { kind: 'connection' as const, layer, from: from.filter, filter: to.filter };
    return [{ name: pathName(path), claims, ablation }];
  });
}

/** The second of two layers, where every path is one of its connections. */
function singleConnections(network: FilterNetwork, paths: readonly Path[]): FilterLayer | undefined {
  const [, second, third] = network.layers;
  const single = paths.every(({ steps, fromImage }) => steps.length === 2 && !fromImage);
  return second && !third && single && hasConnections(second, network) ? second : undefined;
}
