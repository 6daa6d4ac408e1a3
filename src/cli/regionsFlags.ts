import { percent } from '../regions/cuts.ts';
import { type Criterion, criteria } from '../regions/importance.ts';
import type { Neighbourhood } from '../regions/labelling.ts';
import { compactRounds, paperRounds, type RoundSettings } from '../regions/plans.ts';
import type { Round } from '../regions/pruner.ts';
import { counted } from '../report/number.ts';
import { adam, type Optimizer, sgd } from '../training/optimizers.ts';
import { UsageError } from './usageError.ts';

/** The flags of `konkyo regions` that say how to prune. */
export interface RegionsFlags {
  readonly method: string;
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

export interface RegionsSettings {
  readonly method: 'compact' | 'paper';
  /** The method in one sentence. */
  readonly about: string;
  readonly rounds: readonly Round[];
  readonly epochs: number;
  readonly neighbourhood: Neighbourhood;
  readonly layer?: string;
  readonly optimizer: Optimizer;
  readonly learningRate: number;
  readonly batchSize: number;
  /** Numbers of test images; by default the first of each class. */
  readonly images?: readonly number[];
  readonly seed: number;
}

/** @throws UsageError */
export function regionsSettings(flags: RegionsFlags): RegionsSettings {
  const { method, layer, images, optimizer } = flags;
  if (method !== 'compact' && method !== 'paper')
    throw new UsageError(`--method is compact or paper, not "${method}".`);
  if (optimizer !== 'sgd' && optimizer !== 'adam')
    throw new UsageError(`--optimizer is sgd or adam, not "${optimizer}".`);
  const neighbours = Number(flags.neighbours);
  if (neighbours !== 4 && neighbours !== 8) throw new UsageError(`--neighbours is 4 or 8, not "${flags.neighbours}".`);
  const epochs = whole('epochs', flags.epochs, 0);
  const of = { rounds: whole('rounds', flags.rounds, 1), epochs, ...criterionOf(flags.criterion) };
  return {
    method,
    ...(method === 'paper' ? paperMethod(flags, of) : compactMethod(flags, of)),
    epochs,
    neighbourhood: neighbours,
    ...(layer === undefined ? {} : { layer }),
    optimizer: optimizer === 'sgd' ? sgd() : adam(),
    learningRate: flags.rate === undefined ? { sgd: 0.1, adam: 0.001 }[optimizer] : positive('rate', flags.rate),
    batchSize: whole('batch', flags.batch, 1),
    ...(images === undefined ? {} : { images: images.split(',').map((text) => whole('images', text, 0)) }),
    seed: whole('seed', flags.seed, 0),
  };
}

type Rounds = RoundSettings & { readonly criterion?: Criterion };

function paperMethod(flags: RegionsFlags, of: Rounds): Pick<RegionsSettings, 'about' | 'rounds'> {
  const [weights, ratio] = [share('weights', flags.weights), share('ratio', flags.ratio)];
  return {
    about: `${percent(weights)} of the weights by magnitude, then in every round the ${percent(ratio)} weakest regions of all units`,
    rounds: paperRounds({ ...of, weights, ratio }),
  };
}

function compactMethod(flags: RegionsFlags, of: Rounds): Pick<RegionsSettings, 'about' | 'rounds'> {
  const [area, regions] = [share('area', flags.area), whole('regions', flags.regions, 1)];
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

function whole(flag: string, text: string, min: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= min && text.trim() !== '') return value;
  throw new UsageError(`--${flag} takes a whole number from ${min}, not "${text}".`);
}

function share(flag: string, text: string): number {
  const value = Number(text);
  if (value >= 0 && value <= 1 && text.trim() !== '') return value;
  throw new UsageError(`--${flag} takes a number from 0 to 1, not "${text}".`);
}

function positive(flag: string, text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new UsageError(`--${flag} takes a number above 0, not "${text}".`);
}
