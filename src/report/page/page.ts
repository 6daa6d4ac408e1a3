import type { Language } from '../../language/language.ts';
import { type Words, wordsIn } from '../../language/words.ts';
import type { PageProvenance } from '../explanation/view.ts';
import { firstScreenStyle } from './firstScreenStyle.ts';
import { type Html, heading, html, sizedToFit, trusted } from './html.ts';
import { japaneseStyle } from './japaneseStyle.ts';
import { provenanceAnswer } from './provenance.ts';
import { style } from './style.ts';
import { symbols } from './symbols.ts';

/** A page about a whole model (its rules, filters, regions), not about single images. */
export interface PageView {
  /** Browser tab, bookmark, first line. */
  readonly title: string;
  /** The page in one sentence: what was found. */
  readonly headline: string;
  /** Two or three sentences on what it means and how far to believe it. */
  readonly lede: string;
  readonly sections: readonly PageSection[];
  readonly provenance: PageProvenance;
}

export interface PageSection {
  /** Becomes the anchor; letters, digits and hyphens. */
  readonly id: string;
  /** What this part answers: `Which rule stands for each class?` */
  readonly question: string;
  /** Headings inside start at level 3. */
  readonly answer: Html;
}

/** A file of a report. */
export interface ReportFile {
  /** Its path in the report's folder, with slashes: `index.html`, `pictures/1-digits-7.png`. */
  readonly name: string;
  readonly contents: string | Uint8Array;
}

/** The page as one HTML file: no scripts, no requests. The same view gives the same bytes. */
export function renderPage({ title, headline, lede, sections, provenance }: PageView): string {
  const words = wordsIn('en');
  const last = { id: 'provenance', question: words.provenance.question, answer: provenanceAnswer(provenance, words) };
  const numbered = [...sections, last].map((section, position) => ({ ...section, number: position + 1 }));
  return pageShell(
    title,
    html`
<header>
  <p class="eyebrow">${title}</p>
  ${heading(1, sizedToFit(headline))}
  <p class="lede">${lede}</p>
</header>
<main>
<nav aria-label="Questions"><ol>${numbered.map(
      ({ number, id, question }) => html`
<li><a href="#${id}"><span class="ordinal">${number}</span> ${question}</a></li>`,
    )}
</ol></nav>
${numbered.map(
  ({ number, id, question, answer }) => html`
<section class="question" id="${id}">
  ${heading(2, html`<span class="ordinal">${number}</span> ${question}`)}
  ${answer}
</section>`,
)}
</main>`,
    words,
  );
}

/** What every page of konkyo has around it. */
export function pageShell(title: string, body: Html, { page }: Words, language: Language = 'en'): string {
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="konkyo">
<title>${title}</title>
<style>${trusted(style)}${trusted(firstScreenStyle)}${language === 'ja' ? trusted(japaneseStyle) : undefined}</style>
</head>
<body>
${symbols}
<div class="page">
${body}
<footer>${page.generator}</footer>
</div>
</body>
</html>
`.text;
}
