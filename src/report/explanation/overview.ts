import type { Words } from '../../language/words.ts';
import { imageAnchor } from '../drawing/anchor.ts';
import { readMap } from '../drawing/mapReading.ts';
import { mapElement } from '../drawing/picture.ts';
import { seenThumbnail } from '../drawing/seen.ts';
import { verdictMark } from '../drawing/verdict.ts';
import { type Html, heading, html } from '../page/html.ts';
import { scrolling } from '../page/scrolling.ts';
import { decidedLabel, isRight, shortSureness, thingOf } from './sentences.ts';
import type { AttributionMap, ExplainedImage } from './view.ts';

/** Columns of maps that fit a page. */
const mostAcross = 9;

/** All images at a glance: one row an image, one column a method. */
export function overview(images: readonly ExplainedImage[], words: Words): Html {
  const { many } = words;
  const columns = columnsOf(images, words);
  const table = html`<table style="--columns:${columns.length}">
      <thead><tr><th scope="col">${many.columns.image}</th><th scope="col">${many.columns.decision}</th>${columns.map(({ heading }) => html`<th scope="col" class="method">${heading}</th>`)}</tr></thead>
      <tbody>${images.map((image) => row(image, columns, words))}
      </tbody>
    </table>`;
  return html`
<section class="overview" id="overview">
  ${heading(2, many.glance)}
  <p class="measure">${many.overview(thingOf(images), columns.length, mostAcross)}</p>
  ${scrolling(many.overviewLabel, table, words)}
</section>`;
}

interface Column {
  readonly heading: string;
  readonly find: (image: ExplainedImage) => AttributionMap | undefined;
}

/** A method that explained an image twice (say the class, then against the runner-up) gets two columns. */
function columnsOf(images: readonly ExplainedImage[], { many }: Words): readonly Column[] {
  const methods = [...new Set(images.flatMap(({ maps }) => maps.map(({ method }) => method)))];
  return methods.flatMap((method) => {
    const own = images.map(({ maps }) => maps.filter((map) => map.method === method));
    const most = Math.max(...own.map(({ length }) => length));
    const title = own.flat()[0]?.title ?? method;
    return Array.from({ length: most }, (_, turn) => ({
      heading: turn === 0 ? title : `${title}${many.comma}${secondTarget(own, turn, many)}`,
      find: ({ maps }: ExplainedImage) => maps.filter((map) => map.method === method)[turn],
    }));
  });
}

function secondTarget(own: readonly (readonly AttributionMap[])[], turn: number, many: Words['many']): string {
  const rivals = own.every((maps) => maps[turn]?.rival !== undefined);
  return rivals ? many.ratherThanSecond : many.targetNumber(turn + 1);
}

function row(image: ExplainedImage, columns: readonly Column[], words: Words): Html {
  const sure = shortSureness(image.decision, words);
  return html`
      <tr>
        <th scope="row"><a href="#${imageAnchor(image)}">${seenThumbnail(image, words)}<span>${image.name}</span></a></th>
        <td class="decided"><strong>${decidedLabel(image.decision)}</strong><span class="number">${image.decision.tie ? words.many.aTie(sure) : sure}</span>${truthMark(image, words)}</td>
        ${columns.map((column) => html`<td class="method">${cell(column.find(image), image, words)}</td>`)}
      </tr>`;
}

/** Whether it is right, where the image came with a label. */
export function truthMark(image: ExplainedImage, { decision }: Words): Html | undefined {
  const right = isRight(image);
  if (right === undefined) return undefined;
  return right
    ? html`<span class="truth good">${verdictMark('good')}${decision.right}</span>`
    : html`<span class="truth poor">${verdictMark('poor')}${decision.isReally(image.truth ?? '')}</span>`;
}

function cell(map: AttributionMap | undefined, image: ExplainedImage, words: Words): Html {
  if (map === undefined) return html`<span class="note">${words.many.notComputed}</span>`;
  return mapElement(map, readMap(map), image, 'small', words);
}
