import type { Dataset } from '../../../datasets/dataset.ts';
import type { Classifier } from '../../../model/classifier.ts';
import type { TrainingState } from '../../../training/trainer.ts';
import type { PaperProgress } from '../../paper.ts';
import { cutToCompactRegions, cutToRandomDiscs } from '../compactCut.ts';
import { cutAtRandom, cutConstantInputs, cutWeights, percent } from '../cuts.ts';
import type { Neighbourhood } from '../labelling.ts';
import { compactRounds, controlRounds, magnitudeRounds, oneShot, paperRounds } from '../plans.ts';
import type { Pruned, Round } from '../pruneInRounds.ts';
import { makePruner, type Pruner } from '../pruner.ts';

/** How the paper is repeated. Its text gives the two ratios, batch, rate and the 15 epochs before; the rest is our reading. */
export interface RegionsExtent {
  readonly rounds: number;
  /** Epochs of retraining in each round. */
  readonly epochs: number;
  /** Ours: the share of the varying inputs that a unit may keep, and in how many regions. */
  readonly area: number;
  readonly regions: number;
  /** Also the other criteria and the controls, for the first seed. */
  readonly comparisons: boolean;
  /** Also what takes longer: the paper's method with four neighbours, and the network of two digits. */
  readonly more: boolean;
  /** Of the training of the network of two digits: the paper's. */
  readonly epochsOfTwoDigits: number;
}

export const wholeExtent: RegionsExtent = {
  rounds: 6,
  epochs: 2,
  area: 0.15,
  regions: 2,
  comparisons: true,
  more: true,
  epochsOfTwoDigits: 15,
};
export const quickExtent: RegionsExtent = {
  rounds: 6,
  epochs: 1,
  area: 0.25,
  regions: 3,
  comparisons: false,
  more: false,
  epochsOfTwoDigits: 15,
};

/** The share of the weights that the paper removes first. */
export const firstCut = 0.5;

interface RunPlan {
  readonly id: string;
  readonly label: string;
  readonly about: string;
  readonly kind: 'own' | 'comparison' | 'other';
  readonly rounds: readonly Round[];
}

export interface Run extends RunPlan {
  readonly pruned: Pruned;
  readonly seconds: number;
}

/** What every seed runs. */
export function mainPlans({ rounds, epochs, area, regions }: RegionsExtent): RunPlan[] {
  const settings = { rounds, epochs };
  return [
    {
      id: 'control',
      label: 'Unpruned',
      about: 'nothing is removed, trained as long as the others',
      kind: 'comparison',
      rounds: controlRounds(settings),
    },
    {
      id: 'paper',
      label: 'The paper’s method',
      about: 'half of the weights by magnitude, then in every round the 40% weakest regions of all units',
      kind: 'other',
      rounds: paperRounds({ ...settings, weights: firstCut }),
    },
    {
      id: 'paper-rate',
      label: 'Paper, raised rate',
      about: 'the same, and the layer learns faster as it has less',
      kind: 'comparison',
      rounds: paperRounds({ ...settings, weights: firstCut }).map((round) => ({
        ...round,
        layerRate: 'inverse share',
      })),
    },
    {
      id: 'compact',
      label: 'Compact regions (ours)',
      about: `each unit keeps ${percent(area)} of the varying inputs in at most ${regions} regions`,
      kind: 'own',
      rounds: compactRounds({ ...settings, area, regions }),
    },
  ];
}

/**
 * Other criteria and controls, all with as many epochs. Those for ours keep as many weights as ours, or the same area.
 * @param initial the network's weights before any training.
 */
