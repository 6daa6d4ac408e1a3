import { seenElement } from '../drawing/seen.ts';
import { type Html, html } from '../page/html.ts';
import { mapsAnswer } from './maps.ts';
import type { ImageQuestion } from './question.ts';
import type { ExplainedImage } from './view.ts';

/** The maps of a signal or a row of a table. */
export const numberMapsQuestion: ImageQuestion = {
  id: 'maps',
  question: 'What in it spoke for the decision, and against?',
  isAnswered: ({ maps }) => maps.length > 0,
  answer: (image, level) =>
    mapsAnswer(image, level, { introduction: introduction(image), original: original(image), isWide: true }),
};

function introduction({ numbers }: ExplainedImage): string {
  return numbers?.kind === 'table'
    ? 'A bar to the right spoke for the class named above it, a bar to the left against it; the strongest come first, each with the value that the feature had. Each method has its own scale, so compare the order of the bars, not their length. What methods call a pixel is a feature here, and an empty image a row whose model input is 0 everywhere.'
    : 'The line is the signal, over its own range. Where the ground behind it is red, it spoke for the class named above, where it is blue, against it; where the ground is pale, that stretch hardly mattered to the method. Each map has its own scale, so compare where the colour lies, not how strong it is. What methods call a pixel is a value of the signal here, and an empty image a signal whose model input is 0 throughout.';
}

/** Bars have the features' values beside them. */
function original(image: ExplainedImage): Html | undefined {
  if (image.numbers?.kind === 'table') return undefined;
  return html`
<figure class="card original">
  ${seenElement(image)}
  <figcaption>The signal, for comparison.</figcaption>
</figure>`;
}
