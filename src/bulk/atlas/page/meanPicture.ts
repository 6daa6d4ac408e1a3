import { dataUrl } from '../../../pictures/png.ts';
import { heatmap } from '../../../pictures/rgba.ts';
import { type Html, html } from '../../../report/page/html.ts';
import type { AtlasPage } from './view.ts';

/** A small map as a picture. @param scale the value in full colour; by default its largest. */
export function meanPicture(
  values: Float64Array,
  about: string,
  { height, width }: Pick<AtlasPage, 'height' | 'width'>,
  scale = largestOf(values),
): Html {
  const { data } = heatmap({ height, width, values }, { scale });
  const rgb = Uint8Array.from({ length: 3 * height * width }, (_, i) => data[Math.floor(i / 3) * 4 + (i % 3)] ?? 0);
  return html`<img class="mean" alt="${about}" src="${dataUrl({ height, width, channels: 3, data: rgb })}">`;
}

export function largestOf(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

export function minus(one: Float64Array, other: Float64Array): Float64Array {
  return one.map((value, i) => value - (other[i] ?? 0));
}
