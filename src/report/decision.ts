import { type Html, html } from './html.ts';
import { inWords, percent, quantity, score } from './number.ts';
import { pictureElement } from './picture.ts';
import type { ImageQuestion } from './question.ts';
import { sizedToFit } from './sizedToFit.ts';
import { verdictMark } from './verdict.ts';
import type { Decision, ExplainedImage, RankedClass } from './view.ts';
import { explainedWords, isRight, pictureAlternative, quoted, sureness } from './words.ts';

export const decisionQuestion: ImageQuestion = {
  id: 'decision',
  question: 'What did it decide, how surely, and what came second?',
  isAnswered: () => true,
  answer: (image) => html`
<div class="decision">
  <figure class="seen">
    ${pictureElement(image.picture, pictureAlternative(image))}
    <figcaption><span class="file">${image.name}</span>, as the model saw it: ${image.picture.width} × ${image.picture.height} pixels, ${image.picture.channels === 1 ? 'grey' : 'colour'}.</figcaption>
  </figure>
  <div>
    <p class="verdict-label">${sizedToFit(image.decision.chosen.label)}</p>
    <p class="verdict-sureness">${sureness(image.decision)}</p>
    <p>${leadWords(image.decision)}</p>
    ${truthLine(image)}
    ${ranking(image.decision)}
    <p class="note">${explainedWords(image.decision.explained)}</p>
  </div>
</div>`,
};

function leadWords({ chosen, ranked }: Decision): string {
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
  if (right === undefined) return undefined;
  const words = right ? 'The decision agrees with it.' : 'The decision disagrees with it.';
  return html`<p class="figure-line">${verdictMark(right ? 'good' : 'poor')}<span>The image is labelled ${quoted(image.truth ?? '')}. ${words}</span></p>`;
}

function ranking({ chosen, ranked }: Decision): Html {
  const likely = ranked.some((entry) => entry.probability !== undefined);
  const size = (entry: RankedClass) => (likely ? (entry.probability ?? 0) : entry.score);
  const sizes = ranked.map(size).filter(Number.isFinite);
  const lowest = Math.min(0, ...sizes);
  const span = Math.max(likely ? 1 : 0, ...sizes) - lowest || 1;
  const row = (entry: RankedClass) => html`
    <tr${entry.index === chosen.index ? html` class="chosen"` : undefined}>
      <th scope="row">${entry.label}</th>
      <td class="bar-cell">${bar((Math.min(size(entry), 0) - lowest) / span, Math.abs(size(entry)) / span)}</td>
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

function bar(start: number, length: number): Html | undefined {
  if (!Number.isFinite(length)) return undefined;
  const share = (fraction: number) => `${(100 * fraction).toFixed(2)}%`;
  return html`<span class="bar"><span style="margin-left:${share(start)};width:${share(length)}"></span></span>`;
}
