import type { Words } from '../../language/words.ts';
import { type Content, type HeadingLevel, type Html, heading, html } from '../page/html.ts';
import type { ExplainedImage, ReportView } from './view.ts';

/** Which model and which image this is about, who answers for it, and how to make it again. */
export function identity(image: ExplainedImage, view: ReportView, level: HeadingLevel, words: Words): Html {
  const { model, author, generatedAt, command } = view.provenance;
  const { rows, hashes } = words.provenance;
  const row = (label: string, value: Content) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`;
  const hashed = (name: string, hash: ExplainedImage['hash']) =>
    html`<span class="file">${name}</span>${hash && html`, <span class="quiet">${hashes[hash.of]}</span> <code>${hash.sha256}</code>`}`;
  return html`
  <section class="identity">
    ${heading(level, words.firstScreen.identity)}
    <dl>
      ${row(rows.model, hashed(model.file, { of: 'file', sha256: model.sha256 }))}
      ${row(rows.image, hashed(image.name, image.hash))}
      ${author === undefined ? undefined : row(rows.author, author)}
      ${generatedAt === undefined ? undefined : row(rows.madeAt, generatedAt)}
      ${command === undefined ? undefined : row(words.firstScreen.repeat, html`<code class="command">${command}</code>`)}
    </dl>
  </section>`;
}
