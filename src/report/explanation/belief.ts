import { lampOf, lampWords } from '../../faithfulness/lamp.ts';
import { lineDrawing } from '../drawing/lineDrawing.ts';
import { verdictMark, verdictWords } from '../drawing/verdict.ts';
import { type Html, html } from '../page/html.ts';
import { counted, inWords, listed, sentence } from '../page/number.ts';
import type { ImageQuestion } from './question.ts';
import type { AttributionMap, ExplainedImage, Figure, Verdict } from './view.ts';

export const beliefQuestion: ImageQuestion = {
  id: 'belief',
  question: 'Should you believe this?',
  isAnswered: (image) => checksOf(image).length > 0 || uncheckedOf(image).length > 0,
  answer: (image) => {
    const checks = checksOf(image);
    const unchecked = uncheckedOf(image);
    const lamps = lampsOf(image);
    return html`
<p class="measure">${summary(checks, unchecked, lamps)}</p>
${checks.length === 0 ? undefined : checkTable(checks, lamps)}
${checks.length === 0 ? undefined : meanings(checks)}`;
  },
};

interface Check {
  readonly map: string;
  readonly figure: Figure;
}

/** A map whose faithfulness was not checked, and why. */
interface Unchecked {
  readonly map: string;
  readonly why: string;
}

function checksOf(image: ExplainedImage): readonly Check[] {
  return image.maps.flatMap((map) => map.figures.map((figure) => ({ map: nameIn(image, map), figure })));
}

function uncheckedOf(image: ExplainedImage): readonly Unchecked[] {
  return image.maps.flatMap((map) =>
    map.unchecked === undefined ? [] : [{ map: nameIn(image, map), why: map.unchecked }],
  );
}

/** How far to believe a map, by all its checks. */
interface Lamp {
  readonly map: string;
  readonly verdict: Verdict;
}

function lampsOf(image: ExplainedImage): readonly Lamp[] {
  return image.maps.map((map) => ({
    map: nameIn(image, map),
    verdict: map.unchecked === undefined ? lampOf(map.figures) : 'neutral',
  }));
}

function nameIn({ maps }: ExplainedImage, { title, target }: AttributionMap): string {
  const severalTargets = new Set(maps.map((map) => map.target)).size > 1;
  return severalTargets ? `${title} (${target})` : title;
}

/** What is unchecked is not vouched for: neither by its sum, nor because it failed no check. */
function summary(checks: readonly Check[], unchecked: readonly Unchecked[], lamps: readonly Lamp[]): string {
  const noneChecked = unchecked.length > 0 && unchecked.length === lamps.length;
  const parts = [
    countsOf(checks, noneChecked),
    adviceOn(lamps, checks, unchecked, noneChecked),
    uncheckedWords(unchecked, noneChecked),
  ];
  return parts.filter((part) => part !== '').join(' ');
}

function countsOf(checks: readonly Check[], sumsOnly: boolean): string {
  const judged = checks.filter(({ figure }) => figure.verdict !== 'neutral');
  if (judged.length === 0) return checks.length === 0 ? '' : 'These figures inform; none of them passes a judgement.';
  const counts = (['good', 'fair', 'poor'] as const)
    .map((verdict) => ({ verdict, found: judged.filter(({ figure }) => figure.verdict === verdict).length }))
    .filter(({ found }) => found > 0)
    .map(({ verdict, found }) => `${inWords(found)} ${verdictWords[verdict]}`);
  const what = sumsOnly ? counted(judged.length, 'sum', 'sums') : counted(judged.length, 'check', 'checks');
  return `${sentence(what)}: ${listed(counts)}.`;
}

