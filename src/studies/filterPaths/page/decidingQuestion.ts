import type { Picture } from '../../../pictures/picture.ts';
import { outlined, pictureElement } from '../../../report/drawing/picture.ts';
import type { ImageQuestion } from '../../../report/explanation/question.ts';
import type { ExplainedImage } from '../../../report/explanation/view.ts';
import { type Content, type HeadingLevel, type Html, heading, html } from '../../../report/page/html.ts';
import { counted, percent, quantity, sentence, signed } from '../../../report/page/number.ts';
import type { CarryingView, DecidingView, MarkedView } from './decidingView.ts';

/** An image with the regions that its decision needs and the filters that carried it, where they were looked for. */
export type DecidedImage = ExplainedImage & { readonly deciding?: DecidingView };

export const decidingQuestion: ImageQuestion<DecidedImage> = {
  id: 'deciding',
  question: ({ studies }) => studies.deciding.question,
  gist: ({ studies }) => studies.deciding.gist,
  isAnswered: ({ deciding }) => deciding !== undefined,
  answer: (image, level) => (image.deciding ? answer(image, image.deciding, level) : html``),
};

function answer(image: ExplainedImage, view: DecidingView, level: HeadingLevel): Html {
  const { deciding, sufficient, filters } = view;
  const drop = `Red: the score drops when the region is occluded, by ${quantity(view.largestDrop)} at most. Blue: it rises.`;
  return html`
<p class="measure">${regionWords(view)}</p>
<div class="sheet deciding">
  ${shown(overImage(image, view.drops, drop), drop)}
  ${deciding && marked(deciding, `Without ${regions(deciding)} it says ${deciding.decides}.`)}
  ${sufficient && marked(sufficient, `${sentence(regions(sufficient))} alone: still ${sufficient.decides}.`)}
</div>
${filters && carried(image, filters, view.target, level)}`;
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

function regions({ regions }: MarkedView): string {
  return regions === 0 ? 'no region' : counted(regions, 'region', 'regions');
}

function regionWords({ grid, fill, flips, deciding, sufficient }: DecidingView): string {
  const alone =
    flips === 0
      ? 'No single one changes the decision'
      : `Occluding ${counted(flips, 'single one of them changes', 'single ones of them changes')} the decision`;
  const set = deciding
    ? `the smallest set found whose occlusion does has ${regions(deciding)}`
    : 'no set of up to half of them was found that does';
  const empty = sufficient?.regions === 0 ? ': the model decides so of an image of which nothing is seen' : '';
  const enough = sufficient
    ? ` Conversely ${regions(sufficient)} alone ${sufficient.regions <= 1 ? 'is' : 'are'} enough for it${empty}.`
    : '';
  return `The image was divided into ${grid} and each occluded in turn (${fill}). ${alone}; ${set}.${enough} What is occluded is drawn in violet.`;
}

/** Paths that bring less of a score than this explain nothing of it. */
const leastShare = 0.1;

function carried(image: ExplainedImage, filters: CarryingView, target: string, level: HeadingLevel): Html {
  const { score, constant, remainder, share, paths, layers } = filters;
  const sum = `With its gates as this image set them the network is linear, and the score of ${quantity(score)} is a sum over the paths from filter to filter.`;
  const rest = `all other paths together bring ${signed(remainder)}, biases and other constants ${signed(constant)}`;
  const title = heading(level, html`Filters behind the score of <em>${target}</em>`);
  if (share < leastShare) {
    const few =
      paths.length === 0
        ? 'No path found speaks for it'
        : `The ${counted(paths.length, 'strongest path', 'strongest paths')} that speak for it bring ${percent(share)} of what it is made of`;
    return html`
${title}
<p class="measure">${sum} ${few}; ${rest}. No few filters carry this decision, so none are shown.</p>`;
  }
  const through = layers.map(({ name, filter, part }) => `${name} filter ${filter} (${signed(part)})`).join(', ');
  return html`
${title}
<p class="measure">${sum} Below are the strongest paths found that speak for it, ${percent(share)} of what it is made of, each with where on its first filter’s map its part comes from; ${rest}. Most goes through ${through}.</p>
<div class="sheet deciding">${paths.map(({ name, part, map }) => {
    const caption = html`<strong>${signed(part)}</strong> ${name}`;
    return map ? shown(overImage(image, map, `Where ${name} gets its part from`), caption) : undefined;
  })}
</div>`;
}
