import { curveOf } from './metrics/removalCurve.ts';
import type { PerturbationCurves } from './perturbationCurves.ts';

type Kind = keyof PerturbationCurves;

/** Curves of several orders of one image as one, and how far their areas lie apart: the standard deviation, 0 of one alone. */
export interface MeanCurves extends PerturbationCurves {
  readonly spread: Readonly<Record<Kind, number>>;
}

/** @param all curves with the same points. */
export function meanCurves(all: readonly PerturbationCurves[]): MeanCurves {
  const mean = (kind: Kind) =>
    curveOf(
      (all[0]?.[kind].points ?? []).map(({ share }, i) => ({
        share,
        score: all.reduce((sum, one) => sum + (one[kind].points[i]?.score ?? Number.NaN), 0) / all.length,
      })),
    );
  const spread = (kind: Kind) => deviation(all.map((one) => one[kind].area));
  return {
    ...{ deletion: mean('deletion'), insertion: mean('insertion') },
    spread: { deletion: spread('deletion'), insertion: spread('insertion') },
  };
}

function deviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
