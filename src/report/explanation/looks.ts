import type { Words } from '../../language/words.ts';
import { boxed } from '../drawing/boxes.ts';
import { readMap } from '../drawing/mapReading.ts';
import { photo } from '../drawing/photo.ts';
import { mapElement, pictureElement } from '../drawing/picture.ts';
import { seenElement } from '../drawing/seen.ts';
import { lampElement, lampFor } from '../drawing/verdict.ts';
import { type Html, html } from '../page/html.ts';
import { mapAlternative, numbersWords, pictureAlternative } from './sentences.ts';
import type { AttributionMap, ExplainedImage } from './view.ts';

/** What the model saw, or what it decided where. */
export function seenLook(image: ExplainedImage, words: Words): Html {
  const { picture, numbers, decision, boxes, name } = image;
  const { decision: text } = words;
  const drawn = decision.task?.drawn;
  const shown = drawn
    ? pictureElement(drawn.picture, drawn.alternative)
    : numbers
      ? seenElement(image, words)
      : photo(image, { alternative: pictureAlternative(image, words) });
  const caption = numbers
    ? numbersWords(numbers, words)
    : text.seenAs(picture.height, picture.width, picture.channels === 1);
  return html`<figure class="look">${boxes ? boxed(shown, boxes, picture, 'all') : shown}
      <figcaption><strong class="file">${name}</strong> <span class="quiet">${caption}${drawn ? html` ${text.drawnDecision}` : undefined}</span></figcaption></figure>`;
}

/**
 * A map where it is looked at first: over a photograph patch by patch, with what the model needs of it outlined; of a small drawing
 * pixel by pixel.
 */
export function mapLook(
  map: AttributionMap,
  image: ExplainedImage,
  words: Words,
  size: 'full' | 'small' = 'full',
): Html {
  const shown = lookedAt(map, image, words, size);
  if (size === 'small') return html`<figure class="look small">${shown}</figure>`;
  return html`<figure class="look">${shown}
      <figcaption><strong>${map.title}</strong> ${lampElement(lampFor(map), words)}<br><span class="quiet">${words.firstScreen.evidenceIn(map.target)}</span></figcaption></figure>`;
}

function lookedAt(map: AttributionMap, image: ExplainedImage, words: Words, size: 'full' | 'small'): Html {
  const { patches, picture, boxes, hidden, maps } = image;
  const reading = readMap(map);
  if (!patches) return mapElement(map, reading, image, size, words);
  const part = hidden && maps[hidden.map] === map ? 'outlined' : undefined;
  const drawn = photo(image, { alternative: mapAlternative(map, reading, words), map, part });
  return boxes ? boxed(drawn, boxes, picture, 'explained') : drawn;
}
