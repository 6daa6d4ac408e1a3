import { lampOf } from '../../faithfulness/lamp.ts';
import type { Light } from '../../language/english/checks.ts';
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

/** All lights, the best first; what was not checked is not vouched for, and stands before what failed. */
export const lights: readonly Light[] = ['believe', 'careful', 'notJudged', 'unchecked', 'doNot'];

const ofVerdict: Readonly<Record<Verdict, Light>> = {
  good: 'believe',
  fair: 'careful',
  poor: 'doNot',
  neutral: 'notJudged',
};

/** How far a map can be believed, by all that was measured of it. */
export function lightOf({ figures, unchecked }: Pick<AttributionMap, 'figures' | 'unchecked'>): Light {
  return unchecked === undefined ? ofVerdict[lampOf(figures)] : 'unchecked';
}

const colourOf: Readonly<Record<Light, Verdict>> = {
  believe: 'good',
  careful: 'fair',
  doNot: 'poor',
  notJudged: 'neutral',
  unchecked: 'neutral',
};

/** A light with its word. */
export function lightElement(light: Light, { checks }: Words): Html {
  const colour = colourOf[light];
  return html`<span class="light ${colour}">${verdictMark(colour)}<strong>${checks.lights[light]}</strong></span>`;
}
