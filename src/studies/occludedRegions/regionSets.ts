import type { Classifier } from '../../model/classifier.ts';
import { type Outcome, standings } from '../../model/decision.ts';
import type { Tensor } from '../../onnx/tensor.ts';
import type { Occluder } from './occluding.ts';

/** A set of regions that settles the decision: small, and none of them can be spared. Not proven to be the smallest. */
export interface RegionSet {
  /** In the order of the grid. */
  readonly regions: readonly number[];
  /** What the model decides with them occluded, or with everything but them occluded. */
  readonly decides: number;
}

export interface RegionSets {
  /** Occluding these makes it decide otherwise; undefined where no set of at most `largest` was found to. */
  readonly deciding?: RegionSet;
  /** These alone, all else occluded, keep the decision; undefined likewise. */
  readonly sufficient?: RegionSet;
}

export interface RegionSetSettings {
  /** Sets of more than this share of all regions are not looked for. Default 0.5. */
  readonly largest?: number;
  /**
   * All regions, the most telling first: the search then starts from the shortest beginning of this list that settles the
   * decision. Quick, and coarser than adding the best region of all at every step, which is the default.
   */
  readonly ranking?: readonly number[];
  /** Rounds in which one region is exchanged for another. Default 4. */
  readonly exchanges?: number;
}

/** One way to look at sets: what is occluded for a set, and how far it has come; it is there when that is the outcome. */
interface Goal {
  readonly occlude: (set: ReadonlySet<number>) => Uint8Array;
  readonly progress: (margin: number) => number;
  readonly met: Outcome;
}

interface Tried {
  readonly set: ReadonlySet<number>;
  readonly progress: number;
  readonly met: boolean;
  readonly chosen: number;
}

/**
 * Looks for the smallest sets of regions by adding one region after another (always the one that moves the decision most), then
 * leaving out what can be spared, and exchanging regions one for one as long as that allows to leave out more.
 * @param image [1, ...]; @param chosen the class it was decided for.
 */
export async function regionSets(
  occluder: Occluder,
  classifier: Classifier,
  image: Tensor<'float32'>,
  chosen: number,
  settings: RegionSetSettings = {},
): Promise<RegionSets> {
  const count = occluder.grid.boxes.length;
  const mask = (set: ReadonlySet<number>, inside: number) =>
    Uint8Array.from({ length: count }, (_, region) => (set.has(region) ? inside : 1 - inside));
  const search = (goal: Goal) => smallestSet(occluder, classifier, image, chosen, goal, settings);
  const deciding = await search({
    occlude: (set) => mask(set, 1),
    progress: (margin) => -margin,
    met: 'changes',
  });
  const sufficient = await search({
    occlude: (set) => mask(set, 0),
    progress: (margin) => margin,
    met: 'stays',
  });
  return { deciding, sufficient };
}

async function smallestSet(
  occluder: Occluder,
  classifier: Classifier,
  image: Tensor<'float32'>,
  chosen: number,
  goal: Goal,
  { largest = 0.5, ranking, exchanges = 4 }: RegionSetSettings,
): Promise<RegionSet | undefined> {
  const changes = occluder.changes(image.data);
  // Where occluding changes nothing there is nothing to choose.
  const all = Array.from(changes.keys()).filter((region) => changes[region] === 1);
  const most = Math.floor(largest * changes.length);

  async function tryAll(sets: readonly ReadonlySet<number>[]): Promise<Tried[]> {
    const occluded = sets.map((set) => ({ image: 0, regions: goal.occlude(set) }));
    const scores = await occluder.run(image, occluded);
    return standings(classifier.scores, scores, () => chosen).map(({ margin, outcome, chosen: decided }, i) => ({
      set: sets[i] ?? new Set(),
      progress: goal.progress(margin),
      met: outcome === goal.met,
      chosen: decided,
    }));
  }

  const found = ranking
    ? await fromRanking(ranking.filter((region) => changes[region] === 1).slice(0, most), tryAll)
    : await oneByOne(all, most, tryAll);
  if (!found) return undefined;
  let current = await spare(found, tryAll);
  for (let round = 0; round < exchanges && current.set.size > 1; round++) {
    const { set } = current;
    const others = all.filter((region) => !set.has(region));
    const swaps = [...set].flatMap((out) => others.map((region) => without(set, out).add(region)));
    const better = best((await tryAll(swaps)).filter(({ met }) => met));
    if (!better || better.progress <= current.progress) break;
    current = await spare(better, tryAll);
  }
  return { regions: [...current.set].sort((a, b) => a - b), decides: current.chosen };
}

type TryAll = (sets: readonly ReadonlySet<number>[]) => Promise<Tried[]>;

/** Adds the region that brings the goal nearest, until it is met. */
async function oneByOne(all: readonly number[], most: number, tryAll: TryAll): Promise<Tried | undefined> {
  let current = best(await tryAll([new Set()]));
  while (current && !current.met) {
    const { set } = current;
    const open = all.filter((region) => !set.has(region));
    if (set.size >= most || open.length === 0) return undefined;
    current = best(await tryAll(open.map((region) => new Set([...set, region]))));
  }
  return current;
}

/** The shortest beginning of a ranking that meets the goal. */
async function fromRanking(ranking: readonly number[], tryAll: TryAll): Promise<Tried | undefined> {
  const beginnings = [new Set<number>(), ...ranking.map((_, i) => new Set(ranking.slice(0, i + 1)))];
  return (await tryAll(beginnings)).find(({ met }) => met);
}

/** Leaves out regions, one at a time, as long as the goal stays met. */
async function spare(from: Tried, tryAll: (sets: readonly ReadonlySet<number>[]) => Promise<Tried[]>): Promise<Tried> {
  let current = from;
  while (current.set.size > 0) {
    const { set } = current;
    const tried = await tryAll([...set].map((out) => without(set, out)));
    const still = best(tried.filter(({ met }) => met));
    if (!still) break;
    current = still;
  }
  return current;
}

function without(set: ReadonlySet<number>, out: number): Set<number> {
  return new Set([...set].filter((own) => own !== out));
}

function best(tried: readonly Tried[]): Tried | undefined {
  return tried.reduce<Tried | undefined>(
    (winner, one) => (winner === undefined || one.progress > winner.progress ? one : winner),
    undefined,
  );
}
