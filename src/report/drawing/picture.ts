import { outlineEdges, outlinePath } from '../../pictures/outline.ts';
import type { Picture } from '../../pictures/picture.ts';
import { dataUrl } from '../../pictures/png.ts';
import { thumbnail } from '../../pictures/thumbnail.ts';
import type { AttributionMap, ExplainedImage } from '../explanation/view.ts';
import { mapAlternative } from '../explanation/words.ts';
import { type Html, html } from '../page/html.ts';
import { boxed } from './boxes.ts';
import { mapPicture, orientationFor } from './mapPicture.ts';
import type { MapReading } from './mapReading.ts';

/** Below this width a picture is shown in sharp pixels; above, the browser may smooth. */
const sharpBelow = 160;

export function pictureElement(picture: Picture, alternative: string): Html {
  const sharp = picture.width < sharpBelow ? ' sharp' : '';
  return html`<img class="picture${sharp}" src="${dataUrl(picture)}" alt="${alternative}" width="${picture.width}" height="${picture.height}">`;
}

/** A map over its image: as large as the image, or reduced for the overview. */
export function mapElement(
  map: AttributionMap,
  reading: MapReading,
  { picture, boxes }: ExplainedImage,
  size: 'full' | 'small',
): Html {
  const drawn = mapPicture(map, reading, picture);
  const shown = pictureElement(size === 'small' ? thumbnail(drawn) : drawn, mapAlternative(map, reading));
  const whole = outlined(shown, picture);
  return boxes ? boxed(whole, boxes, picture, 'explained') : whole;
}

/** A drawn map with the outline of the image's bright strokes over it; under the map of a photograph lies the image itself. */
export function outlined(drawn: Html, picture: Picture): Html {
  if (orientationFor(picture) === 'faint') return drawn;
  return html`<div class="outlined">${drawn}<svg viewBox="0 0 ${picture.width} ${picture.height}" aria-hidden="true"><path d="${outlinePath(outlineEdges(picture))}"/></svg></div>`;
}
