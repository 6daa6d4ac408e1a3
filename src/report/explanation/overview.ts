import { readMap } from '../drawing/mapReading.ts';
import { mapElement } from '../drawing/picture.ts';
import { seenThumbnail } from '../drawing/seen.ts';
import { verdictMark } from '../drawing/verdict.ts';
import { type Html, heading, html } from '../page/html.ts';
import { imageAnchor } from './imagePart.ts';
import type { AttributionMap, ExplainedImage } from './view.ts';
import { decidedLabel, isRight, quoted, shortSureness } from './words.ts';

/** Columns of maps that fit a page. */
const mostAcross = 9;

/** All images at a glance: one row an image, one column a method. */
export function overview(images: readonly ExplainedImage[]): Html {
  const columns = columnsOf(images);
  return html`
<section class="overview" id="overview">
  ${heading(2, 'At a glance')}
  <p class="measure">One row ${rowOf(images)}. Red spoke for what was explained (as a rule the decided class, or that class rather than the one that came second), blue against; each map has its own scale. Follow ${images.every(({ numbers }) => !numbers) ? 'an image’s' : 'a'} name to its own part.${columns.length > mostAcross ? ` There are ${columns.length} maps of each: scroll the table sideways for the rest.` : ''}</p>
  <div class="scroll" tabindex="0" role="region" aria-label="All images and maps">
    <table style="--columns:${columns.length}">
      <thead><tr><th scope="col">Image</th><th scope="col">Decision</th>${columns.map(({ heading }) => html`<th scope="col" class="method">${heading}</th>`)}</tr></thead>
      <tbody>${images.map((image) => row(image, columns))}
      </tbody>
    </table>
  </div>
</section>`;
}

/** What has a row: `an image`, `a box`, or whatever it is. */
function rowOf(images: readonly ExplainedImage[]): string {
  if (images.every(({ boxes }) => boxes)) return 'a box';
  return images.every(({ numbers }) => !numbers) ? 'an image' : 'each';
}

interface Column {
  readonly heading: string;
  readonly find: (image: ExplainedImage) => AttributionMap | undefined;
}

/** A method that explained an image twice (say the class, then against the runner-up) gets two columns. */
function columnsOf(images: readonly ExplainedImage[]): readonly Column[] {
  const methods = [...new Set(images.flatMap(({ maps }) => maps.map(({ method }) => method)))];
  return methods.flatMap((method) => {
    const own = images.map(({ maps }) => maps.filter((map) => map.method === method));
    const most = Math.max(...own.map(({ length }) => length));
    const title = own.flat()[0]?.title ?? method;
    return Array.from({ length: most }, (_, turn) => ({
      heading: turn === 0 ? title : `${title}, ${secondTarget(own, turn)}`,
      find: ({ maps }: ExplainedImage) => maps.filter((map) => map.method === method)[turn],
    }));
  });
}

function secondTarget(own: readonly (readonly AttributionMap[])[], turn: number): string {
  const rivals = own.every((maps) => maps[turn]?.rival !== undefined);
  return rivals ? 'rather than the second' : `target ${turn + 1}`;
}

function row(image: ExplainedImage, columns: readonly Column[]): Html {
  const sure = shortSureness(image.decision);
  return html`
      <tr>
        <th scope="row"><a href="#${imageAnchor(image)}">${seenThumbnail(image)}<span>${image.name}</span></a></th>
        <td class="decided"><strong>${decidedLabel(image.decision)}</strong><span class="number">${image.decision.tie ? `${sure}, a tie` : sure}</span>${truthMark(image)}</td>
        ${columns.map((column) => html`<td class="method">${cell(column.find(image), image)}</td>`)}
      </tr>`;
}

function truthMark(image: ExplainedImage): Html | undefined {
  const right = isRight(image);
  if (right === undefined) return undefined;
  return right
    ? html`<span class="truth good">${verdictMark('good')}right</span>`
    : html`<span class="truth poor">${verdictMark('poor')}is ${quoted(image.truth ?? '')}</span>`;
}

function cell(map: AttributionMap | undefined, image: ExplainedImage): Html {
  if (map === undefined) return html`<span class="note">not computed</span>`;
  return mapElement(map, readMap(map), image, 'small');
}
