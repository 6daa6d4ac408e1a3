import type { Words } from '../../language/words.ts';
import { type Content, type HeadingLevel, type Html, heading, html } from '../page/html.ts';
import type { ExplainedImage, Provenance } from './view.ts';

/** Which model and which images this is about, who answers for it, and how to make it again. */
export function identity(
  images: readonly ExplainedImage[],
  { model, author, generatedAt, command }: Provenance,
  level: HeadingLevel,
  words: Words,
): Html {
  const { rows, hashes } = words.provenance;
  const row = (label: string, value: Content) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`;
  const hashed = (name: string, hash: ExplainedImage['hash']) =>
    html`<span class="file">${name}</span>${hash && html`${words.many.comma}<span class="quiet">${hashes[hash.of]}</span> <code>${hash.sha256}</code>`}`;
  return html`
  <section class="identity">
    ${heading(level, words.firstScreen.identity)}
    <dl>
      ${row(rows.model, hashed(model.file, { of: 'file', sha256: model.sha256 }))}
      ${images.map(({ name, hash }) => row(rows.image, hashed(name, hash)))}
      ${author === undefined ? undefined : row(rows.author, author)}
      ${generatedAt === undefined ? undefined : row(rows.madeAt, generatedAt)}
      ${command === undefined ? undefined : row(words.firstScreen.repeat, html`<code class="command">${command}</code>`)}
    </dl>
  </section>`;
}
