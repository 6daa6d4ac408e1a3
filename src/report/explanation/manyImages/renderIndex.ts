import type { Language } from '../../../language/language.ts';
import { type Words, wordsIn } from '../../../language/words.ts';
import { dataTable } from '../../drawing/dataTable.ts';
import { type Html, heading, html, sizedToFit } from '../../page/html.ts';
import { pageShell } from '../../page/page.ts';
import { provenanceAnswer } from '../../page/provenance.ts';
import { scrolling } from '../../page/scrolling.ts';
import type { Provenance } from '../view.ts';
import type { IndexRow } from './indexRow.ts';
import type { Shown, Tally } from './tally.ts';

/** The index of a report in which every image has a page of its own. It is in parts of so many images. */
export const rowsAPart = 500;

/** The file of a part, counted from 0. */
export function partName(part: number): string {
  return part === 0 ? 'index.html' : `index-${part + 1}.html`;
}

interface IndexPart {
  readonly title: string;
  /** What has to be known before anything else, such as that the report is not whole. */
  readonly notice?: string;
  readonly rows: readonly IndexRow[];
  /** Which part this is, counted from 0; how many there are is known with the first, which is rendered last. */
  readonly part: number;
  /** What the maps in the table are. */
  readonly mapTitle?: string;
  /** English by default. */
  readonly language?: Language;
}

/** What stands on the first part alone. */
interface IndexFront {
  readonly tally: Tally;
  readonly parts: number;
  readonly provenance: Provenance;
}

/** Another part than the first: its rows. */
export function renderPart({ title, rows, part, mapTitle, language = 'en' }: IndexPart): string {
  const words = wordsIn(language);
  const { index } = words.many;
  const from = part * rowsAPart + 1;
  return pageShell(
    title,
    html`<header>
  <p class="eyebrow">${title}</p>
  ${heading(1, index.range(from, from + rows.length - 1))}
  <p class="byline"><a href="${partName(0)}">${words.page.allImages}</a>${part > 0 ? html` · <a href="${partName(part - 1)}">${index.before(rowsAPart)}</a>` : undefined}</p>
</header>
<main>${table(rows, mapTitle, words)}</main>`,
    words,
    language,
  );
}

/** The first part: what was decided in all, where to look first, and its rows. */
export function renderFront({ title, notice, rows, mapTitle, language = 'en' }: IndexPart, front: IndexFront): string {
  const { tally, parts, provenance } = front;
  const words = wordsIn(language);
  const { index } = words.many;
  return pageShell(
    title,
    html`<header>
  <p class="eyebrow">${title}</p>
  ${heading(1, sizedToFit(headline(tally, words)))}${notice === undefined ? undefined : html`\n  <p class="notice">${notice}</p>`}
  <p class="lede">${index.lede}</p>
  <p class="byline file">${index.model(provenance.model.file)}</p>
</header>
<main>
${shown('wrong', index.wrong, tally.firstWrong, tally.wrong, words)}
${shown('unsure', index.unsure, tally.leastSure, tally.images, words)}
${decisions(tally, words)}
${table(rows, mapTitle, words)}
${otherParts(parts, tally.images, words)}
<section class="question" id="provenance">
  ${heading(2, words.provenance.question)}
  ${provenanceAnswer(provenance, words)}
</section>
</main>`,
    words,
    language,
  );
}

function headline({ images, labelled, wrong, decisions }: Tally, { many }: Words): string {
  if (labelled === images)
    return wrong === 0 ? many.index.allRight(images) : many.index.someRight(images - wrong, images);
  return many.severalDecisions(images, 'image', decisions.size);
}

function shown(id: string, title: string, images: readonly Shown[], of: number, words: Words): Html | undefined {
  if (images.length === 0) return undefined;
  const { decision, numbers, many } = words;
  const more = of > images.length ? html`<p class="note">${many.index.shown(images.length, of)}</p>` : undefined;
  const said = (label: string, probability: number | undefined) =>
    probability === undefined
      ? decision.quoted(label)
      : `${decision.quoted(label)}${many.comma}${numbers.percent(probability)}`;
  return html`
<section class="question" id="${id}">
  ${heading(2, title)}${more}
  <div class="sheet">${images.map(
    ({ href, picture, name, label, probability }) => html`
    <figure><a href="${href}">${picture}</a><figcaption><a class="file" href="${href}">${name}</a><br>${said(label, probability)}</figcaption></figure>`,
  )}
  </div>
</section>`;
}

/** Classes that fit a page. */
const mostDecisions = 100;

function decisions({ decisions: found, labelled }: Tally, { many, numbers: { count } }: Words): Html {
  const { index } = many;
  const ordered = [...found].sort(([, a], [, b]) => b.images - a.images);
  const listed = ordered.slice(0, mostDecisions);
  const rest = ordered.length - listed.length;
  const columns = [{ label: many.columns.decision }, { label: index.imagesColumn, number: true }];
  return html`
<section class="question" id="decisions">
  ${heading(2, index.decisions)}
  ${dataTable(
    rest > 0 ? index.frequent(listed.length, rest) : index.every,
    labelled > 0 ? [...columns, { label: index.otherwise, number: true }] : columns,
    listed.map(([label, { images, wrong }]) => [label, count(images), ...(labelled > 0 ? [count(wrong)] : [])]),
  )}
</section>`;
}

function table(rows: readonly IndexRow[], mapTitle: string | undefined, words: Words): Html {
  const { columns, index } = words.many;
  const contents = html`<table style="--columns:6">
      <thead><tr><th scope="col">${columns.image}</th><th scope="col" class="method">${mapTitle ?? columns.map}</th><th scope="col">${columns.decision}</th><th scope="col">${columns.checks}</th></tr></thead>
      <tbody>${rows.map(({ row }) => row)}
      </tbody>
    </table>`;
  return html`
<section class="overview" id="overview">
  ${heading(2, index.images)}
  <p class="measure">${index.table(mapTitle)}</p>
  ${scrolling(index.images, contents, words)}
</section>`;
}

function otherParts(parts: number, images: number, { many: { index } }: Words): Html | undefined {
  if (parts < 2) return undefined;
  const part = (each: number) => {
    const from = each * rowsAPart + 1;
    return html`<li><a href="${partName(each)}">${index.part(from, Math.min(images, from + rowsAPart - 1))}</a></li>`;
  };
  return html`
<nav aria-label="${index.others}"><p class="byline">${index.others}</p><ol>${Array.from({ length: parts - 1 }, (_, i) => part(i + 1))}</ol></nav>`;
}
