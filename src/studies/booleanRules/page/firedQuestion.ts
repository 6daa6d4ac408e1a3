import type { Words } from '../../../language/words.ts';
import { verdictMark } from '../../../report/drawing/verdict.ts';
import type { ImageQuestion } from '../../../report/explanation/question.ts';
import type { Decision, ExplainedImage } from '../../../report/explanation/view.ts';
import { type HeadingLevel, type Html, heading, html } from '../../../report/page/html.ts';
import type { FiredRuleView } from './firedView.ts';
import { ruleDrawing } from './ruleDrawing.ts';

/** An image with what the model's rules say of it, where rules were given. */
export type FiredImage = ExplainedImage & { readonly fired?: FiredRuleView };

export const firedQuestion: ImageQuestion<FiredImage> = {
  id: 'fired-rule',
  question: ({ studies }) => studies.fired.question,
  gist: ({ studies }) => studies.fired.gist,
  isAnswered: ({ fired }) => fired !== undefined,
  answer: (image, level, words) => (image.fired ? answer(image, image.fired, level, words) : html``),
};

function answer({ decision }: ExplainedImage, view: FiredRuleView, level: HeadingLevel, words: Words): Html {
  const { drawn, label, product, second, fired, agrees, usually } = view;
  const text = words.studies.fired;
  const next = second && { label: second.label, product: productText(second.product) };
  const said = [text.held({ ...view, conditions: drawn.length }), text.product(productText(product), next)];
  return html`
<p class="measure">${said.join(words.page.space)}</p>
${ruleDrawing(drawn, label, words)}
<p class="figure-line">${verdictMark(fired ? (agrees ? 'good' : 'poor') : 'neutral')}<span>${text.agreement(fired, agrees, decision.chosen.label)}</span></p>
${usually && html`<p class="note">${text.usually(usually.oneRight, usually.none, usually.images)}</p>`}
${sufficientPart(decision, view, level, words)}`;
}

function sufficientPart(
  { chosen }: Decision,
  { sufficient }: FiredRuleView,
  level: HeadingLevel,
  { studies: { fired: text } }: Words,
): Html | undefined {
  if (!sufficient) return undefined;
  const { names, guarantee, total } = sufficient;
  return html`
${heading(level, text.enough)}
<p class="measure">${text.sufficient(names, total, chosen.label, guarantee === 'smallest')}</p>`;
}

/** A product can be very small and still the largest. */
function productText(value: number): string {
  return value >= 0.001 ? value.toFixed(3) : value.toExponential(1);
}
