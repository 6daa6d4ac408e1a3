import type { ExplainSummary } from '../app/explainSummary.ts';
import { decisionWords } from '../model/task/decision.ts';

/** What `konkyo explain` prints: a line an image, what was not checked, and where the report is. */
export function explainWords({ images, report }: ExplainSummary): string {
  const lines = images.map(({ name, predicted, tie, saturated, decision, ...sureness }) => {
    if (decision) return `${name}: ${decisionWords(decision)}`;
    const sure = surenessWords(sureness);
    const tied = tie
      ? `, a tie of exactly equal scores: ${tie.slice(0, 4).join(', ')}${tie.length > 4 ? ', ...' : ''}`
      : '';
    const flat = saturated ? ', a probability of exactly 1, where gradients are 0' : '';
    return `${name}: ${predicted} (${sure}${tied}${flat})`;
  });
  return `${[...lines, ...uncheckedWords(images)].join('\n')}\nReport: ${report}\n`;
}

type Sureness = Pick<ExplainSummary['images'][number], 'probability' | 'probabilityIfLogits' | 'score'>;

function surenessWords({ probability, probabilityIfLogits, score }: Sureness): string {
  if (probability !== undefined) return percent(probability);
  if (probabilityIfLogits !== undefined) return `${percent(probabilityIfLogits)} if its scores are logits`;
  return `score ${score.toPrecision(4)}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

/** Maps whose faithfulness was not checked, by reason. */
function uncheckedWords(images: ExplainSummary['images']): string[] {
  const unchecked = images.flatMap(({ methods }) => methods.flatMap((map) => map.unchecked ?? []));
  return [...new Set(unchecked)].map((why) => {
    const count = unchecked.filter((other) => other === why).length;
    return `Not checked: ${count} ${count === 1 ? 'map' : 'maps'}. ${why}`;
  });
}
