import type { Words } from '../../language/words.ts';
import { type Html, html } from '../page/html.ts';
import type { ImageQuestion } from './question.ts';
import { decisionNotes, explainedWords, nearly, secondOf, tieWords } from './sentences.ts';
import type { Decision, RankedClass, TaskRow, TaskView } from './view.ts';

/** The decision in numbers: what came behind, by how much, and which of them the maps explain. */
export const decisionQuestion: ImageQuestion = {
  id: 'decision',
  question: ({ page }) => page.decisionQuestion,
  gist: ({ page }, { decision }) => page.decisionGist((decision.task?.table?.rows ?? decision.ranked).length),
  isAnswered: () => true,
  answer: ({ decision }, _level, words) => html`
<div class="measure">
  <p>${decision.task ? `${decision.task.sentence}${words.page.fullStop}` : leadWords(decision, words)}</p>
  ${decisionNotes(decision, words).map((note) => html`<p>${note}</p>`)}
  ${decision.task ? taskTable(decision.task, words) : ranking(decision, words)}
  <p class="note">${noteWords(decision, words)}</p>
</div>`,
};

function noteWords(decision: Decision, words: Words): string {
  const { task, explainedWords: said, explained } = decision;
  const own = said ?? (task && explained.kind === 'output' ? '' : explainedWords(decision, words));
  return task ? `${task.about}${words.page.space}${own}`.trim() : own;
}

/** What a decision that is not for one class consists of; colours are those of its drawing. */
function taskTable({ table }: TaskView, { decision: { columns } }: Words): Html | undefined {
  if (!table) return undefined;
  const row = ({ label, value, share, isChosen, colour }: TaskRow) => html`
    <tr${isChosen ? html` class="chosen"` : undefined}>
      <th scope="row">${colour ? html`<span class="swatch" style="background:rgb(${colour.join(',')})"></span>` : undefined}${label}</th>
      <td class="bar-cell">${share === undefined ? undefined : bar(share)}</td>
      <td class="number">${value}</td>
    </tr>`;
  return html`
<table class="ranking">
  <caption>${table.caption}</caption>
  <thead><tr><th scope="col">${table.rows.some(({ colour }) => colour) ? columns.class : columns.label}</th><td></td><th scope="col" class="number">${table.measure}</th></tr></thead>
  <tbody>${table.rows.map(row)}
  </tbody>
</table>`;
}

function leadWords(decision: Decision, words: Words): string {
  const { chosen } = decision;
  const tied = tieWords(decision, words);
  if (tied !== undefined) return `${tied}${words.page.fullStop}`;
  const second = secondOf(decision);
  if (second === undefined) return '';
  const measure = second.probability === undefined ? undefined : words.numbers.percent(nearly(second.probability));
  return words.decision.secondBehind(second.label, measure, chosen.score - second.score);
}

function ranking({ chosen, ranked, isIfLogits }: Decision, { decision: { columns, strongest }, numbers }: Words): Html {
  const likely = ranked.some((entry) => entry.probability !== undefined);
  const size = (entry: RankedClass) => (likely ? (entry.probability ?? 0) : entry.score);
  const widthOf = barWidths(ranked.map(size), likely ? 1 : undefined);
  const row = (entry: RankedClass) => html`
    <tr${entry.index === chosen.index ? html` class="chosen"` : undefined}>
      <th scope="row">${entry.label}</th>
      <td class="bar-cell">${bar(widthOf(size(entry)))}</td>
      ${likely ? html`<td class="number">${entry.probability === undefined ? '' : numbers.percent(nearly(entry.probability))}</td>` : undefined}
      <td class="number">${numbers.score(entry.score)}</td>
    </tr>`;
  return html`
<table class="ranking">
  <caption>${strongest(ranked.length)}</caption>
  <thead><tr><th scope="col">${columns.class}</th><td></td>${likely ? html`<th scope="col" class="number">${isIfLogits ? columns.probabilityIfLogits : columns.probability}</th>` : undefined}<th scope="col" class="number">${columns.score}</th></tr></thead>
  <tbody>${ranked.map(row)}
  </tbody>
</table>`;
}

/** How much longer than the range of scores the bars are, where they cannot start at 0: so the shortest can be seen. */
const stub = 0.05;

/**
 * The length of a value's bar, 0 to 1: the larger the value, the longer. Bars start at 0, or where there are negative scores,
 * which have no zero that means anything, a little below the least.
 */
function barWidths(values: readonly number[], whole: number | undefined): (value: number) => number {
  const finite = values.filter(Number.isFinite);
  const [least, most] = [Math.min(...finite), Math.max(...finite, whole ?? Number.NEGATIVE_INFINITY)];
  const start = least < 0 ? least - stub * (most - least || -least) : 0;
  return (value) => (value - start) / (most - start || 1);
}

function bar(length: number): Html | undefined {
  if (!Number.isFinite(length)) return undefined;
  return html`<span class="bar"><span style="width:${(100 * length).toFixed(2)}%"></span></span>`;
}
