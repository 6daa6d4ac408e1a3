import { type Html, html } from '../page/html.ts';
import { pageShell } from '../page/page.ts';
import { provenanceAnswer, provenanceQuestion } from '../page/provenance.ts';
import { header } from './header.ts';
import { imageAnchor, imageAnswers, imagePart, questionSection } from './imagePart.ts';
import { overview } from './overview.ts';
import { type ImageQuestion, type NumberedQuestion, numberedQuestions } from './question.ts';
import type { ExplainedImage, ReportView } from './view.ts';

/** Where one image's page leads, if it is one of many. */
export interface PageLinks {
  readonly index: string;
}

/**
 * The report as one HTML file: no scripts, no requests, readable from top to bottom. The same view gives the same bytes.
 * @param asked answered of every image, in this order, those that it has an answer to.
 */
export function renderExplanation<Image extends ExplainedImage>(
  view: ReportView<Image>,
  asked: readonly ImageQuestion<Image>[],
  links?: PageLinks,
): string {
  const questions = numberedQuestions(asked, view.explained);
  const last = questions.length + 1;
  return pageShell(
    view.title,
    html`${
      links === undefined
        ? undefined
        : html`<p class="back"><a href="${links.index}">All images</a></p>
`
    }${header(view)}
<main>
${body(view.explained, questions, last)}
${questionSection(last, provenanceQuestion, 'provenance', 2, provenanceAnswer(view.provenance))}
</main>`,
  );
}

function body<Image extends ExplainedImage>(
  images: readonly Image[],
  questions: readonly NumberedQuestion<Image>[],
  last: number,
): Html {
  const [only] = images;
  if (only !== undefined && images.length === 1) {
    return html`${contents(only, questions, last)}<div class="single">${imageAnswers(only, questions, 2)}</div>`;
  }
  if (images.length === 0) return html``;
  return html`${overview(images)}${images.map((image) => imagePart(image, questions))}`;
}

function contents<Image extends ExplainedImage>(
  image: Image,
  questions: readonly NumberedQuestion<Image>[],
  last: number,
): Html {
  const entry = (number: number, question: string, anchor: string) =>
    html`<li><a href="#${anchor}"><span class="ordinal">${number}</span> ${question}</a></li>`;
  return html`
<nav aria-label="Questions"><ol>
${questions.map(({ number, question }) => entry(number, question.question, `${imageAnchor(image)}-${question.id}`))}
${entry(last, provenanceQuestion, 'provenance')}
</ol></nav>`;
}
