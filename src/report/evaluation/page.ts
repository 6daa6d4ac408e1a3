import type { Evaluation } from '../../faithfulness/evaluation/evaluation.ts';
import type { Cell } from '../../faithfulness/evaluation/figures.ts';
import type { EvaluationMetric } from '../../faithfulness/evaluation/metric.ts';
import { lampWords } from '../../faithfulness/lamp.ts';
import { count, listed, percent, score, sentence } from '../../language/english/numbers.ts';
import { dataTable } from '../drawing/dataTable.ts';
import { verdictMark } from '../drawing/verdict.ts';
import type { Provenance } from '../explanation/view.ts';
import { type Content, type Html, html } from '../page/html.ts';
import type { PageSection, PageView } from '../page/page.ts';
import { interruptedWords } from '../page/provenance.ts';
import { curveGrid } from './curves.ts';

/** What the page about an evaluation shows. */
export interface EvaluationView {
  readonly evaluation: Evaluation;
  readonly title: string;
  readonly provenance: Provenance;
}

/** The page about methods x metrics on one model: verdicts first, then the figures they rest on. */
export function evaluationPage({ evaluation, title, provenance }: EvaluationView): PageView {
  const { metrics, contenders, table, notes, missing } = evaluation;
  const curves = metrics.flatMap((metric) => curveGrid(metric, contenders, table) ?? []);
  const sections: PageSection[] = [
    { id: 'verdicts', question: 'Which methods are to be believed on this model?', answer: verdictsAnswer(evaluation) },
    { id: 'figures', question: 'What was measured?', answer: figuresAnswer(evaluation) },
    ...(curves.length > 0
      ? [
          {
            id: 'curves',
            question: 'What happens while the pixels go?',
            answer: html`<p class="measure">Means over the images. The pixels with a map’s largest values go first, or come first.</p>${curves}`,
          },
        ]
      : []),
    { id: 'checks', question: 'What do the figures mean?', answer: meaningsAnswer(metrics) },
    ...(notes.length > 0 || missing.length > 0
      ? [
          {
            id: 'notes',
            question: 'What else is to be known?',
            answer: html`${missing.length > 0 ? html`<p class="notice">${interruptedWords(missing)}</p>` : undefined}<ul>${notes.map((note) => html`<li>${note}</li>`)}</ul>`,
          },
        ]
      : []),
  ];
  return { title, headline: headlineOf(evaluation), lede: ledeOf(evaluation), sections, provenance };
}

function headlineOf({ best, verdicts }: Evaluation): string {
  const lamp = verdicts.find(({ method }) => method === best?.method)?.verdict;
  if (best && lamp === 'good') return `On this model, use ${best.method.title}.`;
  if (best) return `On this model, ${best.method.title} is best, to be read with care.`;
  const judged = verdicts.some(({ verdict }) => verdict !== 'neutral');
  return judged
    ? 'On this model, no method shows more than a baseline does.'
    : 'The figures are given; nothing is judged.';
}

function ledeOf({ best, dataset, images, accuracy, missing }: Evaluation): string {
  const on = `Measured on ${count(images.length)} test images of ${dataset}, of which the model decides ${percent(accuracy)} right; explained is what it decides.`;
  const why = best ? ` ${sentence(best.why)}.` : '';
  const alike = best?.alike.length
    ? ` On these images ${listed(best.alike.map(({ title }) => title))} cannot be told from it.`
    : '';
  const interrupted = missing.length > 0 ? ` ${interruptedWords(missing)}` : '';
  return `${on}${why}${alike}${interrupted}`;
}

function verdictsAnswer({ verdicts }: Evaluation): Html {
  const rows = verdicts.map(({ method, verdict, reasons, rank }): Content[] => [
    html`<span class="${verdict}">${verdictMark(verdict)}</span> ${method.title}`,
    html`<span class="${verdict}">${lampWords[verdict]}</span>`,
    `${sentence(reasons.join('; '))}.`,
    rank === undefined ? '' : rank.toFixed(1),
  ]);
  return html`
<p class="measure">A method is no better than a baseline where, of the same images, the 95% interval of the difference is not above 0 in any of the removal metrics. The baselines know nothing of the model: whatever does not beat them shows nothing that only the model could have told.</p>
${dataTable('Methods, the best rank first', [{ label: 'Method' }, { label: 'Its maps' }, { label: 'Because it is or does' }, { label: 'Mean rank', number: true }], rows)}`;
}

const arrows: Readonly<Record<EvaluationMetric['larger'], string>> = { better: ' ↑', worse: ' ↓', neither: '' };

function figuresAnswer({ metrics, contenders, table }: Evaluation): Html {
  const columns = metrics.map(({ title, larger }) => ({ label: `${title}${arrows[larger]}`, number: true }));
  const rows = contenders.map((contender): Content[] => [
    sentence(contender.title),
    ...metrics.map((metric) => figureOf(table.cell(metric, contender))),
  ]);
  return html`
${dataTable('Mean over the images, in brackets the rank among the methods, and below the 95% interval', [{ label: '' }, ...columns], rows)}
<p class="note">↑ larger is better, ↓ smaller is better. The interval is a percentile bootstrap over the images. A dash: the metric says nothing of these maps.</p>`;
}

function figureOf(cell: Cell | undefined): Content {
  if (!cell) return '–';
  const { mean, low, high, rank } = cell;
  const place = rank === undefined ? '' : ` (${rank})`;
  return html`<strong>${score(mean)}</strong>${place}<small>${score(low)} to ${score(high)}</small>`;
}

function meaningsAnswer(metrics: readonly EvaluationMetric[]): Html {
  return html`<dl class="meanings">${metrics.map(
    ({ title, about, paper, settings }) => html`
<div><dt>${title}</dt><dd>${about} ${paper}.${settingsOf(settings)}</dd></div>`,
  )}</dl>`;
}

function settingsOf(settings: EvaluationMetric['settings']): string {
  const words = Object.entries(settings).map(([name, value]) => `${name} ${value}`);
  return words.length === 0 ? '' : ` Here: ${words.join(', ')}.`;
}
