import type { Completeness } from '../attribution/explainer.ts';
import { check } from './check.ts';
import { verdictBelow } from './figure.ts';

/** Completeness, and what to compare a sum with where it should be 0. */
export interface SumGap extends Completeness {
  /** The sum of the values' sizes. */
  readonly sizes: number;
}

/**
 * Under 1% the parts account for the whole; over 10% a tenth of the score is unexplained. Where the whole is 0, what is left
 * over is compared with the sum of the parts' sizes; nothing is judged of a map without parts, or without numbers.
 */
export const completeness = check({
  id: 'completeness',
  title: 'Completeness gap',
  about:
    'Whether a map sums to the difference of scores that it should account for: the axiom of Sundararajan, Taly & Yan 2017.',
  read({ completeness: found, values }): SumGap | undefined {
    return found && { ...found, sizes: values.data.reduce((total, value) => total + Math.abs(value), 0) };
  },
  figures({ sum, expected, gap, sizes }, { checks: { completeness: text }, numbers: { percent, signed }, page }) {
    const sums = text.sums(signed(sum), signed(expected));
    const nothing = sizes === 0 && expected === 0;
    return [
      {
        label: text.label,
        aspect: 'completeness',
        value: nothing ? page.aside(text.nothing, sums) : gap === undefined ? sums : page.aside(percent(gap), sums),
        verdict: verdictBelow(gap ?? Math.abs(sum) / sizes, 0.01, 0.1),
        meaning: text.meaning,
      },
    ];
  },
  numbers: ({ gap }) => ({ completenessGap: gap }),
});
