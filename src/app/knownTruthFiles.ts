import type { KnownTruth } from '../faithfulness/knownTruth/knownTruth.ts';
import { standingsOf } from '../faithfulness/knownTruth/standings.ts';
import { knownTruthPage } from '../report/evaluation/knownTruthPage.ts';
import { type ReportFile, renderPage } from '../report/page/page.ts';
import { version } from '../version.ts';

/** The page of a known truth, `index.html`, and its figures, `known-truth.json`. */
export function knownTruthFiles(truth: KnownTruth, command?: string): readonly ReportFile[] {
  const provenance = {
    input: [],
    settings: [{ label: 'Seed', value: String(truth.seed) }],
    environment: [
      { label: 'konkyo', value: version },
      { label: 'Runtime', value: truth.runtime },
    ],
    command,
  };
  const figures = { standings: standingsOf(truth), ...truth };
  return [
    { name: 'index.html', contents: renderPage(knownTruthPage(truth, provenance)) },
    { name: 'known-truth.json', contents: `${JSON.stringify(figures, null, 2)}\n` },
  ];
}
