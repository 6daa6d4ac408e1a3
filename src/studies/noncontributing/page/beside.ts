import { mean } from '../../../faithfulness/mean.ts';
import { percent } from '../../../language/english/numbers.ts';
import { wordsIn } from '../../../language/words.ts';
import { readMap } from '../../../report/drawing/mapReading.ts';
import { mapElement, pictureElement } from '../../../report/drawing/picture.ts';
import { pictureAlternative } from '../../../report/explanation/sentences.ts';
import type { ExplainedImage } from '../../../report/explanation/view.ts';
import { type Html, html } from '../../../report/page/html.ts';
import { amplitudeElement, amplitudeLegend, topAmplitude } from './amplitudeColours.ts';
import { type BesideRow, decisionWords, type ShownMap } from './besideView.ts';

const words = wordsIn('en');

/** Input, other methods' maps, and maps of non-contributing pixels side by side: one row an image, as in the paper. */
export function besideSheet(rows: readonly BesideRow[]): Html {
  const methods = [
    ...new Map(rows.flatMap(({ image }) => image.maps.map(({ method, title }) => [method, title] as const))),
  ];
  const shown = rows[0]?.shown.map(({ title }) => title) ?? [];
  const top = topAmplitude(rows.flatMap((row) => row.shown.flatMap(({ map }) => map ?? [])));
  const headings = ['Image', ...methods.map(([, title]) => title), ...shown];
  return html`
<div class="scroll" tabindex="0" role="region" aria-label="Images and maps side by side"><table class="beside" style="--columns:${headings.length}">
  <thead><tr>${headings.map((heading) => html`<th scope="col">${heading}</th>`)}</tr></thead>
  <tbody>${rows.map((row) =>
    sheetRow(
      row,
      methods.map(([method]) => method),
      top,
    ),
  )}
  </tbody>
</table></div>
<div class="beside-legend">${amplitudeLegend(top, words)}</div>`;
}

function sheetRow({ image, shown }: BesideRow, methods: readonly string[], top: number): Html {
  return html`
    <tr>
      <th scope="row">${pictureElement(image.picture, pictureAlternative(image, words))}<span>${image.name}: ${decisionWords(image)}</span></th>
      ${methods.map((method) => html`<td>${methodMap(image, method)}</td>`)}
      ${shown.map((map) => html`<td>${shownMap(image, map, top)}</td>`)}
    </tr>`;
}

function shownMap({ picture }: ExplainedImage, { title, map, holds }: ShownMap, top: number): Html {
  if (!map) return html`<span>none</span>`;
  return html`${amplitudeElement(map, picture, title, top, words)}<span>mean ${percent(mean(map.values))}</span>${holds === undefined ? html`` : html`<span>${holds}</span>`}`;
}

function methodMap(image: ExplainedImage, method: string): Html {
  const map = image.maps.find((other) => other.method === method);
  return map ? mapElement(map, readMap(map), image, 'full', words) : html`<span>not possible</span>`;
}
