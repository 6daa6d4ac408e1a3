import { type Words, wordsIn } from '../../language/words.ts';
import { type Html, html } from '../page/html.ts';
import { pageShell } from '../page/page.ts';
import { provenanceAnswer } from '../page/provenance.ts';
import { assumed, firstScreen } from './firstScreen.ts';
import { fold } from './fold.ts';
import { glossary } from './glossary.ts';
import { header } from './header.ts';
import { identity } from './identity.ts';
import { foldedAnswers, imagePart } from './imagePart.ts';
import { overview } from './overview.ts';
import type { ImageQuestion } from './question.ts';
import type { ExplainedImage, ReportView } from './view.ts';

/** Where one image's page leads, if it is one of many. */
export interface PageLinks {
  readonly index: string;
}

/** What is said once of several images. */
function several({ explained, assumed: sentences, provenance }: ReportView, words: Words): Html {
  return html`${overview(explained, words)}
<div class="answers">${assumed(sentences, 2, words)}</div>
${identity(explained, provenance, 2, words)}`;
}

/**
 * The report as one HTML file: no scripts, no requests. What was decided, on what that rests and how far to believe it are in sight; all
 * else is folded away. The same view gives the same bytes.
 * @param asked answered of every image, in this order, those that it has an answer to.
 */
export function renderExplanation<Image extends ExplainedImage>(
  view: ReportView<Image>,
  asked: readonly ImageQuestion<Image>[],
  links?: PageLinks,
): string {
  const words = wordsIn(view.language ?? 'en');
  const [only] = view.explained;
  const isSingle = only !== undefined && view.explained.length === 1;
  return pageShell(
    view.title,
    html`${
      links === undefined
        ? undefined
        : html`<p class="back"><a href="${links.index}">${words.page.allImages}</a></p>
`
    }${header(view, words)}
<main>
${
  isSingle
    ? html`${firstScreen(only, view, 2, words)}${foldedAnswers(only, asked, 2, words)}`
    : html`${view.explained.length > 0 ? several(view, words) : undefined}${view.explained.map((image) => imagePart(image, view, asked, words))}`
}
${glossary(view.explained, words)}
${fold('provenance', 2, { title: words.provenance.question, gist: words.provenance.gist }, provenanceAnswer(view.provenance, words))}
</main>`,
    words,
    view.language,
  );
}
