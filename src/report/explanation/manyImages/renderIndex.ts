import { dataTable } from '../../drawing/dataTable.ts';
import { type Html, heading, html, sizedToFit } from '../../page/html.ts';
import { count, counted, percent, sentence } from '../../page/number.ts';
import { pageShell } from '../../page/page.ts';
import { provenanceAnswer, provenanceQuestion } from '../../page/provenance.ts';
import type { Provenance } from '../view.ts';
import { quoted } from '../words.ts';
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
}

/** What stands on the first part alone. */
interface IndexFront {
  readonly tally: Tally;
  readonly parts: number;
  readonly provenance: Provenance;
}

/** Another part than the first: its rows. */
export function renderPart({ title, rows, part, mapTitle }: IndexPart): string {
  const from = part * rowsAPart + 1;
  return pageShell(
    title,
    html`<header>
  <p class="eyebrow">${title}</p>
  ${heading(1, `Images ${count(from)} to ${count(from + rows.length - 1)}.`)}
  <p class="byline"><a href="${partName(0)}">All images</a>${part > 0 ? html` · <a href="${partName(part - 1)}">The ${count(rowsAPart)} before</a>` : undefined}</p>
</header>
<main>${table(rows, mapTitle)}</main>`,
  );
}

/** The first part: what was decided in all, where to look first, and its rows. */
export function renderFront({ title, notice, rows, mapTitle }: IndexPart, front: IndexFront): string {
  const { tally, parts, provenance } = front;
  return pageShell(
    title,
    html`<header>
  <p class="eyebrow">${title}</p>
  ${heading(1, sizedToFit(headline(tally)))}${notice === undefined ? undefined : html`\n  <p class="notice">${notice}</p>`}
  <p class="lede">Each image has a page of its own, which shows what its decision rests on and how far each picture of it can be believed. Follow an image’s name to it.</p>
  <p class="byline">Model <span class="file">${provenance.model.file}</span>.</p>
</header>
<main>
${shown('wrong', 'Decided otherwise than labelled', tally.firstWrong, tally.wrong)}
${shown('unsure', 'Least sure', tally.leastSure, tally.images)}
${decisions(tally)}
${table(rows, mapTitle)}
${otherParts(parts, tally.images)}
<section class="question" id="provenance">
  ${heading(2, provenanceQuestion)}
  ${provenanceAnswer(provenance)}
</section>
</main>`,
  );
}

function headline({ images, labelled, wrong, decisions }: Tally): string {
  if (labelled === images && wrong === 0) return `The model decided all ${count(images)} images as labelled.`;
  if (labelled === images) return `The model decided ${count(images - wrong)} of ${count(images)} images as labelled.`;
  return `${sentence(counted(images, 'image', 'images'))}, ${counted(decisions.size, 'decision', 'different decisions')}.`;
}

function shown(id: string, title: string, images: readonly Shown[], of: number): Html | undefined {
  if (images.length === 0) return undefined;
  const more = of > images.length ? html`<p class="note">${count(images.length)} of ${count(of)}.</p>` : undefined;
  return html`
<section class="question" id="${id}">
  ${heading(2, title)}${more}
  <div class="sheet">${images.map(
    ({ href, picture, name, label, probability }) => html`
    <figure><a href="${href}">${picture}</a><figcaption><a class="file" href="${href}">${name}</a><br>${quoted(label)}${probability === undefined ? '' : `, ${percent(probability)}`}</figcaption></figure>`,
  )}
  </div>
</section>`;
}

/** Classes that fit a page. */
const mostDecisions = 100;

function decisions({ decisions: found, labelled }: Tally): Html {
  const ordered = [...found].sort(([, a], [, b]) => b.images - a.images);
  const listed = ordered.slice(0, mostDecisions);
  const rest = ordered.length - listed.length;
  const columns = [{ label: 'Decision' }, { label: 'Images', number: true }];
  return html`
<section class="question" id="decisions">
  ${heading(2, 'What was decided')}
  ${dataTable(
    rest > 0
      ? `The ${count(listed.length)} most frequent decisions; ${count(rest)} more are rarer.`
      : 'Every decision, the most frequent first.',
    labelled > 0 ? [...columns, { label: 'Labelled otherwise', number: true }] : columns,
    listed.map(([label, { images, wrong }]) => [label, count(images), ...(labelled > 0 ? [count(wrong)] : [])]),
  )}
</section>`;
}

function table(rows: readonly IndexRow[], mapTitle: string | undefined): Html {
  return html`
<section class="overview" id="overview">
  ${heading(2, 'The images')}
  <p class="measure">One row an image${mapTitle === undefined ? '' : `, with its first map (${mapTitle}): red spoke for what was explained, blue against; each map has its own scale`}. The checks say how many figures about its maps came out well.</p>
  <div class="scroll" tabindex="0" role="region" aria-label="The images">
    <table style="--columns:6">
      <thead><tr><th scope="col">Image</th><th scope="col" class="method">${mapTitle ?? 'Map'}</th><th scope="col">Decision</th><th scope="col">Checks</th></tr></thead>
      <tbody>${rows.map(({ row }) => row)}
      </tbody>
    </table>
  </div>
</section>`;
}

function otherParts(parts: number, images: number): Html | undefined {
  if (parts < 2) return undefined;
  const part = (each: number) => {
    const from = each * rowsAPart + 1;
    const to = Math.min(images, from + rowsAPart - 1);
    return html`<li><a href="${partName(each)}">${count(from)} to ${count(to)}</a></li>`;
  };
  return html`
<nav aria-label="More images"><p class="byline">More images:</p><ol>${Array.from({ length: parts - 1 }, (_, i) => part(i + 1))}</ol></nav>`;
}
