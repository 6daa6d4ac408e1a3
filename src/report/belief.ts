import { type Html, html } from './html.ts';
import { lineDrawing } from './lineDrawing.ts';
import { counted, inWords, listed, sentence } from './number.ts';
import type { ImageQuestion } from './question.ts';
import { verdictMark, verdictWords } from './verdict.ts';
import type { AttributionMap, ExplainedImage, Figure, Verdict } from './view.ts';

export const beliefQuestion: ImageQuestion = {
  id: 'belief',
  question: 'Should you believe this?',
  isAnswered: (image) => checksOf(image).length > 0,
  answer: (image) => {
    const checks = checksOf(image);
    return html`
<p class="measure">${summary(checks)}</p>
${checkTable(checks)}
${meanings(checks)}`;
  },
};

interface Check {
  readonly map: string;
  readonly figure: Figure;
}

function checksOf({ maps }: ExplainedImage): readonly Check[] {
  const severalTargets = new Set(maps.map(({ target }) => target)).size > 1;
  const name = ({ title, target }: AttributionMap) => (severalTargets ? `${title} (${target})` : title);
  return maps.flatMap((map) => map.figures.map((figure) => ({ map: name(map), figure })));
}

function summary(checks: readonly Check[]): string {
  const judged = checks.filter(({ figure }) => figure.verdict !== 'neutral');
  if (judged.length === 0) return 'These figures inform; none of them passes a judgement.';
  const outcome = (verdict: Verdict) => judged.filter(({ figure }) => figure.verdict === verdict);
  const counts = (['good', 'fair', 'poor'] as const)
    .map((verdict) => ({ verdict, found: outcome(verdict).length }))
    .filter(({ found }) => found > 0)
    .map(({ verdict, found }) => `${inWords(found)} ${verdictWords[verdict]}`);
  const doubtful = [...new Set(outcome('poor').map(({ map }) => map))];
  const advice =
    doubtful.length === 0
      ? 'None of the maps failed a check; that makes them credible, not proven.'
      : `Rest no argument on ${listed(doubtful)}: a map that fails a check may show something other than this decision.`;
  return `${sentence(counted(judged.length, 'check', 'checks'))}: ${listed(counts)}. ${advice}`;
}

/** A row a map, a column a check; below, what the figures are to be compared with. */
function checkTable(checks: readonly Check[]): Html {
  const labels = labelsOf(checks);
  const maps = [...new Set(checks.map(({ map }) => map))];
  const figureOf = (map: string, label: string) =>
    checks.find((check) => check.map === map && check.figure.label === label)?.figure;
  return html`
<div class="scroll"><table class="checks">
  <thead><tr><th scope="col">Map</th>${labels.map((label) => html`<th scope="col">${label}</th>`)}</tr></thead>
  <tbody>${maps.map(
    (map) => html`
  <tr><th scope="row">${map}</th>${labels.map((label) => html`<td>${cell(figureOf(map, label))}</td>`)}</tr>`,
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
  <tr><th scope="row">${name}, for comparison</th>${labels.map((label) => html`<td>${figureFor(name, label)}</td>`)}</tr>`,
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
