import { quoted } from '../../../language/english/decision.ts';
import type { Words } from '../../../language/words.ts';
import { pictureElement } from '../../../report/drawing/picture.ts';
import { figureLine } from '../../../report/drawing/verdict.ts';
import type { ImageQuestion } from '../../../report/explanation/question.ts';
import { decidedLabel, pictureAlternative } from '../../../report/explanation/sentences.ts';
import type { ExplainedImage, Figure } from '../../../report/explanation/view.ts';
import { type Html, html } from '../../../report/page/html.ts';
import { count, percent } from '../../../report/page/number.ts';
import { amplitudeElement, amplitudeLegend, topAmplitude } from './amplitudeColours.ts';
import type { FreedomView } from './freedomView.ts';

/** An image with how far each pixel could change without changing the decision, where that was measured. */
export type FreeImage = ExplainedImage & { readonly freedom?: FreedomView };

export const freedomQuestion: ImageQuestion<FreeImage> = {
  id: 'freedom',
  question: ({ studies }) => studies.freedom.question,
  gist: ({ studies }) => studies.freedom.gist,
  isAnswered: ({ freedom }) => freedom !== undefined,
  answer: (image, _level, words) => (image.freedom ? answer(image, image.freedom, words) : html``),
};

function answer(image: ExplainedImage, freedom: FreedomView, words: Words): Html {
  const top = topAmplitude([freedom.map]);
  return html`
<div class="freedom">
  <figure class="seen">
    ${pictureElement(image.picture, pictureAlternative(image, words))}
    <figcaption>The image, for comparison.</figcaption>
  </figure>
  <figure class="seen">
    ${amplitudeElement(freedom.map, image.picture, 'Non-contributing pixels', top)}
    ${amplitudeLegend(top)}
  </figure>
  <div class="freedom-text">
    <p>${meaning(image, freedom, top)}</p>
    ${figureLine(keptFigure(freedom), words)}
    <p class="note">${detail(freedom)}</p>
  </div>
</div>`;
}

/** For someone who has never heard of noise amplitudes. */
function meaning({ decision }: ExplainedImage, { free, meanAmplitude }: FreedomView, top: number): string {
  const label = quoted(decidedLabel(decision));
  if (top < 1) {
    return `No pixel could be anything here: changed at random, all of them at once, they had to stay close to what they are for the decision to still be ${label}. Pale ones could change most, by up to ${percent(top)} of the whole range from black to white; on average it was ${percent(meanAmplitude)}.`;
  }
  return `Pale pixels did not matter: each could get much brighter or darker, all of them at once and at random, and the decision would still be ${label}. Dark ones had to stay nearly as they are. ${percent(free)} of the pixels could be almost anything; on average a pixel could move by ${percent(meanAmplitude)} of the whole range from black to white.`;
}

/** At 99.9% the class is lost once in a thousand tries; under 99% the map promises what the network does not keep. */
export function keptFigure({ kept, draws }: Pick<FreedomView, 'kept' | 'draws'>): Figure {
  return {
    label: 'Decision kept',
    aspect: 'faithfulness',
    value: `${percent(kept)} of ${count(draws)} tries`,
    verdict: kept >= 0.999 ? 'good' : kept >= 0.99 ? 'fair' : 'poor',
    meaning:
      'How often the class stayed under random changes as large as the map allows, none of them used to find the map.',
  };
}

function detail({ keptClipped, worstChange, leastLead }: FreedomView): string {
  const lead = leastLead.startsWith('−')
    ? `it fell behind by ${leastLead.slice(1)}`
    : `its lead was still ${leastLead}`;
  return `A try adds to every pixel a random number, evenly distributed up to its amplitude either way, and asks the model again; the tries were not used to find the map. With pixels cut off at black and white it was kept in ${percent(keptClipped)}. At worst the score of the class changed by ${worstChange}, and ${lead}. This is what was tried, not a proof: tries say little of the worst case.`;
}
