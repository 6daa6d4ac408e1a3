import { bootstrapMean, type MeanWithInterval, mean } from '../../faithfulness/mean.ts';
import { decisionsOf } from '../../model/decision.ts';
import type { Progress } from '../../progress.ts';
import { scoped } from '../../runtime/release.ts';
import { type Ablation, type Ablator, compileAblator } from './ablation.ts';
import { type ClassSet, ownClass } from './classSets.ts';
import type { ClassContributions, Contributions } from './contributions.ts';
import { compileExcess, type Excess, type ExcessRunner } from './excess.ts';
import type { FilterLayer, FilterNetwork } from './filterNetwork.ts';
import { type FilterStep, filterName, type Path, pathName } from './paths.ts';
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

interface Cost {
  readonly unit: string;
  /** What the unit is ranked by: score units, or the mean share. */
  readonly contribution: number;
  /** By how much the accuracy falls. */
  readonly drop: number;
}

/** In how many classes the top costs more: the interval is above 0. */
export function borneOut(comparisons: readonly Comparison[]): number {
  return comparisons.filter(({ difference }) => difference.low > 0).length;
}

/** The top and the bottom of a ranking, taken out. */
export interface RankingTest {
  /** Single filters, ranked over all layers together. */
  readonly filters: readonly Comparison[];
  /** Single paths, where each is one connection between two layers. */
  readonly paths?: readonly Comparison[];
}

/**
 * Two ways to rank what carries a class. `excess`: what a unit adds to the class's score beyond what its mean over the images of all
 * classes would, score units (see Excess): what would be lost with it if no gate changed. `share`: its mean share of the score, after the
 * paper.
 */
export interface AblationTest {
  readonly excess: RankingTest;
  readonly share: RankingTest;
}

/** A unit that can be taken out, and what it is ranked by. */
interface Unit {
  readonly name: string;
  readonly contributions: Readonly<Record<keyof AblationTest, number>>;
  readonly ablation: Ablation;
}

/**
 * Takes out the top and the bottom of each class, set to its mean over some images, and counts.
 * @param learned what the means and the ranking are over; @param sets what is counted.
 */
export async function ablationTest(
  network: FilterNetwork,
  found: Contributions,
  learned: readonly ClassSet[],
  sets: readonly ClassSet[],
  seed: number,
  progress?: Progress,
): Promise<AblationTest> {
  const { classifier } = network;
  const connected = found.paths ? singleConnections(network, found.paths) : undefined;
  const means = await unitMeans(
    network,
    learned.map(({ images }) => images),
    connected ? [connected] : [],
  );
  return scoped(async (keep) => {
    const excess = await keep(compileExcess(network, means));
    return scoped(async (keep) => {
      const ablator = await keep(compileAblator(network, means));
      return await compareAll(excess, ablator);
    });
  });

  async function compareAll(beyondMeans: ExcessRunner, ablator: Ablator): Promise<AblationTest> {
    const filters: Both[] = [];
    const paths: Both[] = [];
    for (const [done, set] of sets.entries()) {
      progress?.(done, sets.length, `Taking out filters: ${set.name}`);
      const own = found.classes.find(({ label }) => label === set.label);
      const images = learned.find(({ label }) => label === set.label);
      if (!own || !images) continue;
      const beyond = await beyondMeans.run(images.images, ownClass(images, classifier));
      const without = rightWithout(set, ablator);
      filters.push(await bothRankings(set, filterUnits(network, own, beyond), without, seed));
      if (connected && found.paths) {
        paths.push(await bothRankings(set, pathUnits(connected, found.paths, own, beyond), without, seed));
      }
    }
    progress?.(sets.length, sets.length, 'done');
    const held = (ranking: keyof AblationTest): RankingTest => ({
      filters: filters.flatMap((one) => one[ranking]),
      paths: connected && paths.flatMap((one) => one[ranking]),
    });
    return { excess: held('excess'), share: held('share') };
  }

  /** Which images are right (1) with something taken out; nothing is taken out twice. */
  function rightWithout({ images, label }: ClassSet, ablator: Ablator): Without {
    const tried = new Map<Ablation, readonly number[]>();
    return async (ablation) => {
      const known = tried.get(ablation);
      if (known) return known;
      const scores = await ablator.run(images, ablation);
      const right = decisionsOf(scores, classifier.scores).map(({ chosen }) => (chosen === label ? 1 : 0));
      tried.set(ablation, right);
      return right;
    };
  }
}

type Without = (ablation: Ablation) => Promise<readonly number[]>;

type Both = Readonly<Record<keyof AblationTest, readonly Comparison[]>>;

async function bothRankings(set: ClassSet, units: readonly Unit[], without: Without, seed: number): Promise<Both> {
  const by = (ranking: keyof AblationTest) => comparison(set, units, ranking, without, seed);
  return { excess: await by('excess'), share: await by('share') };
}

const nothing: Ablation = { kind: 'nothing' };

/** The ends of one ranking; none of fewer than two units. */
async function comparison(
  { label, name, count }: ClassSet,
  units: readonly Unit[],
  ranking: keyof AblationTest,
  without: Without,
  seed: number,
): Promise<Comparison[]> {
  const order = units.toSorted((a, b) => b.contributions[ranking] - a.contributions[ranking]);
  const [top, bottom] = [order[0], order.at(-1)];
  if (!top || !bottom || order.length < 2) return [];
  const accuracy = mean(await without(nothing));
  const [withoutTop, withoutBottom] = [await without(top.ablation), await without(bottom.ablation)];
  const cost = (unit: Unit, left: readonly number[]): Cost => ({
    unit: unit.name,
    contribution: unit.contributions[ranking],
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

function filterUnits({ layers }: FilterNetwork, own: ClassContributions, { filters }: Excess): Unit[] {
  return layers.flatMap((layer, i) =>
    Array.from({ length: layer.filters }, (_, filter) => ({
      name: filterName({ layer, filter }),
      contributions: { excess: filters[i]?.[filter] ?? 0, share: own.layers[i]?.shares[filter] ?? 0 },
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
    const before = beyond.length / layer.filters;
    const contributions = { excess: beyond[to.filter * before + from.filter] ?? 0, share: tally?.shares[i] ?? 0 };
    const ablation = { kind: 'connection' as const, layer, from: from.filter, filter: to.filter };
    return [{ name: pathName(path), contributions, ablation }];
  });
}

/** The second of two layers, where every path is one of its connections. */
function singleConnections(network: FilterNetwork, paths: readonly Path[]): FilterLayer | undefined {
  const [, second, third] = network.layers;
  const single = paths.every(({ steps, fromImage }) => steps.length === 2 && !fromImage);
  return second && !third && single && hasConnections(second, network) ? second : undefined;
}
