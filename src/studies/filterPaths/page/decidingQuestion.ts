import type { Words } from '../../../language/words.ts';
import type { Picture } from '../../../pictures/picture.ts';
import { outlined, pictureElement } from '../../../report/drawing/picture.ts';
import type { ImageQuestion } from '../../../report/explanation/question.ts';
import type { ExplainedImage } from '../../../report/explanation/view.ts';
import { type Content, type HeadingLevel, type Html, heading, html } from '../../../report/page/html.ts';
import type { CarryingView, DecidingView, MarkedView } from './decidingView.ts';

/** An image with the regions that its decision needs and the filters that carried it, where they were looked for. */
export type DecidedImage = ExplainedImage & { readonly deciding?: DecidingView };

export const decidingQuestion: ImageQuestion<DecidedImage> = {
  id: 'deciding',
  question: ({ studies }) => studies.deciding.question,
  gist: ({ studies }) => studies.deciding.gist,
  isAnswered: ({ deciding }) => deciding !== undefined,
  answer: (image, level, words) => (image.deciding ? answer(image, image.deciding, level, words) : html``),
};

function answer(image: ExplainedImage, view: DecidingView, level: HeadingLevel, words: Words): Html {
  const { deciding, sufficient, filters, largestDrop } = view;
  const text = words.studies.deciding;
  const drop = text.drop(largestDrop);
  const found = { ...view, deciding: deciding?.regions, sufficient: sufficient?.regions };
  return html`
<p class="measure">${text.found(found)}</p>
<div class="sheet deciding">
  ${shown(overImage(image, view.drops, drop), drop)}
  ${deciding && marked(deciding, text.without(deciding.regions, deciding.decides))}
  ${sufficient && marked(sufficient, text.onlyWith(sufficient.regions, sufficient.decides))}
</div>
${filters && carried(image, filters, view.target, level, words)}`;
}

function shown(picture: Html, caption: Content): Html {
  return html`<figure>${picture}<figcaption>${caption}</figcaption></figure>`;
}

function marked({ picture }: MarkedView, caption: string): Html {
  return shown(pictureElement(picture, caption), caption);
}

function overImage({ picture }: ExplainedImage, map: Picture, alternative: string): Html {
  return outlined(pictureElement(map, alternative), picture);
}

/** Paths that bring less of a score than this explain nothing of it. */
const leastShare = 0.1;

function carried(
  image: ExplainedImage,
  filters: CarryingView,
  target: string,
  level: HeadingLevel,
  { studies: { deciding: text }, numbers: { signed } }: Words,
): Html {
  const { share, paths } = filters;
  const sum = { ...filters, paths: paths.length };
  const title = heading(level, text.filtersOf(target));
  if (share < leastShare) {
    return html`
${title}
<p class="measure">${text.notCarried(sum)}</p>`;
  }
  return html`
${title}
<p class="measure">${text.carried(sum)}</p>
<div class="sheet deciding">${paths.map(({ name, part, map }) => {
    const caption = html`<strong>${signed(part)}</strong> ${name}`;
    return map ? shown(overImage(image, map, text.pathMap(name)), caption) : undefined;
  })}
</div>`;
}
