import type { ExplainSummary } from '../app/explainSummary.ts';
import { lampWords } from '../faithfulness/lamp.ts';
import { decisionWords } from '../model/task/decision.ts';

/** What `konkyo explain` prints: a line an image, how many maps to believe, what was not checked, and where the report is. */
export function explainWords({ images, report }: ExplainSummary): string {
  const lines = images.map(({ name, predicted, probability, score, tie, saturated, decision }) => {
    if (decision) return `${name}: ${decisionWords(decision)}`;
    const sure = probability === undefined ? `score ${score.toPrecision(4)}` : `${(probability * 100).toFixed(1)}%`;
    const tied = tie
      ? `, a tie of exactly equal scores: ${tie.slice(0, 4).join(', ')}${tie.length > 4 ? ', ...' : ''}`
      : '';
    const flat = saturated ? ', a probability of exactly 1, where gradients are 0' : '';
    return `${name}: ${predicted} (${sure}${tied}${flat})`;
  });
  return `${[...lines, lampsInWords(images), ...uncheckedWords(images)].join('\n')}\nReport: ${report}\n`;
}

function lampsInWords(images: ExplainSummary['images']): string {
  const lamps = images.flatMap(({ methods }) => methods.map(({ lamp }) => lamp));
  const counts = Object.values(lampWords).map((word) => ({
    word,
    count: lamps.filter((lamp) => lamp === word).length,
  }));
  const found = counts.filter(({ count }) => count > 0).map(({ word, count }) => `${word} ${count}`);
  return `${lamps.length === 1 ? 'Map' : 'Maps'}: ${found.join(', ')}.`;
}

/** Maps whose faithfulness was not checked, by reason. */
function uncheckedWords(images: ExplainSummary['images']): string[] {
  const unchecked = images.flatMap(({ methods }) => methods.flatMap((map) => map.unchecked ?? []));
  return [...new Set(unchecked)].map((why) => {
    const count = unchecked.filter((other) => other === why).length;
    return `Not checked: ${count} ${count === 1 ? 'map' : 'maps'}. ${why}`;
  });
}
