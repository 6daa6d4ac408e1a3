import { verdictMark } from '../drawing/verdict.ts';
import { type Html, heading, html, sizedToFit } from '../page/html.ts';
import { counted, inWords, listed, percent, sentence } from '../page/number.ts';
import type { ExplainedImage, ReportView } from './view.ts';
import { decidedLabel, decidedWords, decisionNotes, isRight, quoted } from './words.ts';

/** The page's first words: what was decided, in one sentence. */
export function header({ title, notice, cautions = [], explained, provenance }: ReportView): Html {
  return html`
<header>
  <p class="eyebrow">${title}</p>
  ${heading(1, sizedToFit(headline(explained)))}${
    notice === undefined
      ? undefined
      : html`
  <p class="notice">${notice}</p>`
  }
  <p class="lede">${standfirst(explained)}</p>
  ${cautions.map((caution) => html`<p class="figure-line">${verdictMark('fair')}<span>${caution}</span></p>`)}
  <p class="byline">Model <span class="file">${provenance.model.file}</span>. ${methodWords(explained)}</p>
</header>`;
}

function headline(images: readonly ExplainedImage[]): string {
  const [only] = images;
  if (only === undefined) return 'Nothing was explained.';
  if (images.length === 1) return `${decidedWords(only.decision)}.`;
  const judged = images.map(isRight).filter((right) => right !== undefined);
  if (judged.length < images.length) {
    const labels = [...new Set(images.map(({ decision }) => quoted(decidedLabel(decision))))];
    return labels.length < 4
      ? `${sentence(counted(images.length, 'image', 'images'))}, decided as ${listed(labels)}.`
      : `${sentence(counted(images.length, 'image', 'images'))}, ${counted(labels.length, 'decision', 'different decisions')}.`;
  }
  const wrong = judged.filter((right) => !right).length;
  if (wrong === 0) return `The model decided all ${counted(images.length, 'image', 'images')} as labelled.`;
  const right = images.length - wrong;
  return `The model decided ${inWords(right)} of ${counted(images.length, 'image', 'images')} as labelled.`;
}

function standfirst(images: readonly ExplainedImage[]): string {
  const [only] = images;
  if (only === undefined) return '';
  if (images.length === 1) {
    const second = only.decision.task
      ? undefined
      : only.decision.ranked.find(({ index }) => index !== only.decision.chosen.index);
    const runnerUp = second === undefined || only.decision.tie ? '' : `${quoted(second.label)} came second. `;
    const notes = decisionNotes(only.decision).map((note) => `${note} `);
    return `${runnerUp}${notes.join('')}This page shows what that decision rests on, and how far each picture of it can be believed.`;
  }
  const wrong = images
    .filter((image) => isRight(image) === false)
    .map(
      ({ name, truth, decision }) =>
        `${quoted(decision.chosen.label)} for ${name}, which is labelled ${quoted(truth ?? '')}`,
    );
  const mistakes = wrong.length === 0 || wrong.length > 5 ? '' : `It decided ${listed(wrong)}. `;
  return `${mistakes}${leastSure(images)}${undecided(images)}This page shows what each decision rests on, and how far each picture of it can be believed.`;
}

/** Of how many images what was decided, or what is explained, is not what it seems. */
function undecided(images: readonly ExplainedImage[]): string {
  const ties = images.filter(({ decision }) => decision.tie).length;
  const flat = images.filter(({ decision }) => decision.saturated).length;
  return [
    ties === 0 ? '' : `${sentence(counted(ties, 'decision is a tie', 'decisions are ties'))} of exactly equal scores. `,
    flat === 0
      ? ''
      : `For ${counted(flat, 'image', 'images')} the probability explained is exactly 1, and maps made from gradients are zero. `,
  ].join('');
}

function leastSure(images: readonly ExplainedImage[]): string {
  const probability = ({ decision }: ExplainedImage) =>
    (decision.task ? undefined : decision.chosen.probability) ?? Number.POSITIVE_INFINITY;
  const least = images.reduce((least, image) => (probability(image) < probability(least) ? image : least));
  return Number.isFinite(probability(least))
    ? `It was least sure of ${least.name}, at ${percent(probability(least))}. `
    : '';
}

function methodWords(images: readonly ExplainedImage[]): string {
  const titles = [...new Set(images.flatMap(({ maps }) => maps.map(({ title }) => title)))];
  if (titles.length === 0) return '';
  const named = titles.length > 5 ? '' : `: ${listed(titles)}`;
  return `${sentence(counted(titles.length, 'method', 'methods'))}${named}.`;
}
