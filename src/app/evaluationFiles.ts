import type { Cell } from '../faithfulness/evaluation/figures.ts';
import { lampWords } from '../faithfulness/lamp.ts';
import { type ReportFile, renderPage } from '../report/page/page.ts';
import { provenanceOf } from '../report/page/provenanceView.ts';
import type { EvaluatedMethods } from './evaluate.ts';
import type { ReportNames } from './reportView.ts';

/** What `konkyo evaluate --json` prints and evaluation.json holds. */
export interface EvaluationSummary {
  readonly dataset: string;
  readonly seed: number;
  /** Places in the test set. */
  readonly images: readonly number[];
  readonly accuracy: number;
  readonly best?: { readonly method: string; readonly why: string; readonly alike: readonly string[] };
  /** The best rank first. */
  readonly verdicts: readonly {
    readonly method: string;
    readonly verdict: string;
    readonly reasons: readonly string[];
    readonly rank?: number;
  }[];
  readonly metrics: readonly {
    readonly id: string;
    readonly title: string;
    readonly larger: 'better' | 'worse' | 'neither';
    readonly settings: Readonly<Record<string, number | string>>;
    readonly figures: readonly ({ readonly contender: string; readonly baseline: boolean } & Cell)[];
  }[];
  readonly notes: readonly string[];
  /** What a signal kept from being done. Absent where none came. */
  readonly interrupted?: readonly string[];
}

/** What an evaluation found as plain data: what evaluation.json holds and `--json` prints. */
export function evaluationSummary(found: EvaluatedMethods): EvaluationSummary {
  const { dataset, seed, images, accuracy, best, verdicts, metrics, contenders, table, notes, missing } = found;
  return {
    dataset,
    seed,
    images,
    accuracy,
    best: best && { method: best.method.id, why: best.why, alike: best.alike.map(({ id }) => id) },
    verdicts: verdicts.map(({ method, verdict, reasons, rank }) => ({
      method: method.id,
      verdict: lampWords[verdict],
      reasons,
      rank,
    })),
    metrics: metrics.map((metric) => ({
      id: metric.id,
      title: metric.title,
      larger: metric.larger,
      settings: metric.settings,
      figures: contenders.flatMap((contender) => {
        const cell = table.cell(metric, contender);
        return cell ? [{ contender: contender.id, baseline: contender.baseline, ...cell }] : [];
      }),
    })),
    notes,
    interrupted: missing.length > 0 ? missing : undefined,
  };
}

/** The files of an evaluation: index.html, evaluation.json, and evaluation.csv with a row for each metric and contender. */
export async function evaluationFiles(
  found: EvaluatedMethods,
  { modelName, title = `${modelName}: which explanations are true`, command }: ReportNames,
): Promise<readonly ReportFile[]> {
  // It draws charts, and brings what draws them.
  const { evaluationPage } = await import('../report/evaluation/page.ts');
  const { classifier, methods, notes, images, seed } = found;
  const provenance = provenanceOf(classifier, { file: modelName, methods, notes, command });
  const rows = [
    { label: 'Images', value: `${images.length} of ${found.dataset}` },
    { label: 'Seed', value: String(seed) },
  ];
  const view = { evaluation: found, title, provenance: { ...provenance, settings: [...rows, ...provenance.settings] } };
  return [
    { name: 'index.html', contents: renderPage(evaluationPage(view)) },
    { name: 'evaluation.json', contents: `${JSON.stringify(evaluationSummary(found), null, 2)}\n` },
    { name: 'evaluation.csv', contents: csvOf(found) },
  ];
}

function csvOf({ metrics, contenders, table }: EvaluatedMethods): string {
  const rows = metrics.flatMap((metric) =>
    contenders.flatMap((contender) => {
      const cell = table.cell(metric, contender);
      if (!cell) return [];
      const { mean, low, high, images, rank } = cell;
      return [
        [metric.id, contender.id, contender.baseline ? 'baseline' : 'method', mean, low, high, images, rank ?? ''],
      ];
    }),
  );
  // No field holds a comma or a quote: ids and numbers.
  return `${[['metric', 'contender', 'kind', 'mean', 'low', 'high', 'images', 'rank'], ...rows].map((row) => row.join(',')).join('\n')}\n`;
}
