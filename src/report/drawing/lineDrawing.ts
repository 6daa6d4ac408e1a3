import type { Words } from '../../language/words.ts';
import type { Line } from '../explanation/view.ts';
import { type Html, html } from '../page/html.ts';

const width = 96;
const height = 40;

/** Lines in the unit square, the map's own drawn strong, what it is compared with thin and dashed. */
export function lineDrawing(lines: readonly Line[], { checks }: Words): Html {
  const label = checks.curves.drawn(lines.map((line) => line.label));
  const ordered = lines.toSorted((a, b) => Number(a.kind === 'own') - Number(b.kind === 'own'));
  return html`<svg class="lines" viewBox="-1 -1 ${width + 2} ${height + 2}" role="img" aria-label="${label}"><path class="frame" d="M0 0V${height}H${width}"/>${ordered.map(
    ({ kind, points }) => html`<polyline class="${kind}" points="${coordinates(points)}"/>`,
  )}</svg>`;
}

function coordinates(points: Line['points']): string {
  const place = ({ x, y }: Line['points'][number]) => `${round(x * width)},${round((1 - y) * height)}`;
  // Every second point: on 96 pixels more are not seen.
  return points
    .filter((_, i) => i % 2 === 0 || i === points.length - 1)
    .map(place)
    .join(' ');
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}
