import { counted } from '../language/english/numbers.ts';
import { percent } from '../studies/regionPruning/cuts.ts';
import { type Criterion, criteria } from '../studies/regionPruning/importance.ts';
import type { Neighbourhood } from '../studies/regionPruning/labelling.ts';
import { compactRounds, paperRounds, type RoundSettings } from '../studies/regionPruning/plans.ts';
import type { RegionsSettings } from '../studies/regionPruning/study.ts';
import { adam, sgd } from '../training/optimizers.ts';
import { numberFlag, positiveFlag, UsageError, wholeFlag } from './flags.ts';

/** The flags of `konkyo regions` that say how regions are found, or pruned to. */
export interface RegionsFlags {
  readonly method: string;
  readonly explained: string;
  readonly rounds: string;
  readonly epochs: string;
  readonly area: string;
  readonly regions: string;
  readonly weights: string;
  readonly ratio: string;
  readonly criterion?: string;
  readonly neighbours: string;
  readonly layer?: string;
  readonly optimizer: string;
  readonly rate?: string;
  readonly batch: string;
  readonly images?: string;
  readonly seed: string;
}

/** The settings of regions of a model as it is. @throws UsageError */
export function unitRegionsFlags(flags: RegionsFlags) {
  const explained = numberFlag('explained', flags.explained, { min: 0, max: 1 });
  return {
    explained,
    neighbourhood: neighbourhoodOf(flags),
    layer: flags.layer,
    shown: numbersOf(flags.images),
    seed: wholeFlag('seed', flags.seed, 0),
  };
}

function neighbourhoodOf({ neighbours }: Pick<RegionsFlags, 'neighbours'>): Neighbourhood {
  const [found] = ([4, 8] as const).filter((count) => `${count}` === neighbours);
  if (found === undefined) throw new UsageError(`--neighbours is 4 or 8, not "${neighbours}".`);
  return found;
}

function numbersOf(images: string | undefined): readonly number[] | undefined {
  return images?.split(',').map((text) => wholeFlag('images', text, 0));
}

/** The settings of pruning. @throws UsageError */
export function regionsSettings(flags: RegionsFlags): RegionsSettings {
  const { method, layer, images, optimizer } = flags;
  if (method !== 'compact' && method !== 'paper')
    throw new UsageError(`--method is given, compact or paper, not "${method}".`);
  if (optimizer !== 'sgd' && optimizer !== 'adam')
    throw new UsageError(`--optimizer is sgd or adam, not "${optimizer}".`);
  const epochs = wholeFlag('epochs', flags.epochs, 0);
  const of = { rounds: wholeFlag('rounds', flags.rounds, 1), epochs, ...criterionOf(flags.criterion) };
  return {
    method,
    ...(method === 'paper' ? paperMethod(flags, of) : compactMethod(flags, of)),
    epochs,
    neighbourhood: neighbourhoodOf(flags),
    layer,
    optimizer: optimizer === 'sgd' ? sgd() : adam(),
    learningRate: flags.rate === undefined ? { sgd: 0.1, adam: 0.001 }[optimizer] : positiveFlag('rate', flags.rate),
    batchSize: wholeFlag('batch', flags.batch, 1),
    images: numbersOf(images),
    seed: wholeFlag('seed', flags.seed, 0),
  };
}

type Rounds = RoundSettings & { readonly criterion?: Criterion };

function paperMethod(flags: RegionsFlags, of: Rounds): Pick<RegionsSettings, 'about' | 'rounds'> {
  const [weights, ratio] = [
    numberFlag('weights', flags.weights, { min: 0, max: 1 }),
    numberFlag('ratio', flags.ratio, { min: 0, max: 1 }),
  ];
  return {
    about: `${percent(weights)} of the weights by magnitude, then in every round the ${percent(ratio)} weakest regions of all units`,
    rounds: paperRounds({ ...of, weights, ratio }),
  };
}

function compactMethod(flags: RegionsFlags, of: Rounds): Pick<RegionsSettings, 'about' | 'rounds'> {
  const [area, regions] = [numberFlag('area', flags.area, { min: 0, max: 1 }), wholeFlag('regions', flags.regions, 1)];
  return {
    about: `each unit keeps at most ${percent(area)} of the varying inputs, in at most ${counted(regions, 'region', 'regions')} a channel`,
    rounds: compactRounds({ ...of, area, regions }),
  };
}

function criterionOf(text: string | undefined): { readonly criterion?: Criterion } {
  if (text === undefined) return {};
  const found = criteria.find((name) => name === text);
  if (!found) throw new UsageError(`--criterion is ${criteria.join(', ')}, not "${text}".`);
  return { criterion: found };
}
