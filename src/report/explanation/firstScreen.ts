import { headlinesOf, type Lamp } from '../../faithfulness/lamp.ts';
import type { Words } from '../../language/words.ts';
import { imageAnchor } from '../drawing/anchor.ts';
import { readMap } from '../drawing/mapReading.ts';
import { photo, photoDefinition } from '../drawing/photo.ts';
import { lampElement, lampFor, lamps } from '../drawing/verdict.ts';
import { asWritten } from '../page/asWritten.ts';
import { type Content, type HeadingLevel, type Html, heading, html } from '../page/html.ts';
import { withFlags } from '../page/withFlags.ts';
import { identity } from './identity.ts';
import { mapLook, seenLook } from './looks.ts';
import { saidWords, secondOf } from './sentences.ts';
import type { AttributionMap, ExplainedImage, Figure, ReportView } from './view.ts';

/** So many maps are in sight: the best by their checks. */
const mostLooks = 2;
/** So many maps of a lamp are named. */
const mostNamed = 4;

/**
 * What a manager, an auditor and an engineer want to see first: the image, the two maps that are to be believed most, why not the class
 * that came second, what would change the decision, how far to believe that, and what was assumed.
 */
export function firstScreen(image: ExplainedImage, view: ReportView, level: HeadingLevel, words: Words): Html {
  const isOnly = view.explained.length === 1;
  const own = image.maps.filter(({ rival }) => rival === undefined);
  const maps = own.length > 0 ? own : image.maps;
  const shown = maps.slice(0, mostLooks);
  return html`
<section class="first-screen${image.numbers ? ' of-numbers' : ''}">
  ${photoDefinition(image, isOnly)}
  <div class="looks">
    ${seenLook(image, words)}
    ${shown.map((map) => mapLook(map, image, words))}
  </div>
  ${shown.length === 0 || image.numbers || !isOnly ? undefined : html`<p class="note">${words.firstScreen.legend(image.patches !== undefined)}</p>`}
  <div class="answers">
    ${belief(image, shown, level, words)}
    ${whyNot(image, level, words)}
    ${hiding(image, level, words)}
    ${isOnly ? assumed(view.assumed, level, words) : undefined}
  </div>
  ${isOnly ? identity([image], view.provenance, level, words) : undefined}
</section>`;
}

function answer(level: HeadingLevel, title: string, contents: Content): Html {
  return html`
    <section>
      ${heading(level, title)}
      ${contents}
    </section>`;
}

/** Lights for all maps, with the figure behind each of the best. */
function belief(image: ExplainedImage, shown: readonly AttributionMap[], level: HeadingLevel, words: Words): Html {
  const { firstScreen: text } = words;
  if (image.maps.length === 0) return answer(level, text.belief, html`<p>${text.noMap}</p>`);
  const groups = lamps
    .map((lamp) => ({ lamp, maps: image.maps.filter((map) => lampFor(map) === lamp) }))
    .filter(({ maps }) => maps.length > 0);
  const noneShown = shown.every((map) => lampFor(map) === 'poor');
  return answer(
    level,
    text.belief,
    html`${noneShown ? html`<p>${text.noneBelieved}</p>` : undefined}<ul class="lights">${groups.map(({ lamp, maps }) => lightGroup(lamp, maps, image, words))}</ul>${groups.some(({ lamp }) => lamp === 'good') ? html`<p class="quiet">${text.believing}</p>` : undefined}`,
  );
}

function lightGroup(lamp: Lamp, maps: readonly AttributionMap[], image: ExplainedImage, words: Words): Html {
  const { firstScreen: text } = words;
  const more = maps.length - mostNamed;
  const reasons = [...new Set(maps.flatMap(({ unchecked }) => unchecked ?? []))];
  return html`<li>${lampElement(lamp, words)}<ul>${maps
    .slice(0, mostNamed)
    .map(
      (map) => html`<li>${nameOf(map, words)}${lamp === 'unchecked' ? undefined : behind(map, lamp, words)}</li>`,
    )}${more > 0 ? html`<li><a href="#${imageAnchor(image)}-maps">${text.more(more)}</a></li>` : undefined}</ul>${lamp === 'unchecked' ? reasons.map((reason) => html`<p class="quiet">${asWritten(reason, words)}</p>`) : undefined}</li>`;
}

function nameOf({ title, rival }: AttributionMap, { firstScreen }: Words): string {
  return rival === undefined ? title : firstScreen.ratherThan(title, rival);
}

/** The figure that decided the lamp: the worst of a map that failed or needs care, how the model took the deletion of one that passed. */
function behind(map: AttributionMap, lamp: Lamp, words: Words): Html | undefined {
  const headlines = headlinesOf(map.figures);
  const worst = (figure: Figure) => ['poor', 'fair', 'good', 'neutral'].indexOf(figure.verdict);
  const [figure] = lamp === 'good' ? headlines : headlines.toSorted((a, b) => worst(a) - worst(b));
  return (
    figure && html` <span class="quiet">${words.firstScreen.figure(figure.label, figure.value, figure.better)}</span>`
  );
}

/** Of a decision between classes: what spoke for this one and not for the one that came second. */
function whyNot(image: ExplainedImage, level: HeadingLevel, words: Words): Html | undefined {
  const { firstScreen: text, maps } = words;
  const second = secondOf(image.decision);
  const contrast = image.maps.find(({ rival }) => rival !== undefined);
  const rivals = [second?.label, image.truth];
  if (!contrast?.rival || !rivals.includes(contrast.rival)) return undefined;
  const reading = readMap(contrast);
  const placed = (place: typeof reading.forPlace) => place && maps.place(place);
  const label = image.decision.chosen.label;
  return answer(
    level,
    text.whyNot(contrast.rival),
    html`<div class="beside-text">${mapLook(contrast, image, words, 'small')}<p>${text.whyNotAnswer(label, contrast.rival, placed(reading.forPlace), placed(reading.againstPlace))}</p></div>`,
  );
}

/** What becomes of the decision without what the best map shows. */
function hiding(image: ExplainedImage, level: HeadingLevel, words: Words): Html | undefined {
  const { hidden, numbers } = image;
  const { firstScreen: text } = words;
  if (!hidden) return undefined;
  const { share, changes, mostHidden, without, alone, empty, elsewhere, blank } = hidden;
  const sentences = [
    text.hidden(share, saidWords(without, words), changes ? undefined : mostHidden, numbers === undefined),
    ...(changes && elsewhere.tried > 0 ? [text.elsewhere(elsewhere.tried, elsewhere.changed)] : []),
    text.alone(saidWords(alone, words)),
    text.empty(saidWords(empty, words), blank, numbers === undefined),
  ];
  const picture = numbers
    ? undefined
    : html`<figure class="look small">${photo(image, { alternative: text.gone, part: 'hidden' })}</figure>`;
  return answer(
    level,
    text.hiding,
    html`<div class="beside-text">${picture}<p>${sentences.join(words.page.space)}</p></div>`,
  );
}

/** What was assumed of the model and its input. */
export function assumed(sentences: readonly string[] = [], level: HeadingLevel, words: Words): Html | undefined {
  if (sentences.length === 0) return undefined;
  return answer(
    level,
    words.firstScreen.assumed,
    html`<ul class="plain">${sentences.map((one) => html`<li>${withFlags(one)}</li>`)}</ul>`,
  );
}
