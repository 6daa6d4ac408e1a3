import { headlinesOf, lampOf, lampWords } from '../../faithfulness/lamp.ts';
import { dataUrl } from '../../pictures/png.ts';
import { legendPicture, orientationFor } from '../drawing/mapPicture.ts';
import { type MapReading, readMap } from '../drawing/mapReading.ts';
import { mapElement, pictureElement } from '../drawing/picture.ts';
import { verdictMark } from '../drawing/verdict.ts';
import { type HeadingLevel, type Html, heading, html } from '../page/html.ts';
import { duration, sentence, signed } from '../page/number.ts';
import type { ImageQuestion } from './question.ts';
import type { AttributionMap, ExplainedImage } from './view.ts';
import { balanceWords, pictureAlternative, scaleWords } from './words.ts';

export const mapsQuestion: ImageQuestion = {
  id: 'maps',
  question: 'Which pixels spoke for it, and against?',
  isAnswered: ({ maps }) => maps.length > 0,
  answer: (image, level) => mapsAnswer(image, level, { introduction: introduction(image), original: original(image) }),
};

interface MapsFrame {
  readonly introduction: string;
  /** What was explained, to be compared with its maps. */
  readonly original: Html | undefined;
  /** Cards take the page's width. */
  readonly isWide?: boolean;
}

/** All maps of an image, those of one target together. */
export function mapsAnswer(image: ExplainedImage, level: HeadingLevel, frame: MapsFrame): Html {
  const targets = [...new Set(image.maps.map(({ target }) => target))];
  const groups = targets.map((target) => {
    const maps = image.maps.filter((map) => map.target === target);
    return html`
${heading(level, html`Evidence for <em>${target}</em>`)}
<div class="${frame.isWide ? 'cards wide' : 'cards'}">${frame.original}${maps.map((map) => mapCard(map, image, nextLevel(level)))}
</div>`;
  });
  return html`<p class="measure">${frame.introduction}</p>${groups}`;
}

function introduction(image: ExplainedImage): string {
  const beneath =
    orientationFor(image.picture) === 'outline'
      ? 'The thin grey line follows the edge of the bright strokes.'
      : 'The image shows through in pale grey where a map has little to say.';
  return `Red pixels spoke for the class named above the maps, blue pixels against it; where a map is pale, the pixel hardly mattered to that method. Each map has its own scale, so compare where the colour lies, not how strong it is. ${beneath}`;
}

function original(image: ExplainedImage): Html {
  return html`
<figure class="card original">
  ${pictureElement(image.picture, pictureAlternative(image))}
  <figcaption>The image, for comparison.</figcaption>
</figure>`;
}

/** A map, what it is, and how far to believe it. */
function mapCard(map: AttributionMap, image: ExplainedImage, level: HeadingLevel): Html {
  const reading = readMap(map);
  return html`
<article class="card">
  ${mapElement(map, reading, image, 'full')}
  ${reading.cell === 'feature' ? undefined : legend(reading)}
  ${heading(level, map.title)}
  <div class="card-text">
    <p>${map.about}</p>
    <p>${balanceWords(reading)}</p>
    <p class="note">${[scaleWords(map, reading), sizeWords(map, image), ...(map.notes ?? [])].filter((words) => words !== '').join(' ')}</p>
  </div>
  ${lamp(map)}
</article>`;
}

/** How far to believe it, and the figures that say so. */
function lamp({ figures, unchecked }: AttributionMap): Html | undefined {
  const headlines = headlinesOf(figures);
  if (headlines.length === 0 && unchecked === undefined) return undefined;
  const verdict = unchecked === undefined ? lampOf(figures) : 'neutral';
  return html`
  <div class="lamp">
    <p class="figure-line ${verdict}">${verdictMark(verdict)}<strong>${sentence(lampWords[verdict])}</strong></p>
    ${headlines.map(({ label, value, verdict: own }) => html`<p class="note"><span class="${own}">${verdictMark(own)}</span> ${label} ${value}</p>`)}
  </div>`;
}

const fromBlue = html`<img src="${dataUrl(legendPicture(true))}" alt="Colour scale from blue through near-white to red" width="255" height="10">`;
const fromWhite = html`<img src="${dataUrl(legendPicture(false))}" alt="Colour scale from near-white to red" width="128" height="10">`;

function legend(reading: MapReading): Html {
  if (reading.scale === 0) return html`<p class="legend">No colour scale: there is nothing to show.</p>`;
  const end = html`<span>for ${signed(reading.scale)}</span>`;
  return reading.againstTotal > 0
    ? html`<div class="legend">${fromBlue}<span>${signed(-reading.scale)} against</span><span>0</span>${end}</div>`
    : html`<div class="legend">${fromWhite}<span>0</span>${end}</div>`;
}

function sizeWords(map: AttributionMap, { picture, numbers }: ExplainedImage): string {
  const summed = map.summedChannels === undefined ? '' : `The ${map.summedChannels} colour channels are added up.`;
  const coarse =
    map.width === picture.width && map.height === picture.height
      ? ''
      : `This map has ${map.width} × ${map.height} cells, stretched over the ${numbers?.kind ?? 'image'}.`;
  const seconds = map.seconds === undefined ? '' : `Computed in ${duration(map.seconds)}.`;
  return [summed, coarse, seconds].filter((part) => part !== '').join(' ');
}

export function nextLevel(level: HeadingLevel): HeadingLevel {
  return level === 1 ? 2 : level === 2 ? 3 : level === 3 ? 4 : 5;
}
