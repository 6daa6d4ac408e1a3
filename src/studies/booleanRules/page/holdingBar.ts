import { share } from '../../../language/english/numbers.ts';
import { type Html, html } from '../../../report/page/html.ts';
import type { Holding } from '../holding.ts';

const width = 640;
const height = 30;
/** Below this share of the width there is no room for a figure. */
const leastLabelled = 0.07;

/** All test images as one bar: where exactly one rule holds, rightly or wrongly, where several do, and where none does. */
export function holdingBar({ oneRight, oneWrong, several, none }: Holding): Html {
  const parts = [
    { label: 'one rule holds and is right', value: oneRight, colour: 'var(--accent)', ink: 'var(--ground)' },
    { label: 'one holds and is wrong', value: oneWrong, colour: 'var(--poor)', ink: 'var(--ground)' },
    { label: 'several hold', value: several, colour: 'var(--fair)', ink: 'var(--ground)' },
    { label: 'none holds', value: none, colour: 'var(--line)', ink: 'var(--ink)' },
  ];
  const said = parts.map(({ label, value }) => `${label}: ${share(value)}`).join(', ');
  let left = 0;
  const drawn = parts.map((part) => {
    const from = left;
    left += part.value * width;
    return { ...part, from };
  });
  return html`
<figure class="measure">
<svg viewBox="0 0 ${width} ${height}" width="100%" role="img" aria-label="Of the test images: ${said}">${drawn.map(
    ({ value, from, colour, ink }) =>
      html`<rect x="${from.toFixed(1)}" y="0" width="${(value * width).toFixed(1)}" height="${height}" fill="${colour}"/>${
        value >= leastLabelled
          ? html`<text x="${(from + (value * width) / 2).toFixed(1)}" y="20" text-anchor="middle" font-size="14" fill="${ink}">${share(value)}</text>`
          : undefined
      }`,
  )}</svg>
<figcaption class="note">${parts.map(
    ({ label, value, colour }, i) =>
      html`${i > 0 ? ' · ' : ''}<svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true"><rect width="10" height="10" fill="${colour}"/></svg> ${label} ${share(value)}`,
  )}</figcaption>
</figure>`;
}
