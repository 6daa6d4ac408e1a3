import { quantity, signed } from '../../language/english/numbers.ts';
import type { Words } from '../../language/words.ts';
import type { TableFeature } from '../explanation/numbersView.ts';
import { type Html, html } from '../page/html.ts';

/** So many features are in sight; the rest unfolds. */
const inSight = 14;
/** So many are drawn where there is little room. */
const inSmall = 6;

/** The features of a row and their values. */
export function featureList(features: readonly TableFeature[], alternative: string, words: Words): Html {
  const row = ({ name, value }: TableFeature) =>
    html`<tr><th scope="row">${name}</th><td class="number">${quantity(value)}</td></tr>`;
  return folded(
    features,
    (some, isFirst) =>
      html`<table class="features">${isFirst ? caption(alternative) : undefined}<tbody>${some.map(row)}</tbody></table>`,
    words,
  );
}

/** A bar for each feature, the strongest first: to the right for the target, to the left against it. */
export function featureBars(
  features: readonly TableFeature[],
  evidence: Float32Array,
  alternative: string,
  words: Words,
): Html {
  const bars = ordered(features, evidence);
  const most = mostOf(bars);
  const row = ({ name, value, evidence: own }: Bar) =>
    html`<tr><th scope="row">${name} <span>${quantity(value)}</span></th><td class="diverging">${bar(own, most)}</td><td class="number">${signed(own)}</td></tr>`;
  return folded(
    bars,
    (some, isFirst) =>
      html`<table class="feature-bars">${isFirst ? caption(alternative) : undefined}<tbody>${some.map(row)}</tbody></table>`,
    words,
  );
}

/** The same of the strongest alone, and without figures. */
export function smallFeatureBars(features: readonly TableFeature[], evidence: Float32Array, alternative: string): Html {
  const bars = ordered(features, evidence);
  const most = mostOf(bars);
  return html`<div class="feature-bars small" role="img" aria-label="${alternative}">${bars
    .slice(0, inSmall)
    .map(
      ({ name, evidence: own }) => html`<span>${name}</span><span class="diverging">${bar(own, most)}</span>`,
    )}</div>`;
}

interface Bar extends TableFeature {
  readonly evidence: number;
}

function ordered(features: readonly TableFeature[], evidence: Float32Array): readonly Bar[] {
  const strength = ({ evidence: own }: Bar) => (Number.isFinite(own) ? Math.abs(own) : -1);
  return features
    .map((feature, i) => ({ ...feature, evidence: evidence[i] ?? Number.NaN }))
    .sort((a, b) => strength(b) - strength(a));
}

function mostOf(bars: readonly Bar[]): number {
  return Math.max(0, ...bars.map(({ evidence }) => (Number.isFinite(evidence) ? Math.abs(evidence) : 0)));
}

function bar(evidence: number, most: number): Html | undefined {
  if (!(most > 0) || !Number.isFinite(evidence) || evidence === 0) return undefined;
  const share = ((50 * Math.abs(evidence)) / most).toFixed(2);
  return evidence > 0
    ? html`<span class="speaks-for" style="left:50%;width:${share}%"></span>`
    : html`<span class="speaks-against" style="right:50%;width:${share}%"></span>`;
}

function folded<T>(all: readonly T[], table: (some: readonly T[], isFirst: boolean) => Html, { maps }: Words): Html {
  const rest = all.slice(inSight);
  return html`${table(all.slice(0, inSight), true)}${
    rest.length === 0
      ? undefined
      : html`<details><summary>${maps.more(rest.length)}</summary>${table(rest, false)}</details>`
  }`;
}

function caption(alternative: string): Html {
  return html`<caption class="aside">${alternative}</caption>`;
}
