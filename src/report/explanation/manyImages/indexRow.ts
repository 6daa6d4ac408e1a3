import type { Words } from '../../../language/words.ts';
import { readMap } from '../../drawing/mapReading.ts';
import { mapElement } from '../../drawing/picture.ts';
import { seenThumbnail } from '../../drawing/seen.ts';
import { verdictMark } from '../../drawing/verdict.ts';
import { type Html, html } from '../../page/html.ts';
import { truthMark } from '../overview.ts';
import { decidedLabel, isRight, shortSureness } from '../sentences.ts';
import type { ExplainedImage, Verdict } from '../view.ts';

/** What the index says of an image; its maps and figures are on a page of its own. */
export interface IndexRow {
  readonly name: string;
  /** Where the image's page is, relative to the index. */
  readonly href: string;
  readonly label: string;
  readonly probability?: number;
  /** Whether the decision agrees with the image's own label, where it has one. */
  readonly right?: boolean;
  /** The image small, and its row of the table: markup, since the image is dropped. */
  readonly picture: Html;
  readonly row: Html;
}

export function indexRow(image: ExplainedImage, href: string, words: Words): IndexRow {
  const { chosen, task } = image.decision;
  const label = decidedLabel(image.decision);
  const right = isRight(image);
  const picture = seenThumbnail(image, words) ?? html``;
  const [map] = image.maps;
  const row = html`
      <tr>
        <th scope="row"><a href="${href}">${picture}<span>${image.name}</span></a></th>
        <td class="method">${map === undefined ? html`<span class="note">${words.many.index.noMap}</span>` : mapElement(map, readMap(map), image, 'small', words)}</td>
        <td class="decided"><strong>${label}</strong><span class="number">${shortSureness(image.decision, words)}</span>${truthMark(image, words)}</td>
        <td class="judged">${checks(image, words)}</td>
      </tr>`;
  return {
    name: image.name,
    href,
    label,
    probability: task ? undefined : chosen.probability,
    right,
    picture,
    row,
  };
}

/** How many checks of its maps came out well. */
function checks({ maps }: ExplainedImage, words: Words): Html {
  const figures = maps.flatMap(({ figures }) => figures);
  const counts = (['good', 'fair', 'poor'] as const)
    .map((verdict: Verdict) => ({ verdict, count: figures.filter((one) => one.verdict === verdict).length }))
    .filter(({ count }) => count > 0);
  if (counts.length === 0) return html`<span class="note">${words.many.index.notChecked}</span>`;
  return html`${counts.map(({ verdict, count }) => html`<span class="truth ${verdict}">${verdictMark(verdict)}${count} ${words.checks.verdicts[verdict]}</span>`)}`;
}
