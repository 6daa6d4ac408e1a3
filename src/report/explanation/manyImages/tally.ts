import type { IndexRow } from './indexRow.ts';

/** What is known of all images together; it does not grow with their number. */
export interface Tally {
  readonly images: number;
  /** Images with a label of their own, and how many of them were decided otherwise. */
  readonly labelled: number;
  readonly wrong: number;
  /** One entry for each decision. */
  readonly decisions: ReadonlyMap<string, { readonly images: number; readonly wrong: number }>;
  /** The first that were decided otherwise than labelled. */
  readonly firstWrong: readonly Shown[];
  /** The least sure first; empty where the model gives no probabilities. */
  readonly leastSure: readonly Shown[];
}

export type Shown = Omit<IndexRow, 'row'>;

/** So many images of each kind are shown at the top. */
export const mostShown = 8;

export const emptyTally: Tally = {
  images: 0,
  labelled: 0,
  wrong: 0,
  decisions: new Map(),
  firstWrong: [],
  leastSure: [],
};

export function tallied(tally: Tally, { row: _, ...shown }: IndexRow): Tally {
  const isWrong = shown.right === false;
  const before = tally.decisions.get(shown.label) ?? { images: 0, wrong: 0 };
  const now = { images: before.images + 1, wrong: before.wrong + (isWrong ? 1 : 0) };
  return {
    images: tally.images + 1,
    labelled: tally.labelled + (shown.right === undefined ? 0 : 1),
    wrong: tally.wrong + (isWrong ? 1 : 0),
    decisions: new Map(tally.decisions).set(shown.label, now),
    firstWrong: isWrong ? [...tally.firstWrong, shown].slice(0, mostShown) : tally.firstWrong,
    leastSure:
      shown.probability === undefined
        ? tally.leastSure
        : [...tally.leastSure, shown].sort((a, b) => (a.probability ?? 1) - (b.probability ?? 1)).slice(0, mostShown),
  };
}
