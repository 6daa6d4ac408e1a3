/** `neutral` is a figure that informs without judging. */
export type Verdict = 'good' | 'fair' | 'poor' | 'neutral';

/** What a figure tells of a map: whether the decision needs what it names, whether it depends on what was learnt, whether it adds up. */
export type Aspect = 'faithfulness' | 'randomisation' | 'completeness';

/** What a check found of a map, in words and judged. */
export interface Figure {
  readonly label: string;
  readonly aspect: Aspect;
  /** Which way is better, where that is not plain. */
  readonly better?: 'lower' | 'higher';
  /** Formatted, with its unit: `0.3%`. */
  readonly value: string;
  readonly verdict: Verdict;
  /** One plain sentence: what the figure says. */
  readonly meaning: string;
  /** Drawn small beside the figure, all from 0 to 1. */
  readonly lines?: readonly Line[];
}

export interface Row {
  readonly label: string;
  readonly value: string;
}

/** A line in a small drawing. */
export interface Line {
  readonly label: string;
  /** The map's own line is drawn full, what it is compared with dashed. */
  readonly kind: 'own' | 'comparison';
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

/** Good, else fair, else poor; no judgement of what is not a number. */
export function verdictOf(good: boolean, fair: boolean): Verdict {
  return good ? 'good' : fair ? 'fair' : 'poor';
}

/** A figure that is better the smaller it is. */
export function verdictBelow(value: number, good: number, fair: number): Verdict {
  return Number.isFinite(value) ? verdictOf(value < good, value < fair) : 'neutral';
}
