import type { Words } from '../../../language/words.ts';
import { dataTable } from '../../../report/drawing/dataTable.ts';
import { pictureElement } from '../../../report/drawing/picture.ts';
import { figureLine } from '../../../report/drawing/verdict.ts';
import type { ImageQuestion } from '../../../report/explanation/question.ts';
import { decidedLabel, pictureAlternative } from '../../../report/explanation/sentences.ts';
import type { ExplainedImage, Figure } from '../../../report/explanation/view.ts';
import { type Html, html } from '../../../report/page/html.ts';
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
  const text = words.studies.freedom;
  const { free, meanAmplitude, keptClipped, worstChange, leastLead } = freedom;
  const top = topAmplitude([freedom.map]);
  const label = decidedLabel(image.decision);
  return html`
<div class="freedom">
  <figure class="seen">
    ${pictureElement(image.picture, pictureAlternative(image, words))}
    <figcaption>${text.forComparison}</figcaption>
  </figure>
  <figure class="seen">
    ${amplitudeElement(freedom.map, image.picture, text.map, top, words)}
    ${amplitudeLegend(top, words)}
  </figure>
  <div class="freedom-text">
    <p>${top < 1 ? text.bound(label, top, meanAmplitude) : text.free(label, free, meanAmplitude)}</p>
    ${figureLine(keptFigure(freedom, words), words)}
    ${otherChanges(freedom, words)}
    <p class="note">${text.detail(keptClipped, worstChange, leastLead)}</p>
  </div>
</div>`;
}

/** What the map does not promise: the keep rate under other changes of its size, and what an opponent finds. */
function otherChanges({ structured, attacked }: FreedomView, { numbers, studies }: Words): Html {
  const { caption, change, kept, least, kinds, sought, soughtClipped, isKept, isLost } = studies.freedom.others;
  const worst = (what: string, lead: number) => [what, lead > 0 ? isKept : isLost, numbers.score(lead)];
  return dataTable(
    caption,
    [{ label: change }, { label: kept, number: true }, { label: least, number: true }],
    [
      ...structured.map(({ kind, kept: share, leastLead }) => [
        kinds[kind],
        numbers.percent(share),
        numbers.score(leastLead),
      ]),
      worst(sought, attacked.lead),
      worst(soughtClipped, attacked.leadClipped),
    ],
  );
}

/** At 99.9% the class is lost once in a thousand tries; under 99% the map promises what the network does not keep. */
export function keptFigure({ kept, draws }: Pick<FreedomView, 'kept' | 'draws'>, { studies }: Words): Figure {
  const { label, value, meaning } = studies.freedom.kept;
  return {
    ...{ label, meaning },
    aspect: 'faithfulness',
    value: value(kept, draws),
    verdict: kept >= 0.999 ? 'good' : kept >= 0.99 ? 'fair' : 'poor',
  };
}