function adviceOn(
  lamps: readonly Lamp[],
  checks: readonly Check[],
  unchecked: readonly Unchecked[],
  noneChecked: boolean,
): string {
  const lit = (of: Verdict) => lamps.flatMap(({ map, verdict }) => (verdict === of ? [map] : []));
  const [good, fair, poor] = [lit('good'), lit('fair'), lit('poor')];
  if (noneChecked || good.length + fair.length + poor.length === 0) return '';
  const failed = checks.some(({ figure }) => figure.verdict === 'poor');
  const words = [
    good.length > 0 && `To be believed by these checks: ${listed(good)}.`,
    fair.length > 0 && `With care: ${listed(fair)}.`,
    poor.length > 0 &&
      `Rest no argument on ${listed(poor)}: a map that fails these checks may show something other than this decision.`,
  ];
  if (failed) return words.filter((one) => one !== false).join(' ');
  return unchecked.length === 0
    ? 'None of the maps failed a check; that makes them credible, not proven.'
    : 'None of the maps that were checked failed; that makes those credible, not proven.';
}

function uncheckedWords(unchecked: readonly Unchecked[], noneChecked: boolean): string {
  const reasons = [...new Set(unchecked.map(({ why }) => why))];
  if (noneChecked && reasons.length === 1) {
    return `The faithfulness of these maps was not checked, so nothing is said here of how far to believe them. ${reasons[0]}`;
  }
  return reasons
    .map((why) => `Not checked: ${listed(unchecked.flatMap((one) => (one.why === why ? [one.map] : [])))}. ${why}`)
    .join(' ');
}

/** A row a map, a column a check; below, what the figures are to be compared with. */
function checkTable(checks: readonly Check[], lamps: readonly Lamp[]): Html {
  const lampFor = (map: string) => lamps.find((lamp) => lamp.map === map)?.verdict ?? 'neutral';
  const labels = labelsOf(checks);
  const maps = [...new Set(checks.map(({ map }) => map))];
  const figureOf = (map: string, label: string) =>
    checks.find((check) => check.map === map && check.figure.label === label)?.figure;
  return html`
<div class="scroll"><table class="checks">
  <thead><tr><th scope="col">Map</th><th scope="col">All together</th>${labels.map((label) => html`<th scope="col">${label}</th>`)}</tr></thead>
  <tbody>${maps.map(
    (map) => html`
  <tr><th scope="row">${map}</th><td><span class="${lampFor(map)}">${verdictMark(lampFor(map))}</span> ${lampWords[lampFor(map)]}</td>${labels.map((label) => html`<td>${cell(figureOf(map, label))}</td>`)}</tr>`,
  )}
  </tbody>
  ${comparisonRows(checks, labels)}
</table></div>`;
}

function cell(figure: Figure | undefined): Html | undefined {
  if (figure === undefined) return undefined;
  const { verdict, value, short = value, lines } = figure;
  return html`<span class="checked" title="${value}">${verdictMark(verdict)}<span class="aside">${sentence(verdictWords[verdict])}: </span>${short}${lines && lineDrawing(lines)}</span>`;
}

function comparisonRows(checks: readonly Check[], labels: readonly string[]): Html | undefined {
  const comparisons = checks.flatMap(({ figure: { label, comparisons = [] } }) =>
    comparisons.map((row) => ({ ...row, check: label })),
  );
  const names = [...new Set(comparisons.map(({ label }) => label))];
  if (names.length === 0) return undefined;
  const figureFor = (name: string, check: string) =>
    comparisons.find((row) => row.label === name && row.check === check)?.value;
  return html`<tfoot>${names.map(
    (name) => html`
  <tr><th scope="row">${name}, for comparison</th><td></td>${labels.map((label) => html`<td>${figureFor(name, label)}</td>`)}</tr>`,
  )}</tfoot>`;
}

/** What each check says, once. */
function meanings(checks: readonly Check[]): Html {
  const found = labelsOf(checks).map((label) => ({
    label,
    sentences: [...new Set(checks.flatMap(({ figure }) => (figure.label === label ? [figure.meaning] : [])))],
  }));
  return html`<dl class="meanings">${found.map(
    ({ label, sentences }) => html`<div><dt>${label}</dt>${sentences.map((text) => html`<dd>${text}</dd>`)}</div>`,
  )}</dl>`;
}

function labelsOf(checks: readonly Check[]): readonly string[] {
  return [...new Set(checks.map(({ figure }) => figure.label))];
}
