import type { TrainingState } from '../../training/trainer.ts';
import { type CompactCutSettings, cutToCompactRegions } from './compactCut.ts';
import { type Cut, cutConstantInputs, cutRegions, cutWeights, type RegionCutSettings } from './cuts.ts';
import { PruningSettingsError } from './errors.ts';
import type { Round } from './pruneInRounds.ts';

export interface RoundSettings {
  readonly rounds: number;
  /** Epochs of retraining after each round's cuts. */
  readonly epochs: number;
}

interface PaperSettings extends RoundSettings, RegionCutSettings {
  /** The share of the weights that the first round removes by magnitude. Default 0.5, as in the paper. */
  readonly weights?: number;
}

/** The paper's method: a share of the weights by magnitude, then in every round a share of the regions, and retraining. */
export function paperRounds(settings: PaperSettings): Round[] {
  const { weights = 0.5, epochs } = settings;
  return each(settings.rounds, (round) => ({
    cuts: [...(round === 1 ? [cutWeights(weights)] : []), cutRegions(settings)],
    epochs,
  }));
}

interface CompactSettings extends RoundSettings, CompactCutSettings {}

/**
 * Ours: every unit keeps a few compact regions. Over the first half of the rounds the area falls evenly, each round by the same
 * factor; the second half goes on with what is left. The layer learns faster as it has less (see `withLayerRate`).
 */
export function compactRounds(settings: CompactSettings): Round[] {
  const { rounds, epochs, area } = settings;
  const falling = Math.ceil(rounds / 2);
  return each(rounds, (round) => ({
    cuts: [
      ...(round === 1 ? [cutConstantInputs] : []),
      ...(round <= falling ? [cutToCompactRegions({ ...settings, area: area ** (round / falling) })] : []),
    ],
    epochs,
    layerRate: 'inverse share' as const,
  }));
}

/** Iterative pruning of single weights (Han et al. 2015) down to a share of all, each round by the same factor. */
export function magnitudeRounds(
  left: number,
  { rounds, epochs }: RoundSettings,
  rewindTo?: TrainingState['weights'],
): Round[] {
  const ratio = 1 - left ** (1 / rounds);
  return each(rounds, () => ({ cuts: [cutWeights(ratio)], epochs, rewindTo }));
}

/** All cutting at once, then as many epochs in all. */
export function oneShot(
  cuts: readonly Cut[],
  { rounds, epochs }: RoundSettings,
  layerRate: Round['layerRate'] = 1,
): Round[] {
  return [{ cuts, epochs: rounds * epochs, layerRate }];
}

/** The control: nothing is cut, and trained as long. */
export function controlRounds({ rounds, epochs }: RoundSettings): Round[] {
  return each(rounds, () => ({ cuts: [], epochs }));
}

function each(rounds: number, make: (round: number) => Round): Round[] {
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new PruningSettingsError(`Rounds: ${rounds}. It must be a whole number of at least 1.`);
  }
  return Array.from({ length: rounds }, (_, i) => make(i + 1));
}
