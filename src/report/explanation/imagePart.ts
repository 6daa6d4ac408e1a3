import type { Words } from '../../language/words.ts';
import { imageAnchor } from '../drawing/anchor.ts';
import { type HeadingLevel, type Html, heading, html } from '../page/html.ts';
import { firstScreen } from './firstScreen.ts';
import { fold } from './fold.ts';
import type { ImageQuestion } from './question.ts';
import { decidedLabel, sureness } from './sentences.ts';
import type { ExplainedImage, ReportView } from './view.ts';

/** One image among several: its own heading, then its first screen, and the rest folded away. */
export function imagePart<Image extends ExplainedImage>(
  image: Image,
  view: ReportView<Image>,
  questions: readonly ImageQuestion<Image>[],
  words: Words,
): Html {
  const { quoted } = words.decision;
  const label = image.decision.tie ? words.many.tieOf : quoted(decidedLabel(image.decision));
  return html`
<article class="image-part" id="${imageAnchor(image)}">
  <div class="part-title">
    ${heading(2, html`<span class="file">${image.name}</span> ${label}${words.many.comma}${sureness(image.decision, words)}`)}
    <a class="back" href="#overview">${words.page.allImages}</a>
  </div>
  ${firstScreen(image, view, 3, words)}
  ${foldedAnswers(image, questions, 3, words)}
</article>`;
}

/** The questions answered for one image, each folded under its heading. */
export function foldedAnswers<Image extends ExplainedImage>(
  image: Image,
  questions: readonly ImageQuestion<Image>[],
  level: 2 | 3,
  words: Words,
): Html {
  const below: HeadingLevel = level === 2 ? 3 : 4;
  const answered = questions.filter((question) => question.isAnswered(image));
  return html`${answered.map((question) =>
    fold(
      `${imageAnchor(image)}-${question.id}`,
      level,
      { title: question.question(words), gist: question.gist(words, image) },
      question.answer(image, below, words),
    ),
  )}`;
}
