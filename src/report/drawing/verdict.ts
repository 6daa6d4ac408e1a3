import type { Figure, Verdict } from '../explanation/view.ts';
import { type Html, html } from '../page/html.ts';

export const verdictWords: Readonly<Record<Verdict, string>> = {
  good: 'good',
  fair: 'fair',
  poor: 'poor',
  neutral: 'for information',
};

/** Differ in shape, not only in colour: full, half, crossed and empty circle. */
const marks: Readonly<Record<Verdict, Html>> = {
  good: html`<circle cx="8" cy="8" r="6.5" fill="currentColor"/><path d="M5 8.2l2.1 2.1L11 6.2" class="cut"/>`,
  fair: html`<circle cx="8" cy="8" r="5.75" class="line"/><path d="M8 2.25a5.75 5.75 0 0 1 0 11.5z" fill="currentColor"/>`,
  poor: html`<circle cx="8" cy="8" r="6.5" fill="currentColor"/><path d="M5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8" class="cut"/>`,
  neutral: html`<circle cx="8" cy="8" r="5.75" class="line"/>`,
};

export function verdictMark(verdict: Verdict): Html {
  return html`<svg class="mark ${verdict}" viewBox="0 0 16 16" aria-hidden="true">${marks[verdict]}</svg>`;
}

/** Mark, label, value and verdict in one line. */
export function figureLine({ label, value, verdict }: Figure): Html {
  const word = verdict === 'neutral' ? undefined : html` <span class="${verdict}">(${verdictWords[verdict]})</span>`;
  return html`<p class="figure-line">${verdictMark(verdict)}<span>${label}: <strong>${value}</strong>${word}</span></p>`;
}
