import type { Verdict } from '../explanation/view.ts';
import { type Html, html } from './html.ts';

/** Differ in shape, not only in colour: full, half, crossed and empty circle. */
const marks: Readonly<Record<Verdict, Html>> = {
  good: html`<circle cx="8" cy="8" r="6.5" fill="currentColor"/><path d="M5 8.2l2.1 2.1L11 6.2" class="cut"/>`,
  fair: html`<circle cx="8" cy="8" r="5.75" class="line"/><path d="M8 2.25a5.75 5.75 0 0 1 0 11.5z" fill="currentColor"/>`,
  poor: html`<circle cx="8" cy="8" r="6.5" fill="currentColor"/><path d="M5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8" class="cut"/>`,
  neutral: html`<circle cx="8" cy="8" r="5.75" class="line"/>`,
};

/** For what is hidden: pale violet with darker lines, told apart from both ends of the maps' colours and from the image. */
const hatching = html`<pattern id="hatching" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="#e4e0ee"/><rect width="2" height="6" fill="#8d83ac"/></pattern>`;

/** What drawings all over a page refer to; it shows nothing itself. */
export const symbols = html`<svg class="aside" aria-hidden="true" width="0" height="0"><defs>${hatching}</defs>${Object.entries(marks).map(([verdict, mark]) => html`<symbol id="mark-${verdict}" viewBox="0 0 16 16">${mark}</symbol>`)}</svg>`;
