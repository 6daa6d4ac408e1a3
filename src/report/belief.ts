import { type HeadingLevel, type Html, heading, html } from './html.ts';
import { lineDrawing } from './lineDrawing.ts';
import { counted, inWords, listed, sentence } from './number.ts';
import type { ImageQuestion } from './question.ts';
import { verdictMark, verdictWords } from './verdict.ts';
import type { AttributionMap, ExplainedImage, Figure, Verdict } from './view.ts';

export const beliefQuestion: ImageQuestion = {
  id: 'belief',
  question: 'Should you believe this?',
  isAnswered: (image) => checksOf(image).length > 0,
  answer: (image, level) => {
    const checks = checksOf(image);
    const labels = [...new Set(checks.map(({ figure }) => figure.label))];
    return html`
<p class="measure">${summary(checks)}</p>
<div class="checks">${labels.map((label) => checkTable(label, checks, level))}
</div>`;
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

/** One table a kind of check; the meaning is said once where it is the same for all maps. */
function checkTable(label: string, checks: readonly Check[], level: HeadingLevel): Html {
  const rows = checks.filter(({ figure }) => figure.label === label);
  const meanings = new Set(rows.map(({ figure }) => figure.meaning));
  const shared = meanings.size === 1 ? rows[0]?.figure.meaning : undefined;
  return html`
<section class="check">
  ${heading(level, label)}
  ${shared === undefined ? undefined : html`<p>${shared}</p>`}
  <table>
    <thead class="aside"><tr><th scope="col">Map</th><th scope="col">Figure</th><th scope="col">Verdict</th></tr></thead>
    <tbody>${rows.map(
      ({ map, figure }) => html`
      <tr><th scope="row">${map}${shared === undefined ? html`<small>${figure.meaning}</small>` : undefined}</th><td class="number">${figure.value}${figure.lines && lineDrawing(figure.lines)}</td><td class="verdict">${verdictMark(figure.verdict)}<span class="${figure.verdict}">${sentence(verdictWords[figure.verdict])}</span></td></tr>`,
    )}
    </tbody>
  </table>
</section>`;
}
