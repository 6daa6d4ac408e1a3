import type { Words } from '../../language/words.ts';
import { outlinePath } from '../../pictures/outline.ts';
import type { Picture } from '../../pictures/picture.ts';
import { dataUrl, indexedUrl } from '../../pictures/png.ts';
import { mapAlternative } from '../explanation/sentences.ts';
import type { AttributionMap, ExplainedImage } from '../explanation/view.ts';
import { type Html, html } from '../page/html.ts';
import { boxed } from './boxes.ts';
import { featureBars, smallFeatureBars } from './featureBars.ts';
import { inBlocks, mapPicture, orientationFor } from './mapPicture.ts';
import type { MapReading } from './mapReading.ts';
import { blockOverlay } from './patchOverlay.ts';
import { photo } from './photo.ts';
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
  image: ExplainedImage,
  size: 'full' | 'small',
  words: Words,
): Html {
  const { picture, numbers, boxes, patches } = image;
  const alternative = mapAlternative(map, reading, words);
  if (numbers?.kind === 'signal') {
    const shown = size === 'small' ? numbers.channels.slice(0, inSmall) : numbers.channels;
    return signalElement(shown, alternative, words, { ...map, scale: reading.scale });
  }
  if (numbers) {
    const draw = size === 'small' ? smallFeatureBars : featureBars;
    return draw(numbers.features, map.values, alternative, words);
  }
  if (patches) {
    const drawn = size === 'small' ? { map } : { overlay: indexedUrl(blockOverlay(map, reading.scale, picture)) };
    const shown = photo(image, { alternative, ...drawn });
    return boxes ? boxed(shown, boxes, picture, 'explained') : shown;
  }
  const { map: cells, picture: ground } = inBlocks(map, picture);
  const whole = outlined(pictureElement(mapPicture(cells, reading, ground), alternative), picture);
  return boxes ? boxed(whole, boxes, picture, 'explained') : whole;
}

/** A drawn map with the outline of the image's bright strokes over it; under the map of a photograph lies the image itself. */
export function outlined(drawn: Html, picture: Picture): Html {
  if (orientationFor(picture) === 'faint') return drawn;
  return html`<div class="outlined">${drawn}<svg viewBox="0 0 ${picture.width} ${picture.height}" aria-hidden="true"><path d="${outlinePath(picture)}"/></svg></div>`;
}
