import { boxed } from '../drawing/boxes.ts';
import { pictureElement } from '../drawing/picture.ts';
import { seenElement } from '../drawing/seen.ts';
import { verdictMark } from '../drawing/verdict.ts';
import { type Html, html, sizedToFit } from '../page/html.ts';
import { inWords, percent, quantity, score } from '../page/number.ts';
import type { ImageQuestion } from './question.ts';
import type { Decision, ExplainedImage, RankedClass, TaskRow, TaskView } from './view.ts';
import {
  decidedLabel,
  decisionNotes,
  explainedWords,
  isRight,
  numbersWords,
  quoted,
  sureness,
  tieWords,
} from './words.ts';

export const decisionQuestion: ImageQuestion = {
  id: 'decision',
  question: 'What did it decide, how surely, and what came second?',
  isAnswered: () => true,
  answer: (image) => html`
<div class="decision">
  <figure class="seen">
    ${seen(image)}
    <figcaption><span class="file">${image.name}</span>, ${seenWords(image)}.</figcaption>${drawnDecision(image)}
  </figure>
  <div>
    <p class="verdict-label">${sizedToFit(image.decision.tie ? 'A tie' : decidedLabel(image.decision))}</p>
    <p class="verdict-sureness">${sureness(image.decision)}</p>
    <p>${image.decision.task ? `${image.decision.task.sentence}.` : leadWords(image.decision)}</p>
    ${decisionNotes(image.decision).map((note) => html`<p>${note}</p>`)}
    ${truthLine(image)}
    ${image.decision.task ? taskTable(image.decision.task) : ranking(image.decision)}
    <p class="note">${noteWords(image.decision)}</p>
  </div>
</div>`,
};

function seen(image: ExplainedImage): Html {
  const drawn = seenElement(image);
  return image.boxes ? boxed(drawn, image.boxes, image.picture, 'all') : drawn;
}

function noteWords({ task, explainedWords: said, explained, labels }: Decision): string {
  const words = said ?? (task && explained.kind === 'output' ? '' : explainedWords(explained, labels !== undefined));
  return task ? `${task.about} ${words}`.trim() : words;
}

function drawnDecision({ decision: { task } }: ExplainedImage): Html | undefined {
  if (!task?.drawn) return undefined;
  return html`
    <div class="drawn">${pictureElement(task.drawn.picture, task.drawn.alternative)}</div>
    <p class="note">What it decided where; the colours are those of the table.</p>`;
}

/** What a decision that is not for one class consists of; colours are those of its drawing. */
function taskTable({ table }: TaskView): Html | undefined {
  if (!table) return undefined;
  const row = ({ label, value, share, isChosen, colour }: TaskRow) => html`
    <tr${isChosen ? html` class="chosen"` : undefined}>
      <th scope="row">${colour ? html`<span style="display:inline-block;width:.8em;height:.8em;margin-right:.5em;background:rgb(${colour.join(',')})"></span>` : undefined}${label}</th>
      <td class="bar-cell">${share === undefined ? undefined : bar(share)}</td>
      <td class="number">${value}</td>
    </tr>`;
  return html`
<table class="ranking">
  <caption>${table.caption}</caption>
  <thead><tr><th scope="col">${table.rows.some(({ colour }) => colour) ? 'Class' : 'Label'}</th><td></td><th scope="col" class="number">${table.measure}</th></tr></thead>
  <tbody>${table.rows.map(row)}
  </tbody>
</table>`;
}

function seenWords({ picture, numbers }: ExplainedImage): string {
  if (numbers) return numbersWords(numbers);
  return `as the model saw it: ${picture.width} × ${picture.height} pixels, ${picture.channels === 1 ? 'grey' : 'colour'}`;
}

function leadWords(decision: Decision): string {
  const { chosen, ranked } = decision;
  const tied = tieWords(decision);
  if (tied !== undefined) return `${tied}.`;
  const second = ranked.find((other) => other.index !== chosen.index);
  if (second === undefined) return '';
  const lead = chosen.score - second.score;
  const by = `${quantity(Math.abs(lead))} ${lead < 0 ? 'ahead' : 'behind'} in score`;
  return second.probability === undefined
    ? `${quoted(second.label)} came second, ${by}.`
    : `${quoted(second.label)} came second with ${percent(second.probability)}, ${by}.`;
}

function truthLine(image: ExplainedImage): Html | undefined {
  const right = isRight(image);
  if (right === undefined && image.truth !== undefined) {
    return html`<p class="figure-line"><span>The image is labelled ${quoted(image.truth)}.</span></p>`;
  }
  if (right === undefined) return undefined;
  const words = right ? 'The decision agrees with it.' : 'The decision disagrees with it.';
  return html`<p class="figure-line">${verdictMark(right ? 'good' : 'poor')}<span>The image is labelled ${quoted(image.truth ?? '')}. ${words}</span></p>`;
}

function ranking({ chosen, ranked }: Decision): Html {
  const likely = ranked.some((entry) => entry.probability !== undefined);
  const size = (entry: RankedClass) => (likely ? (entry.probability ?? 0) : entry.score);
  const widthOf = barWidths(ranked.map(size), likely ? 1 : undefined);
  const row = (entry: RankedClass) => html`
    <tr${entry.index === chosen.index ? html` class="chosen"` : undefined}>
      <th scope="row">${entry.label}</th>
      <td class="bar-cell">${bar(widthOf(size(entry)))}</td>
      ${likely ? html`<td class="number">${entry.probability === undefined ? '' : percent(entry.probability)}</td>` : undefined}
      <td class="number">${score(entry.score)}</td>
    </tr>`;
  return html`
<table class="ranking">
  <caption>${ranked.length < 2 ? 'The chosen class' : `The ${inWords(ranked.length)} strongest classes`}</caption>
  <thead><tr><th scope="col">Class</th><td></td>${likely ? html`<th scope="col" class="number">Probability</th>` : undefined}<th scope="col" class="number">Score</th></tr></thead>
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
