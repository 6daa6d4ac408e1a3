import type { Words } from '../../language/words.ts';
import { verdictMark } from '../drawing/verdict.ts';
import { asWritten } from '../page/asWritten.ts';
import { type Content, type Html, heading, html, sizedToFit } from '../page/html.ts';
import { withFlags } from '../page/withFlags.ts';
import { decidedLabel, decidedWords, decisionNotes, isRight, nearly, secondOf, thingOf } from './sentences.ts';
import type { ExplainedImage, ReportView } from './view.ts';

/** The page's first words: what was decided, in one sentence. */
export function header({ title, notice, cautions = [], explained }: ReportView, words: Words): Html {
  const lede = standfirst(explained, words);
  return html`
<header>
  <p class="eyebrow">${title}</p>
  ${heading(1, sizedToFit(headline(explained, words)))}${
    notice === undefined
      ? undefined
      : html`
  <p class="notice">${notice}</p>`
  }${
    lede === ''
      ? undefined
      : html`
  <p class="lede">${lede}</p>`
  }
  ${cautions.map((caution) => html`<p class="figure-line caution">${verdictMark('fair')}<span>${said(caution, words)}</span></p>`)}
</header>`;
}

/** What may have been made in English is marked so, and its flags are kept whole. */
function said(caution: string, words: Words): Content {
  const text = asWritten(caution, words);
  return typeof text === 'string' ? withFlags(text) : text;
}

function headline(images: readonly ExplainedImage[], words: Words): string {
  const { many } = words;
  const [only] = images;
  if (only === undefined) return words.page.nothing;
  if (images.length === 1) return `${decidedWords(only.decision, words)}${words.page.fullStop}`;
  const judged = images.map(isRight).filter((right) => right !== undefined);
  if (judged.length < images.length) {
    const labels = [...new Set(images.map(({ decision }) => decidedLabel(decision)))];
    const thing = thingOf(images);
    return labels.length < 4
      ? many.decidedAs(images.length, thing, labels)
      : many.severalDecisions(images.length, thing, labels.length);
  }
  const wrong = judged.filter((right) => !right).length;
  return wrong === 0 ? many.allRight(images.length) : many.someRight(images.length - wrong, images.length);
}

/** So many mistakes are named. */
const mostNamed = 5;

function standfirst(images: readonly ExplainedImage[], words: Words): string {
  const [only] = images;
  if (only === undefined) return '';
  if (images.length === 1) return aboutOne(only, words);
  const wrong = images.flatMap((image) =>
    isRight(image) === false && image.truth !== undefined
      ? [{ name: image.name, truth: image.truth, decided: image.decision.chosen.label }]
      : [],
  );
  const sentences = [
    ...(wrong.length === 0 || wrong.length > mostNamed ? [] : [words.many.mistakes(wrong)]),
    ...leastSure(images, words),
    ...undecided(images, words),
    words.many.each,
  ];
  return sentences.join(words.page.space);
}

function aboutOne(image: ExplainedImage, words: Words): string {
  const { decision, numbers } = words;
  const second = secondOf(image.decision);
  const measure = second?.probability === undefined ? undefined : numbers.percent(nearly(second.probability));
  return [
    ...(image.truth === undefined ? [] : [decision.labelled(image.truth, isRight(image))]),
    ...(second === undefined ? [] : [decision.second(second.label, measure)]),
    ...decisionNotes(image.decision, words),
    ...(image.truth === undefined && !image.decision.task ? [decision.unlabelled] : []),
  ].join(words.page.space);
}

/** Of how many images what was decided, or what is explained, is not what it seems. */
function undecided(images: readonly ExplainedImage[], { many }: Words): string[] {
  const ties = images.filter(({ decision }) => decision.tie).length;
  const flat = images.filter(({ decision }) => decision.saturated).length;
  return [...(ties === 0 ? [] : [many.ties(ties)]), ...(flat === 0 ? [] : [many.flat(flat)])];
}

function leastSure(images: readonly ExplainedImage[], { many }: Words): string[] {
  const probability = ({ decision }: ExplainedImage) =>
    (decision.task ? undefined : decision.chosen.probability) ?? Number.POSITIVE_INFINITY;
  const least = images.reduce((least, image) => (probability(image) < probability(least) ? image : least));
  return Number.isFinite(probability(least)) ? [many.leastSure(least.name, probability(least))] : [];
}
