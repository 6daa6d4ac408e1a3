import { conservation, kept, type LayerRelevance } from '../../attribution/relevance/relevanceByLayer.ts';
import { percent, signed } from '../page/number.ts';
import type { Figure } from './view.ts';

/**
 * How much of the score a relevance map accounts for. Under 5% missing the pixels carry the score; over half, most of it
 * stayed inside of the model.
 */
export function conservationFigure(values: Float32Array, score: number, layers: readonly LayerRelevance[]): Figure {
  const { sum, gap, biases, stabilizers, emptyParts, others, most } = conservation(values, score, layers);
  const parts = [
    { value: biases, where: 'biases' },
    { value: stabilizers, where: 'stabilisers of divisions' },
    { value: emptyParts, where: 'parts without inputs' },
    { value: others, where: 'constants inside of operators' },
  ]
    .filter(({ value }) => Math.abs(value) >= 0.005 * Math.abs(score))
    .map(({ value, where }) => `${signed(value)} in ${where}`);
  const stayed = parts.length === 0 ? '' : `; ${parts.join(', ')}`;
  const largest = most && Math.abs(kept(most)) >= 0.005 * Math.abs(score) ? `; most in ${most.layer}` : '';
  const account = `${signed(sum)} of ${signed(score)} reached the pixels${stayed}${largest}`;
  return {
    label: 'Conservation gap',
    value: gap === undefined ? account : `${percent(gap)} (${account})`,
    short: gap === undefined ? undefined : percent(gap),
    verdict: gap === undefined || !Number.isFinite(gap) ? 'neutral' : gap < 0.05 ? 'good' : gap < 0.5 ? 'fair' : 'poor',
    meaning:
      'The score was handed back layer by layer, and the map should sum to it; the gap is what stayed in the model instead of reaching the pixels, mostly with biases.',
  };
}
