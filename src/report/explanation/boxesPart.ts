import { boxLabel } from '../drawing/boxes.ts';
import { type Html, html } from '../page/html.ts';
import { counted, listed, percent } from '../page/number.ts';
import type { BoxesView, BoxView } from './view.ts';
import { quoted } from './words.ts';

/** So many boxes are named in a sentence, and listed in the table. */
const mostNamed = 5;
const mostListed = 20;

/** `5 boxes: face 99%, ...`, and which is explained here. */
export function boxesInWords({ all }: Pick<BoxesView, 'all'>): string {
  const kept = all.filter(({ isKept }) => isKept);
  if (kept.length === 0) return 'No boxes.';
  const more = kept.length - mostNamed;
  const named = [...kept.slice(0, mostNamed).map(boxLabel), ...(more > 0 ? [`${more} more`] : [])];
  return `${counted(kept.length, 'box', 'boxes')}: ${listed(named)}.`;
}

export function boxWords(boxes: BoxesView): Html {
  const { all, explained, places, note } = boxes;
  const own = all[explained];
  const said =
    own &&
    html`<p>Explained here: ${quoted(own.label)}, ${percent(own.probability)}, at ${placeWords(own)} (left, top, right, bottom in the picture’s own pixels), which ${places === 1 ? 'one place of the detector proposes' : `${places} places of the detector propose`}. What follows is about the class scores there.</p>`;
  return html`
    <p>${boxesInWords(boxes)}</p>
    ${said}
    ${note === undefined ? undefined : html`<p>${note}</p>`}`;
}

function placeWords({ sides }: BoxView): string {
  return sides.join(', ');
}

export function boxTable({ all, explained }: BoxesView): Html {
  const rows = all.slice(0, mostListed).map(
    (box, i) => html`
    <tr${i === explained ? html` class="chosen"` : undefined}>
      <th scope="row">${box.label}</th>
      <td class="number">${percent(box.probability)}</td>
      <td class="number">${placeWords(box)}</td>
    </tr>`,
  );
  const caption =
    all.length > mostListed ? `The ${mostListed} strongest of ${all.length} boxes` : 'The boxes found, strongest first';
  return html`
<table class="ranking">
  <caption>${caption}</caption>
  <thead><tr><th scope="col">Class</th><th scope="col" class="number">Probability</th><th scope="col" class="number">Left, top, right, bottom</th></tr></thead>
  <tbody>${rows}
  </tbody>
</table>`;
}
