import { type HeadingLevel, type Html, heading, html } from '../page/html.ts';
import type { NumberedQuestion } from './question.ts';
import type { ExplainedImage } from './view.ts';
import { decidedLabel, quoted, sureness } from './words.ts';

/** Different ids give different anchors: what an anchor cannot hold is spelt as its character code. */
export function imageAnchor({ id }: ExplainedImage): string {
  return `image-${id.replace(/[^A-Za-z0-9-]/g, (character) => `_${character.charCodeAt(0).toString(16)}_`)}`;
}

/** One image among several: its own heading, then its answers below it. */
export function imagePart<Image extends ExplainedImage>(
  image: Image,
  questions: readonly NumberedQuestion<Image>[],
): Html {
  return html`
<article class="image-part" id="${imageAnchor(image)}">
  <div class="part-title">
    ${heading(2, html`<span class="file">${image.name}</span> ${image.decision.tie ? 'a tie' : quoted(decidedLabel(image.decision))}, ${sureness(image.decision)}`)}
    <a class="back" href="#overview">All images</a>
  </div>
  ${imageAnswers(image, questions, 3)}
</article>`;
}

/** The questions answered for one image, each under a numbered heading of the given level. */
export function imageAnswers<Image extends ExplainedImage>(
  image: Image,
  questions: readonly NumberedQuestion<Image>[],
  level: 2 | 3,
): Html {
  const below: HeadingLevel = level === 2 ? 3 : 4;
  const answered = questions.filter(({ question }) => question.isAnswered(image));
  return html`${answered.map(({ number, question }) =>
    questionSection(
      number,
      question.question,
      `${imageAnchor(image)}-${question.id}`,
      level,
      question.answer(image, below),
    ),
  )}`;
}

export function questionSection(number: number, question: string, anchor: string, level: 2 | 3, answer: Html): Html {
  return html`
<section class="question" id="${anchor}">
  ${heading(level, html`<span class="ordinal">${number}</span> ${question}`)}
  ${answer}
</section>`;
}
