import type { Words } from '../../../language/words.ts';
import type { Picture } from '../../../pictures/picture.ts';
import { pictureElement } from '../../../report/drawing/picture.ts';
import { type Html, html } from '../../../report/page/html.ts';
import { isMet, type Literal, literalText } from '../term.ts';

export interface DrawnLiteral extends Literal {
  /** Its value for an image, 0 to 1, where one is looked at. */
  readonly value?: number;
  /** The feature's picture, where there is one. */
  readonly picture?: Picture;
  /** What the feature is seen in, shown below. */
  readonly exciting?: Picture;
  /** The feature over one image: the parts of it that it looks at. */
  readonly over?: Picture;
}

/** A rule as pictures: picture AND picture AND NOT picture => class. */
export function ruleDrawing(literals: readonly DrawnLiteral[], conclusion: string, words: Words): Html {
  const { and, always, gives } = words.studies.fired.drawing;
  const parts = literals.map(
    (literal, position) => html`
  <li>${position > 0 ? html`<span class="joint">${and}</span>` : undefined}${literalDrawing(literal, words)}</li>`,
  );
  return html`
<ol class="rule">${parts.length > 0 ? parts : html`<li>${always}</li>`}
  <li class="conclusion"><span class="joint" aria-label="${gives}">⇒</span> <strong>${conclusion}</strong></li>
</ol>`;
}

function literalDrawing(literal: DrawnLiteral, { studies }: Words): Html {
  const { maximisation, exciting: seenIn, over: overImage, not } = studies.fired.drawing;
  const name = featureName(literal);
  const { negated, value, picture, exciting, over } = literal;
  const held = value === undefined ? '' : isMet(value) ? ' held' : ' failed';
  return html`<figure class="literal${negated ? ' negated' : ''}${held}">
    ${picture ? pictureElement(picture, maximisation(name)) : undefined}
    ${exciting ? pictureElement(exciting, seenIn(name)) : undefined}
    ${over ? pictureElement(over, overImage(name)) : undefined}
    <figcaption>${negated ? html`<b>${not}</b> ` : undefined}${name}${value === undefined ? undefined : html`<span class="number"> ${value.toFixed(2)}</span>`}</figcaption>
  </figure>`;
}

function featureName({ variable }: Literal): string {
  return literalText({ variable, negated: false });
}
