import { headlinesOf } from '../../faithfulness/lamp.ts';
import type { Words } from '../../language/words.ts';
import { inBlocks, orientationFor } from '../drawing/mapPicture.ts';
import { type MapReading, readMap } from '../drawing/mapReading.ts';
import { photo } from '../drawing/photo.ts';
import { mapElement } from '../drawing/picture.ts';
import { seenElement } from '../drawing/seen.ts';
import { lampElement, lampFor, verdictMark } from '../drawing/verdict.ts';
import { asWritten } from '../page/asWritten.ts';
import { type HeadingLevel, type Html, heading, html } from '../page/html.ts';
import type { ImageQuestion } from './question.ts';
import { balanceWords, pictureAlternative, scaleWords } from './sentences.ts';
import type { AttributionMap, ExplainedImage } from './view.ts';

/** All maps of an image, those of one target together, the best first. */
export const mapsQuestion: ImageQuestion = {
  id: 'maps',
  question: ({ maps }) => maps.question,
  gist: ({ maps }, image) => maps.gist(image.maps.length),
  isAnswered: ({ maps }) => maps.length > 0,
  answer(image, level, words) {
    const targets = [...new Set(image.maps.map(({ target }) => target))];
    const groups = targets.map((target) => {
      const maps = image.maps.filter((map) => map.target === target);
      return html`
${heading(level, html`${words.maps.evidenceFor} <em>${target}</em>`)}
<div class="${image.numbers ? 'cards wide' : 'cards'}">${original(image, words)}${maps.map((map) => mapCard(map, image, nextLevel(level), words))}
</div>`;
    });
    return html`${groups}`;
  },
};

/** How the maps of an image are to be read. */
export function introduction({ numbers, picture, maps: own }: ExplainedImage, { maps, page }: Words): string {
  if (numbers) return numbers.kind === 'table' ? maps.tableIntroduction : maps.signalIntroduction;
  const side = Math.max(1, ...own.map((map) => inBlocks(map, picture).side));
  return [
    maps.introduction(orientationFor(picture) === 'outline'),
    ...(picture.channels === 3 ? [maps.summedChannels(picture.channels)] : []),
    ...(side > 1 ? [maps.drawnCoarse(side)] : []),
  ].join(page.space);
}

/** What was explained, to be compared with its maps; a table's bars have the values beside them. */
function original(image: ExplainedImage, words: Words): Html | undefined {
  const { numbers } = image;
  if (numbers?.kind === 'table') return undefined;
  const seen = numbers ? seenElement(image, words) : photo(image, { alternative: pictureAlternative(image, words) });
  return html`
<figure class="card original">
  ${seen}
  <figcaption>${words.maps.forComparison[numbers ? 'signal' : 'image']}</figcaption>
</figure>`;
}

/** A map, what it shows, and how far to believe it. */
function mapCard(map: AttributionMap, image: ExplainedImage, level: HeadingLevel, words: Words): Html {
  const reading = readMap(map);
  const also = map.also && map.also.length > 0 ? [words.maps.also(map.also)] : [];
  const notes = [scaleWords(map, reading, words), ...sizeWords(map, image, words), ...also, ...(map.notes ?? [])];
  return html`
<article class="card">
  ${mapElement(map, reading, image, 'full', words)}
  ${reading.cell === 'feature' ? undefined : legend(reading, words)}
  ${heading(level, map.title)}
  <div class="card-text">
    ${isEven(reading) ? undefined : html`<p>${balanceWords(reading, words)}</p>`}
    <p class="note">${notes.filter((note) => note !== '').map((note, i) => [i > 0 ? words.page.space : '', asWritten(note, words)])}</p>
  </div>
  ${lamp(map, words)}
</article>`;
}

/** About as much for as against, and in the same place: words about that tell nothing. */
function isEven({ forTotal, againstTotal, forPlace, againstPlace }: MapReading): boolean {
  const share = forTotal / (forTotal + againstTotal);
  return Math.abs(share - 0.5) < 0.1 && JSON.stringify(forPlace) === JSON.stringify(againstPlace);
}

/** How far to believe it, and the figures that say so. */
function lamp(map: AttributionMap, words: Words): Html | undefined {
  const headlines = headlinesOf(map.figures);
  if (headlines.length === 0 && map.unchecked === undefined) return undefined;
  return html`
  <div class="lamp">
    <p>${lampElement(lampFor(map), words)}</p>
    ${headlines.map(({ label, value, verdict: own }) => html`<p class="note"><span class="${own}">${verdictMark(own)}</span> ${label} ${value}</p>`)}
  </div>`;
}

function legend({ scale, againstTotal }: MapReading, { maps, numbers: { signed } }: Words): Html {
  const { scaleAlternative, scaleEnd } = maps;
  if (scale === 0) return html`<p class="legend">${maps.noScale}</p>`;
  const strip = (kind: 'both' | 'one') =>
    html`<span class="strip ${kind}" role="img" aria-label="${scaleAlternative[kind]}"></span>`;
  const end = html`<span>${scaleEnd.for(signed(scale))}</span>`;
  return againstTotal > 0
    ? html`<div class="legend">${strip('both')}<span>${scaleEnd.against(signed(-scale))}</span><span>0</span>${end}</div>`
    : html`<div class="legend">${strip('one')}<span>0</span>${end}</div>`;
}

function sizeWords(map: AttributionMap, image: ExplainedImage, { maps, numbers: { duration } }: Words): string[] {
  const { picture, numbers } = image;
  const isCoarse = map.width !== picture.width || map.height !== picture.height;
  return [
    ...(isCoarse ? [maps.coarse(map.height, map.width, numbers?.kind ?? 'image')] : []),
    ...(map.seconds === undefined ? [] : [maps.computedIn(duration(map.seconds))]),
  ];
}

function nextLevel(level: HeadingLevel): HeadingLevel {
  return level === 1 ? 2 : level === 2 ? 3 : level === 3 ? 4 : 5;
}
