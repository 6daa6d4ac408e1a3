import type { Words } from '../../language/words.ts';
import { lineDrawing } from '../drawing/lineDrawing.ts';
import { lampElement, lampFor, verdictMark } from '../drawing/verdict.ts';
import { asWritten } from '../page/asWritten.ts';
import { type Html, html } from '../page/html.ts';
import { scrolling } from '../page/scrolling.ts';
import type { ImageQuestion } from './question.ts';
import type { AttributionMap, ExplainedImage, Figure } from './view.ts';

/** How each map came out of each check. */
export const beliefQuestion: ImageQuestion = {
  id: 'belief',
  question: ({ checks }) => checks.question,
  gist: ({ checks }) => checks.gist,
  isAnswered: ({ maps }) => maps.some(({ figures, unchecked }) => figures.length > 0 || unchecked !== undefined),
  answer(image, _level, words) {
    const checks = checksOf(image, words);
    return html`
<p class="measure">${summary(image, checks, words)}${reasons(image).map((reason) => [words.page.space, asWritten(reason, words)])}</p>
${checks.length === 0 ? undefined : checkTable(image, checks, words)}`;
  },
};

interface Check {
  readonly map: string;
  readonly figure: Figure;
}

function checksOf(image: ExplainedImage, words: Words): readonly Check[] {
  return image.maps.flatMap((map) => map.figures.map((figure) => ({ map: nameIn(image, map, words), figure })));
}

function nameIn({ maps }: ExplainedImage, { title, target }: AttributionMap, { page }: Words): string {
  return new Set(maps.map((map) => map.target)).size > 1 ? page.aside(title, target) : title;
}

/** What is unchecked is not vouched for: neither by its sum, nor because it failed no check. */
function summary({ maps }: ExplainedImage, checks: readonly Check[], { checks: text, page }: Words): string {
  const unchecked = maps.flatMap((map) => map.unchecked ?? []);
  const judged = checks.filter(({ figure }) => figure.verdict !== 'neutral');
  const found = (['good', 'fair', 'poor'] as const)
    .map((verdict) => ({ verdict, count: judged.filter(({ figure }) => figure.verdict === verdict).length }))
    .filter(({ count }) => count > 0);
  const noneChecked = unchecked.length === maps.length;
  return [
    ...(checks.length === 0 ? [] : [text.counts(judged.length, found, noneChecked)]),
    ...(noneChecked ? [text.allUnchecked] : []),
  ].join(page.space);
}

/** Why maps were not checked, each reason once. */
function reasons({ maps }: ExplainedImage): readonly string[] {
  return [...new Set(maps.flatMap(({ unchecked }) => unchecked ?? []))];
}

/** A row a map, a column a check. */
function checkTable(image: ExplainedImage, checks: readonly Check[], words: Words): Html {
  const { columns, question } = words.checks;
  const labels = [...new Set(checks.map(({ figure }) => figure.label))];
  return scrolling(
    question,
    html`<table class="checks">
  <thead><tr><th scope="col">${columns.map}</th><th scope="col">${columns.together}</th>${labels.map((label) => html`<th scope="col">${label}</th>`)}</tr></thead>
  <tbody>${image.maps.map(
    (map) => html`
  <tr><th scope="row">${nameIn(image, map, words)}</th><td>${lampElement(lampFor(map), words)}</td>${labels.map(
    (label) =>
      html`<td>${cell(
        map.figures.find((figure) => figure.label === label),
        words,
      )}</td>`,
  )}</tr>`,
  )}
  </tbody>
</table>`,
    words,
  );
}

function cell(figure: Figure | undefined, words: Words): Html | undefined {
  if (figure === undefined) return undefined;
  const { verdict, value, lines } = figure;
  const said = words.numbers.sentence(words.checks.verdicts[verdict]);
  return html`<span class="checked">${verdictMark(verdict)}<span class="aside">${said}: </span>${value}${lines && lineDrawing(lines, words)}</span>`;
}

/** What each check says, once. */
export function checkMeanings(maps: readonly AttributionMap[]): Html | undefined {
  const meanings = new Map(
    maps.flatMap(({ figures }) => figures.map(({ label, meaning }) => [label, meaning] as const)),
  );
  if (meanings.size === 0) return undefined;
  return html`<dl class="meanings">${[...meanings].map(([label, meaning]) => html`<div><dt>${label}</dt><dd>${meaning}</dd></div>`)}</dl>`;
}
