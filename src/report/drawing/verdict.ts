import { type Lamp, lampOf } from '../../faithfulness/lamp.ts';
import type { Words } from '../../language/words.ts';
import type { AttributionMap, Figure, Verdict } from '../explanation/view.ts';
import { type Html, html } from '../page/html.ts';

export function verdictMark(verdict: Verdict): Html {
  return html`<svg class="mark ${verdict}" viewBox="0 0 16 16" aria-hidden="true"><use href="#mark-${verdict}"/></svg>`;
}

/** Mark, label, value and verdict in one line. */
export function figureLine({ label, value, verdict }: Figure, { checks }: Words): Html {
  const word = verdict === 'neutral' ? undefined : html` <span class="${verdict}">(${checks.verdicts[verdict]})</span>`;
  return html`<p class="figure-line">${verdictMark(verdict)}<span>${label}: <strong>${value}</strong>${word}</span></p>`;
}

/** All lamps, the best first; what was not checked is not vouched for, and stands before what failed. */
export const lamps: readonly Lamp[] = ['good', 'fair', 'neutral', 'unchecked', 'poor'];

/** How far a map can be believed, by all that was measured of it. */
export function lampFor({ figures, unchecked }: Pick<AttributionMap, 'figures' | 'unchecked'>): Lamp {
  return unchecked === undefined ? lampOf(figures) : 'unchecked';
}

/** A lamp with its word. */
export function lampElement(lamp: Lamp, { checks }: Words): Html {
  const mark = lamp === 'unchecked' ? 'neutral' : lamp;
  return html`<span class="light ${mark}">${verdictMark(mark)}<strong>${checks.lights[lamp]}</strong></span>`;
}
