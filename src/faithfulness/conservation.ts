import type { LayerRelevance } from '../attribution/explainer.ts';
import { check } from './check.ts';
import { verdictBelow } from './figure.ts';

/** The conservation gap of a map: its sum against the score it started from, and where the difference stayed. */
export interface Conservation {
  readonly sum: number;
  readonly score: number;
  /** |score - sum| / |score|; undefined where the score is 0. */
  readonly gap: number | undefined;
  readonly biases: number;
  readonly stabilizers: number;
  readonly emptyParts: number;
  readonly others: number;
  /** The layer that kept most. */
  readonly most: LayerRelevance | undefined;
}

/** What a layer kept of the relevance it received. */
export function kept({ received, passed }: LayerRelevance): number {
  return received - passed;
}

/** How the sum of a relevance map compares with the score, and where the rest stayed. */
export function conservation(values: Float32Array, score: number, layers: readonly LayerRelevance[]): Conservation {
  const sum = values.reduce((total, value) => total + value, 0);
  const total = (cause: 'biases' | 'stabilizers' | 'emptyParts') =>
    layers.reduce((all, layer) => all + layer[cause], 0);
  const causes = { biases: total('biases'), stabilizers: total('stabilizers'), emptyParts: total('emptyParts') };
  const named = causes.biases + causes.stabilizers + causes.emptyParts;
  const [most] = layers.toSorted((a, b) => Math.abs(kept(b)) - Math.abs(kept(a)));
  const gap = score === 0 ? undefined : Math.abs(score - sum) / Math.abs(score);
  return { sum, score, gap, ...causes, others: score - sum - named, most };
}

/** Under 5% missing the pixels carry the score; over half, most of it stayed inside of the model. */
export const conservationCheck = check({
  id: 'conservation',
  title: 'Conservation gap',
  about:
    'How much of the score a relevance map accounts for: layer-wise relevance propagation conserves it, Bach et al. 2015, but for what layers keep.',
  read: ({ values, score, relevanceByLayer }) => relevanceByLayer && conservation(values.data, score, relevanceByLayer),
  figures(
    { sum, score, gap, biases, stabilizers, emptyParts, others, most },
    { checks: { conservation: text }, numbers: { percent, signed }, page },
  ) {
    const matters = (value: number) => Math.abs(value) >= 0.005 * Math.abs(score);
    const kinds = [
      ['biases', biases],
      ['stabilizers', stabilizers],
      ['emptyParts', emptyParts],
      ['others', others],
    ] as const;
    const parts = kinds.flatMap(([kind, value]) =>
      matters(value) ? [text.part(signed(value), text.where[kind])] : [],
    );
    const largest = most && matters(kept(most)) ? most.layer : undefined;
    const account = text.account(signed(sum), signed(score), parts, largest);
    return [
      {
        label: text.label,
        aspect: 'completeness',
        value: gap === undefined ? account : page.aside(percent(gap), account),
        verdict: verdictBelow(gap ?? Number.NaN, 0.05, 0.5),
        meaning: text.meaning,
      },
    ];
  },
  numbers: () => ({}),
});
