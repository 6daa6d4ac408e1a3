import type { Picture } from '../../pictures/picture.ts';
import type { BoxesView, BoxView } from '../explanation/view.ts';
import { type Html, html } from '../page/html.ts';

/** More labels than this would cover the picture: then only the explained box has one. */
const mostLabels = 8;
/** A line of text is this share of the picture's longer side. */
const textShare = 1 / 24;

/**
 * A drawn picture or map with the boxes found over it, the explained one in a bolder line.
 * @param shown whether all boxes are drawn, with labels, or the explained one alone.
 */
export function boxed(drawn: Html, boxes: BoxesView, { width, height }: Picture, shown: 'all' | 'explained'): Html {
  const { all, explained } = boxes;
  const own = all[explained];
  const others = shown === 'all' ? all.filter((box) => box !== own) : [];
  const size = Math.max(width, height) * textShare;
  const labelled = shown === 'explained' ? [] : all.length <= mostLabels ? all : own ? [own] : [];
  return html`<div class="boxed">${drawn}<svg viewBox="0 0 ${width} ${height}" aria-hidden="true">${others.map((box) => rectangle(box, 'other'))}${own ? rectangle(own, 'own') : undefined}${labelled.map((box) => label(box, size, { width, height }))}</svg></div>`;
}

/** Twice, so that it is seen on bright and on dark ground. */
function rectangle({ left, top, right, bottom }: BoxView, kind: 'own' | 'other'): Html {
  const place = html`x="${left.toFixed(1)}" y="${top.toFixed(1)}" width="${(right - left).toFixed(1)}" height="${(bottom - top).toFixed(1)}"`;
  return html`<rect class="ground ${kind}" ${place}/><rect class="line ${kind}" ${place}/>`;
}

/** Above the box where there is room, else inside of it; never beyond the picture's right edge. */
function label(box: BoxView, size: number, { width }: { readonly width: number; readonly height: number }): Html {
  const words = box.label;
  const y = box.top > 1.3 * size ? box.top - 0.35 * size : Math.max(0, box.top) + size;
  const x = Math.max(0, Math.min(box.left, width - 0.56 * size * words.length));
  return html`<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" font-size="${size.toFixed(1)}">${words}</text>`;
}
