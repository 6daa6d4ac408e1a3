import { quoted } from '../../../language/english/decision.ts';
import { verdictMark } from '../../../report/drawing/verdict.ts';
import type { ImageQuestion } from '../../../report/explanation/question.ts';
import type { ExplainedImage } from '../../../report/explanation/view.ts';
import { type HeadingLevel, type Html, heading, html } from '../../../report/page/html.ts';
import { counted, inWords, listed } from '../../../report/page/number.ts';
import type { FiredRuleView } from './firedView.ts';
import { ruleDrawing } from './ruleDrawing.ts';

/** An image with what the model's rules say of it, where rules were given. */
export type FiredImage = ExplainedImage & { readonly fired?: FiredRuleView };

export const firedQuestion: ImageQuestion<FiredImage> = {
  id: 'fired-rule',
  question: ({ studies }) => studies.fired.question,
  gist: ({ studies }) => studies.fired.gist,
  isAnswered: ({ fired }) => fired !== undefined,
  answer: (image, level) => (image.fired ? answer(image, image.fired, level) : html``),
};

function answer(image: ExplainedImage, fired: FiredRuleView, level: HeadingLevel): Html {
  const { drawn, label, product, second } = fired;
  return html`
<p class="measure">${heldWords(fired)} Its product is ${share(product)}${second ? `; next comes ${quoted(second.label)} with ${share(second.product)}` : ''}.</p>
${ruleDrawing(drawn, label)}
<p class="figure-line">${verdictMark(fired.fired ? (fired.agrees ? 'good' : 'poor') : 'neutral')}<span>${agreementWords(image, fired)}</span></p>
${sufficientPart(image, fired, level)}`;
}

function heldWords({ drawn, label, fired, met, alsoFired }: FiredRuleView): string {
  if (drawn.length === 0) return `The rule of ${quoted(label)} has no conditions.`;
  const under = 'Under each picture stands how far, from 0 to 1.';
  if (fired) return `The rule of ${quoted(label)} fired: all ${inWords(met)} conditions hold. ${under}`;
  const others =
    alsoFired.length === 0
      ? 'No rule fired'
      : `The rule of ${listed(alsoFired.map(quoted))} holds, but is not the nearest`;
  return `${others}: the nearest is that of ${quoted(label)}, of whose ${inWords(drawn.length)} conditions ${inWords(met)} hold. ${under}`;
}

function agreementWords({ decision }: ExplainedImage, { fired, agrees }: FiredRuleView): string {
  const network = agrees
    ? 'The network decides the same'
    : `The network decides otherwise: ${quoted(decision.chosen.label)}`;
  if (!fired) return `${network}. As no rule of it holds, that ${agrees ? 'is no reason for it' : 'says little'}.`;
  return agrees ? `${network}.` : `${network}. Here the rules do not speak for it.`;
}

function sufficientPart(
  { decision }: ExplainedImage,
  { sufficient }: FiredRuleView,
  level: HeadingLevel,
): Html | undefined {
  if (!sufficient) return undefined;
  const { names, guarantee, total } = sufficient;
  const proof =
    guarantee === 'smallest'
      ? 'No smaller set of features does that; this is proved.'
      : 'None of them can be left out; another set might be smaller.';
  return html`
${heading(level, 'What is enough for this decision')}
<p class="measure">With ${names.length === 0 ? 'no feature at all' : listed(names)} at ${names.length === 1 ? 'its value' : 'their values'} (${counted(names.length, 'feature', 'features')} of ${total}), the network’s dense layer says ${quoted(decision.chosen.label)} whatever the others are between 0 and 1. ${proof}</p>`;
}

/** A product can be very small and still the largest. */
function share(value: number): string {
  return value >= 0.001 ? value.toFixed(3) : value.toExponential(1);
}