export function comparisonPlans(
  { rounds, epochs, area, regions }: RegionsExtent,
  ours: Pruned,
  initial: TrainingState['weights'],
): RunPlan[] {
  const settings = { rounds, epochs };
  const left = ours.rounds.at(-1)?.weightsLeft ?? area;
  const plan = (id: string, label: string, about: string, made: readonly Round[]): RunPlan => ({
    id,
    label,
    about,
    kind: 'comparison',
    rounds: made,
  });
  const factor = 1 / area;
  return [
    plan(
      'paper-quota',
      'Paper, quota',
      'the weakest 40% of each unit’s own regions',
      paperRounds({ ...settings, ranking: 'unit' }),
    ),
    plan(
      'paper-input',
      'Paper, |w x|',
      'by the mean of |weight × input|',
      paperRounds({ ...settings, criterion: 'weight-x-input' }),
    ),
    plan(
      'paper-taylor',
      'Paper, Taylor',
      'by the effect on the loss, to first order',
      paperRounds({ ...settings, criterion: 'taylor' }),
    ),
    plan(
      'paper-sum',
      'Paper, sum',
      'by the sum in place of the mean, so that size counts',
      paperRounds({ ...settings, index: 'sum' }),
    ),
    plan(
      'compact-one-shot',
      'Ours, one shot',
      'all cutting in the first round, then the same epochs',
      oneShot([cutConstantInputs, cutToCompactRegions({ area, regions })], settings, 'inverse share'),
    ),
    plan(
      'compact-plain-rate',
      'Ours, plain rate',
      'the layer’s learning rate is not raised',
      compactRounds({ ...settings, area, regions }).map((round) => ({ ...round, layerRate: 1 })),
    ),
    plan(
      'discs',
      'Random discs',
      'as much area, in one disc at a random place',
      oneShot([cutConstantInputs, cutToRandomDiscs(area)], settings, 'inverse share'),
    ),
    plan(
      'random',
      'Random weights',
      'as many weights, drawn at random',
      oneShot([cutAtRandom(1 - left)], settings, 'inverse share'),
    ),
    plan('magnitude', 'Magnitude', 'as many single weights, the largest (Han et al.)', magnitudeRounds(left, settings)),
    plan(
      'rewinding',
      'Rewinding',
      'the same by magnitude in two rounds, each from the initial weights and with all the epochs',
      magnitudeRounds(left, { rounds: 2, epochs: rounds * epochs }, initial),
    ),
    plan(
      'control-rate',
      'Unpruned, raised rate',
      'nothing is removed, the layer learns as fast as ours',
      controlRounds(settings).map((round) => ({ ...round, layerRate: factor })),
    ),
  ];
}

/** Runs plans one after the other, always from the network as it was given. */
export async function runPlans(
  pruner: Pruner,
  plans: readonly RunPlan[],
  seed: number,
  progress: PaperProgress,
): Promise<Run[]> {
  const runs: Run[] = [];
  for (const [i, plan] of plans.entries()) {
    progress.update(i, plans.length, `Seed ${seed}: ${plan.label}`);
    const start = performance.now();
    const pruned = await pruner.prune(plan.rounds, { seed });
    const seconds = (performance.now() - start) / 1000;
    runs.push({ ...plan, pruned, seconds });
    progress.message(`Seed ${seed}: ${plan.label}: ${inWords(pruned)} (${seconds.toFixed(0)} s)`);
  }
  return runs;
}

function inWords({ rounds }: Pruned): string {
  const last = rounds.at(-1);
  if (!last) return 'no rounds';
  const { accuracy, varyingLeft, alive, medianArea, medianRegions, removed90 } = last;
  return `accuracy ${accuracy}, ${percent(varyingLeft)} left, ${alive} units alive, area ${percent(medianArea)} in ${medianRegions}, ${percent(removed90)} lost 90%`;
}

/** The pruner of the paper's network. */
export function paperPruner(
  classifier: Classifier,
  { train, test }: Dataset,
  neighbourhood: Neighbourhood = 8,
): Promise<Pruner> {
  return makePruner(classifier, { train, test, neighbourhood });
}

/** The share of units of which region pruning took 40% or less of what the first cut had left. */
export async function keptOfFirstCut(pruner: Pruner, { kept }: Pruned): Promise<number> {
  const first = await pruner.prune([{ cuts: [cutWeights(firstCut)], epochs: 0 }]);
  const { units, inputs } = pruner.layer;
  const countOf = (all: Uint8Array, unit: number) =>
    all.subarray(unit * inputs, (unit + 1) * inputs).reduce((sum, one) => sum + one, 0);
  const lost = Array.from({ length: units }, (_, unit) => 1 - countOf(kept, unit) / countOf(first.kept, unit));
  return lost.filter((share) => share <= 0.4).length / units;
}
