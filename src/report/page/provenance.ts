import type { ModelFacts, PageProvenance, Row } from '../explanation/view.ts';
import { type Html, heading, html } from './html.ts';
import { count } from './number.ts';

export const provenanceQuestion = 'How was it made?';

/** Of work that a signal ended, for the page and the command line. */
export function interruptedWords(missing: readonly string[]): string {
  return `This run was interrupted. Missing: ${missing.join(', ')}.`;
}

/** Model, input description, settings and environment, and the command that repeats it all. */
export function provenanceAnswer({ model, input, settings, environment, command, generatedAt }: PageProvenance): Html {
  return html`
<div class="facts">
  ${facts('The model', model ? modelRows(model) : [])}
  ${facts('What it was given', input)}
  ${facts('Settings', settings)}
  ${facts('Computed with', generatedAt === undefined ? environment : [...environment, { label: 'Made at', value: generatedAt }])}
</div>
${
  command === undefined
    ? undefined
    : html`
<section class="repeat">
  ${heading(3, 'To repeat it')}
  <pre><code>${command}</code></pre>
  <p class="note">The same model, images, seed, versions and number of threads give the same figures.</p>
</section>`
}`;
}

function facts(title: string, rows: readonly Row[]): Html | undefined {
  if (rows.length === 0) return undefined;
  return html`
<section>
  ${heading(3, title)}
  <dl>${rows.map(
    ({ label, value }) => html`
    <div><dt>${label}</dt><dd>${value}</dd></div>`,
  )}
  </dl>
</section>`;
}

function modelRows({ file, sha256, producer, opset, upgradedFrom, parameters }: ModelFacts): readonly Row[] {
  const present = (label: string, value: string | undefined): readonly Row[] =>
    value === undefined ? [] : [{ label, value }];
  return [
    { label: 'File', value: file },
    ...present('Made by', producer),
    {
      label: 'ONNX opset',
      value: upgradedFrom === undefined ? `${opset}` : `${opset}, rewritten from ${upgradedFrom} on loading`,
    },
    ...present('Parameters', parameters === undefined ? undefined : count(parameters)),
    { label: 'SHA-256', value: sha256 },
  ];
}
