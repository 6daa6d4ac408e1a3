import { type Words, wordsIn } from '../../language/words.ts';
import type { ModelFacts, PageProvenance, Row } from '../explanation/view.ts';
import { asWritten } from './asWritten.ts';
import { type Html, heading, html } from './html.ts';

/** Of work that a signal ended, for the page and the command line. */
export function interruptedWords(missing: readonly string[], words = wordsIn('en')): string {
  return words.provenance.interrupted(missing);
}

/** Model, input description, settings and environment, and the command that repeats it all. */
export function provenanceAnswer(provenance: PageProvenance, words: Words): Html {
  const { model, input, settings, environment, command, generatedAt, author } = provenance;
  const { headings, rows, repeatNote } = words.provenance;
  const said = (label: string, value: string | undefined) => (value === undefined ? [] : [{ label, value }]);
  return html`
<div class="facts">
  ${facts(headings.model, model ? modelRows(model, words) : [], words)}
  ${facts(headings.input, input, words)}
  ${facts(headings.settings, settings, words)}
  ${facts(headings.environment, [...environment, ...said(rows.madeAt, generatedAt), ...said(rows.author, author)], words)}
</div>
${
  command === undefined
    ? undefined
    : html`
<section class="repeat">
  ${heading(3, headings.repeat)}
  <pre><code>${command}</code></pre>
  <p class="note">${repeatNote}</p>
</section>`
}`;
}

function facts(title: string, rows: readonly Row[], words: Words): Html | undefined {
  if (rows.length === 0) return undefined;
  return html`
<section>
  ${heading(3, title)}
  <dl>${rows.map(
    ({ label, value }) => html`
    <div><dt>${label}</dt><dd>${asWritten(value, words)}</dd></div>`,
  )}
  </dl>
</section>`;
}

function modelRows(
  { file, sha256, producer, opset, upgradedFrom, parameters }: ModelFacts,
  words: Words,
): readonly Row[] {
  const { rows, opsetFrom } = words.provenance;
  const present = (label: string, value: string | undefined): readonly Row[] =>
    value === undefined ? [] : [{ label, value }];
  return [
    { label: rows.file, value: file },
    ...present(rows.madeBy, producer),
    { label: rows.opset, value: upgradedFrom === undefined ? `${opset}` : opsetFrom(opset, upgradedFrom) },
    ...present(rows.parameters, parameters === undefined ? undefined : words.numbers.count(parameters)),
    { label: rows.sha256, value: sha256 },
  ];
}
