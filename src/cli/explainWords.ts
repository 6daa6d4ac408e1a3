import type { ExplainSummary } from '../app/explainSummary.ts';
import { lampWords } from '../faithfulness/lamp.ts';
import { decisionWords } from '../model/task/decision.ts';

/** What `konkyo explain` prints: a line an image, how many maps to believe, what was not checked, and where the report is. */
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

/** Tried ways from pixels to model input that are named in a note, of the classes that they decide for. */
const mostNamed = 3;

/**
 * One line where nobody said how pixels become model input: what was assumed, and what other usual ways decide of the first image whose
 * decision depends on it. Undefined where somebody said it.
 */
export function preprocessingNote({ images }: Pick<ExplainSummary, 'images'>): string | undefined {
  const tried = images.filter(({ preprocessing }) => preprocessing !== undefined);
  const decisive = tried.filter(({ preprocessing }) => preprocessing?.isDecisive);
  const [shown = tried[0]] = decisive;
  const [used, ...others] = shown?.preprocessing?.tried ?? [];
  if (!shown || !used) return undefined;
  const start = `nothing says how pixels become model input; ${wayWords(used)} was assumed.`;
  const say = 'Say it with --scale, --mean, --std and --order, or in MODEL.konkyo.json.';
  if (decisive.length === 0) return `${start} Other usual ways decide the same. ${say}`;
  const surest = others.filter(
    ({ decides }, i) => decides !== used.decides && others.findIndex((one) => one.decides === decides) === i,
  );
  const words = [used, ...surest.slice(0, mostNamed)].map(
    (way) => `${way.label} (${triedWords(way)}) with ${wayWords(way)}`,
  );
  const which = tried.length === 1 ? '' : ` of ${decisive.length} of ${tried.length} images`;
  const first = tried.length === 1 ? '' : `${shown.name}: `;
  return `${start} The decision${which} depends on it: ${first}${words.join('; ')}. ${say}`;
}

type Tried = NonNullable<ExplainSummary['images'][number]['preprocessing']>['tried'][number];

function wayWords({ name, order }: Tried): string {
  return order === undefined ? name : `${name} ${order}`;
}

function triedWords({ probability, probabilityIfLogits, score }: Tried): string {
  return surenessWords({ probability, probabilityIfLogits, score });
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
