import type { Words } from '../../language/words.ts';
import { outlineEdges, outlinePath } from '../../pictures/outline.ts';
import type { Picture } from '../../pictures/picture.ts';
import { dataUrl } from '../../pictures/png.ts';
import { mapAlternative } from '../explanation/sentences.ts';
import type { AttributionMap, ExplainedImage } from '../explanation/view.ts';
import { type Html, html } from '../page/html.ts';
import { boxed } from './boxes.ts';
import { featureBars, smallFeatureBars } from './featureBars.ts';
import { inBlocks, mapPicture, orientationFor } from './mapPicture.ts';
import type { MapReading } from './mapReading.ts';
import { signalElement } from './signalDrawing.ts';

/** Below this width a picture is shown in sharp pixels; above, the browser may smooth. */
const sharpBelow = 160;

export function pictureElement(picture: Picture, alternative: string): Html {
  const sharp = picture.width < sharpBelow ? ' sharp' : '';
  return html`<img class="picture${sharp}" src="${dataUrl(picture)}" alt="${alternative}" width="${picture.width}" height="${picture.height}">`;
}

/** Channels of a signal that there is room for in the overview. */
const inSmall = 3;

/** A map over its image, signal or row of a table: as large as the image, or reduced for the overview. */
export function mapElement(
  map: AttributionMap,
  reading: MapReading,
  { picture, numbers, boxes }: ExplainedImage,
  size: 'full' | 'small',
  words: Words,
): Html {
  const alternative = mapAlternative(map, reading, words);
  if (numbers?.kind === 'signal') {
    const shown = size === 'small' ? numbers.channels.slice(0, inSmall) : numbers.channels;
    return signalElement(shown, alternative, words, { ...map, scale: reading.scale });
  }
  if (numbers) {
    const draw = size === 'small' ? smallFeatureBars : featureBars;
    return draw(numbers.features, map.values, alternative, words);
  }
  const { map: cells, picture: ground } = inBlocks(map, picture);
  const whole = outlined(pictureElement(mapPicture(cells, reading, ground), alternative), picture);
  return boxes ? boxed(whole, boxes, picture, 'explained') : whole;
}

/** A drawn map with the outline of the image's bright strokes over it; under the map of a photograph lies the image itself. */
export function outlined(drawn: Html, picture: Picture): Html {
  if (orientationFor(picture) === 'faint') return drawn;
  return html`<div class="outlined">${drawn}<svg viewBox="0 0 ${picture.width} ${picture.height}" aria-hidden="true"><path d="${outlinePath(outlineEdges(picture))}"/></svg></div>`;
}
